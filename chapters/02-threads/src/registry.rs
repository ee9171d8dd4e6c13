//! The threads that are alive.

use crate::record::Record;
use crate::{Ident, Thread, current, lock};
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::{Arc, LazyLock, Mutex};

struct Registry {
    /// By identifier, and so in the order of the starts.
    alive: BTreeMap<Ident, Arc<Record>>,
    next_ident: NonZeroU64,
    next_name: u64,
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(|| {
    Mutex::new(Registry { alive: BTreeMap::new(), next_ident: NonZeroU64::MIN, next_name: 1 })
});

/// Gives the thread its identifier and counts it among the living.
pub(crate) fn add(record: &Arc<Record>) {
    let mut registry = lock(&REGISTRY);
    let ident = Ident(registry.next_ident);
    registry.next_ident = ident.0.checked_add(1).expect("no program starts 2⁶⁴ threads");
    record.set_started(ident);
    registry.alive.insert(ident, Arc::clone(record));
}

pub(crate) fn remove(ident: Ident) {
    lock(&REGISTRY).alive.remove(&ident);
}

/// A name for a thread that was given none.
pub(crate) fn fresh_name() -> String {
    let mut registry = lock(&REGISTRY);
    let name = format!("Thread-{}", registry.next_name);
    registry.next_name += 1;
    name
}

/// All threads that are alive, in the order in which they were started.
///
/// They are the threads that this crate started and that have not ended, the
/// calling thread, and every other thread that ever asked for [`current`] or
/// opened a [`main_scope`](crate::main_scope) and still lives. By the time the
/// caller looks at them, some may have ended and others may have been started.
///
/// ```
/// use ch02_threads::{current, enumerate};
///
/// assert!(enumerate().contains(&current()));
/// ```
pub fn enumerate() -> Vec<Thread> {
    // Registers the calling thread, should it be a stranger.
    current();
    lock(&REGISTRY).alive.values().map(|record| Thread(Arc::clone(record))).collect()
}

/// How many threads are alive: the length of [`enumerate`].
///
/// ```
/// assert!(ch02_threads::active_count() >= 1);
/// ```
pub fn active_count() -> usize {
    current();
    lock(&REGISTRY).alive.len()
}
