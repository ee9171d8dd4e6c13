//! What Python does at the end of the main thread.

use crate::record::Record;
use crate::{current, lock};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

/// Runs `body`, then waits for every thread started in it that is not a daemon.
///
/// A Rust program ends with its `main`, whatever other threads are doing. A
/// Python program waits first, for all but the daemons. A `main` that is one
/// `main_scope` does as Python does.
///
/// The scope's threads are those that `body` starts, those that they start, and
/// so on; a scope inside another has its own. Daemons are left behind: they run
/// on until the process ends. A thread that a daemon starts after the scope has
/// ended is waited for by nobody.
///
/// Blocks until the last of them has ended. If `body` panics, it waits all the
/// same and then goes on with the panic. A panic in a thread is the business of
/// whoever joins it.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// let done = Arc::new(AtomicU32::new(0));
/// ch02_threads::main_scope(|| {
///     for _ in 0..20 {
///         let done = Arc::clone(&done);
///         ch02_threads::spawn(move || done.fetch_add(1, Relaxed));
///     }
/// });
/// assert_eq!(done.load(Relaxed), 20);
/// ```
pub fn main_scope<R>(body: impl FnOnce() -> R) -> R {
    let scope = Arc::new(Scope::default());
    let outer = current::replace_scope(Some(Arc::clone(&scope)));
    let result = catch_unwind(AssertUnwindSafe(body));
    current::replace_scope(outer);
    scope.join_all();
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The threads that one `main_scope` will wait for.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    waited_for: Mutex<WaitedFor>,
}

#[derive(Debug, Default)]
struct WaitedFor {
    threads: Vec<Arc<Record>>,
    sweep_at: usize,
}

impl Scope {
    pub(crate) fn add(&self, record: &Arc<Record>) {
        let mut waited_for = lock(&self.waited_for);
        // A server starts threads for ever: forget the ended ones, but not so
        // often that it would cost more than a constant a thread.
        if waited_for.threads.len() >= waited_for.sweep_at {
            waited_for.threads.retain(|record| record.is_alive());
            waited_for.sweep_at = 64.max(2 * waited_for.threads.len());
        }
        waited_for.threads.push(Arc::clone(record));
    }

    fn join_all(&self) {
        loop {
            let threads = std::mem::take(&mut lock(&self.waited_for).threads);
            if threads.is_empty() {
                // A thread adds those it starts before it ends, and all have ended.
                return;
            }
            for thread in threads {
                thread.wait(None);
            }
        }
    }
}
