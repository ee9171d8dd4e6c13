//! A counting semaphore.

use crate::system::{System, nap};
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::time::Instant;

/// A semaphore as it lies in shared memory.
///
/// The low half is the value, the high half how many may be asleep. A waiter
/// that is killed stays in that number, which then costs a call of the system
/// at each release and nothing else.
#[derive(Debug, Default)]
#[repr(C)]
pub struct SemaphoreWord(AtomicU64);

const VALUE: u64 = u32::MAX as u64;
const ONE_WAITS: u64 = 1 << 32;

impl SemaphoreWord {
    /// The largest value.
    pub const MAX: u32 = i32::MAX as u32;

    /// A semaphore of `value`, at most [`MAX`](SemaphoreWord::MAX).
    ///
    /// ```
    /// use ch08_sync::SemaphoreWord;
    ///
    /// assert_eq!(SemaphoreWord::new(3).value(), 3);
    /// assert_eq!(SemaphoreWord::new(u32::MAX).value(), SemaphoreWord::MAX);
    /// ```
    pub fn new(value: u32) -> SemaphoreWord {
        SemaphoreWord(AtomicU64::new(value.min(SemaphoreWord::MAX).into()))
    }

    /// Its value; out of date as soon as it is known.
    ///
    /// ```
    /// use ch08_sync::{SemaphoreWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let seats = SemaphoreWord::new(3);
    /// seats.acquire(&me, None);
    /// assert_eq!(seats.value(), 2);
    /// ```
    pub fn value(&self) -> u32 {
        (self.0.load(Relaxed) & VALUE) as u32
    }

    /// Takes one; waits until `deadline` while there is none. False if the
    /// time ran out.
    ///
    /// ```
    /// use ch08_sync::{SemaphoreWord, model::World};
    /// use std::time::Instant;
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let seats = SemaphoreWord::new(1);
    /// assert!(seats.acquire(&me, None));
    /// assert!(!seats.acquire(&me, Some(Instant::now())), "not in time");
    /// ```
    pub fn acquire(&self, system: &impl System, deadline: Option<Instant>) -> bool {
        let take = |word: u64| (word & VALUE != 0).then(|| word - 1);
        loop {
            if self.0.fetch_update(Acquire, Relaxed, take).is_ok() {
                return true;
            }
            let nap = nap(deadline);
            if nap.is_zero() {
                return false;
            }
            self.0.fetch_add(ONE_WAITS, Relaxed);
            system.wait(&self.0, 0, nap);
            self.0.fetch_sub(ONE_WAITS, Relaxed);
        }
    }

    /// Gives back `count`; false, and nothing happens, if the value would be
    /// more than `bound`.
    ///
    /// ```
    /// use ch08_sync::{SemaphoreWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let seats = SemaphoreWord::new(0);
    /// assert!(seats.release(&me, 2, 2));
    /// assert!(!seats.release(&me, 1, 2), "that would be three");
    /// assert_eq!(seats.value(), 2);
    /// ```
    pub fn release(&self, system: &impl System, count: u32, bound: u32) -> bool {
        let give = |word: u64| {
            let fits = (word & VALUE) + u64::from(count) <= bound.min(SemaphoreWord::MAX).into();
            fits.then(|| word + u64::from(count))
        };
        match self.0.fetch_update(Release, Relaxed, give) {
            Ok(before) => {
                if before >= ONE_WAITS {
                    system.wake(&self.0, count);
                }
                true
            }
            Err(_) => false,
        }
    }
}
