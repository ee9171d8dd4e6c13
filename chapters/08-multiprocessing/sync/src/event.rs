//! An event: a flag that can be waited for.

use crate::system::{System, nap};
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::time::Instant;

/// An event as it lies in shared memory; all zeros is one that is not set.
///
/// Bit 0 says whether it is set, the other bits of the low half how often it
/// was. Whoever began to wait before a `set` sees the number change, even if
/// the event was cleared again meanwhile.
#[derive(Debug, Default)]
#[repr(C)]
pub struct EventWord(AtomicU64);

const SET: u64 = 1;
const ONCE_MORE: u64 = 2;
const LOW: u64 = u32::MAX as u64;

impl EventWord {
    /// Whether it is set.
    ///
    /// ```
    /// use ch08_sync::EventWord;
    ///
    /// assert!(!EventWord::default().is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        self.0.load(Acquire) & SET != 0
    }

    /// Sets it and wakes all who wait.
    ///
    /// ```
    /// use ch08_sync::{EventWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let event = EventWord::default();
    /// event.set(&me);
    /// assert!(event.wait(&me, None), "it waits for nothing");
    /// ```
    pub fn set(&self, system: &impl System) {
        let set = |word: u64| (word & SET == 0).then_some(((word + ONCE_MORE) | SET) & LOW);
        if self.0.fetch_update(Release, Relaxed, set).is_ok() {
            system.wake(&self.0, i32::MAX as u32);
        }
    }

    /// Takes the flag back. Whoever waited when it was set is released all the same.
    ///
    /// ```
    /// use ch08_sync::{EventWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let event = EventWord::default();
    /// event.set(&me);
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        self.0.fetch_and(!SET, Relaxed);
    }

    /// Waits until it is set, or until `deadline`; false if the time ran out.
    ///
    /// ```
    /// use ch08_sync::{EventWord, model::World};
    /// use std::time::Instant;
    ///
    /// let world = World::default();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let event = EventWord::default();
    /// assert!(!event.wait(&me, Some(Instant::now())), "not in time");
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| event.set(&other));
    ///     assert!(event.wait(&me, None));
    /// });
    /// ```
    pub fn wait(&self, system: &impl System, deadline: Option<Instant>) -> bool {
        let first = self.0.load(Acquire);
        let mut word = first;
        while word & SET == 0 && word >> 1 == first >> 1 {
            let nap = nap(deadline);
            if nap.is_zero() {
                return false;
            }
            system.wait(&self.0, word, nap);
            word = self.0.load(Acquire);
        }
        true
    }
}
