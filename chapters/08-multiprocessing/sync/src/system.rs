//! What the algorithms ask of the system.

use crate::owner::Owner;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

/// How long somebody sleeps, at most, before looking again.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A system with threads that can sleep on a word of memory (futex(2)).
///
/// ```
/// use ch08_sync::{EventWord, Owner, System};
/// use std::sync::atomic::AtomicU64;
/// use std::time::Duration;
///
/// /// A process with one thread, which nobody else can wake.
/// struct Alone;
///
/// impl System for Alone {
///     fn me(&self) -> Owner {
///         Owner { id: 1, started: 0 }
///     }
///     fn is_alive(&self, owner: Owner) -> bool {
///         owner == self.me()
///     }
///     fn wait(&self, _: &AtomicU64, _: u64, at_most: Duration) {
///         std::thread::sleep(at_most);
///     }
///     fn wake(&self, _: &AtomicU64, _: u32) -> u32 {
///         0
///     }
/// }
///
/// let event = EventWord::default();
/// event.set(&Alone);
/// assert!(event.wait(&Alone, None));
/// ```
pub trait System {
    /// The calling thread.
    fn me(&self) -> Owner;
    /// False once `owner` has ended.
    fn is_alive(&self, owner: Owner) -> bool;
    /// Sleeps until [`wake`](System::wake), at most `at_most`; returns at once if
    /// the low half of `word` is no longer that of `expected`; may return for
    /// no reason.
    fn wait(&self, word: &AtomicU64, expected: u64, at_most: Duration);
    /// Wakes at most `count` of those who wait on `word`; returns how many.
    fn wake(&self, word: &AtomicU64, count: u32) -> u32;
}

/// How long to sleep now; zero if the deadline has passed.
pub(crate) fn nap(deadline: Option<Instant>) -> Duration {
    match deadline {
        None => LOOK_EVERY,
        Some(deadline) => deadline.saturating_duration_since(Instant::now()).min(LOOK_EVERY),
    }
}
