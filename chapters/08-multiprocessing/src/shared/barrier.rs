//! A barrier.

use super::linux::Linux;
use super::memory::{Held, Kind, Placed, Shareable};
use super::{SLOTS, Waiters, deadline};
use ch08_sync::Wait;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use thiserror::Error;

/// A barrier in shared memory, at which a fixed number of threads of several
/// processes wait for one another (Python's `multiprocessing.Barrier`).
///
/// Clones, and copies sent to other processes, are the same barrier. A party
/// that dies while it waits no longer counts. One that dies on its way there
/// is waited for: wait with a time-out, which breaks the barrier for all.
///
/// ```
/// let barrier = ch08_multiprocessing::Barrier::new(2)?;
/// std::thread::scope(|scope| {
///     let other = scope.spawn(|| barrier.wait());
///     let mine = barrier.wait()?;
///     let theirs = other.join().expect("it does not panic")?;
///     assert_eq!(mine + theirs, 1, "one is the first, the other the second");
///     Ok::<(), ch08_multiprocessing::BarrierError>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Barrier {
    place: Placed<Body>,
}

/// Why the others did not come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BarrierError {
    /// This one's time ran out, which broke the barrier.
    #[error("the others did not come in time; the barrier is broken now")]
    TimedOut,
    /// It was aborted or reset, or another's time ran out.
    #[error("the barrier is broken")]
    Broken,
}

#[repr(C)]
struct Body {
    parties: AtomicU64,
    broken: AtomicU64,
    waiters: Waiters,
}

// SAFETY: atomics, for which zeros are values.
unsafe impl Shareable for Body {
    const KIND: Kind = Kind::BARRIER;
}

/// The message to those who wait at a barrier that broke. Any other is the
/// place of the receiver among those who came.
const BROKEN: u32 = u32::MAX;

impl Barrier {
    /// A barrier for `parties` threads in its own piece of shared memory.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// let barrier = Barrier::new(3)?;
    /// assert_eq!(barrier.parties(), 3);
    /// assert!(Barrier::new(0).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If that is none or more than 1024, the process may open no more
    /// descriptors, or there is no memory.
    pub fn new(parties: u32) -> io::Result<Barrier> {
        if parties == 0 || parties as usize > SLOTS {
            let what = format!("a barrier is for 1 to {SLOTS} parties, not {parties}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let place = Placed::<Body>::new()?;
        place.parties.store(parties.into(), Relaxed);
        Ok(Barrier { place })
    }

    /// Blocks until as many wait as there are parties; then all go on.
    /// Returns this one's place among them, from 0, in the order in which they
    /// came.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// let barrier = Barrier::new(2)?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| barrier.wait());
    ///     // Exactly one of the two is the second.
    ///     assert!(barrier.wait()? < 2);
    ///     Ok::<(), BarrierError>(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BarrierError::Broken`].
    pub fn wait(&self) -> Result<u32, BarrierError> {
        self.wait_until(None)
    }

    /// As [`wait`](Barrier::wait), at most for `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// use std::time::Duration;
    /// let barrier = Barrier::new(2)?;
    /// // Nobody else comes.
    /// assert_eq!(barrier.wait_timeout(Duration::from_millis(1)), Err(BarrierError::TimedOut));
    /// assert!(barrier.is_broken());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BarrierError`].
    pub fn wait_timeout(&self, timeout: Duration) -> Result<u32, BarrierError> {
        self.wait_until(deadline(timeout))
    }

    fn wait_until(&self, deadline: Option<Instant>) -> Result<u32, BarrierError> {
        let held = self.hold();
        let Body { parties, broken, waiters } = &*self.place;
        if broken.load(Relaxed) != 0 {
            return Err(BarrierError::Broken);
        }
        let others = (parties.load(Relaxed) as u32).saturating_sub(1);
        if waiters.waiting(&Linux) >= others {
            for place in 0..others {
                waiters.notify(&Linux, 1, place);
            }
            return Ok(others);
        }
        match waiters.wait(&Linux, held.word(), deadline) {
            Wait::Notified(BROKEN) => Err(BarrierError::Broken),
            Wait::Notified(place) => {
                // Whoever let this one go may have died before it let all go.
                if held.word().take_notice_of_death() {
                    self.break_up();
                }
                Ok(place)
            }
            Wait::TimedOut => {
                self.break_up();
                Err(BarrierError::TimedOut)
            }
        }
    }

    /// Breaks it: all who wait, and all who come, get [`BarrierError::Broken`].
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// let barrier = Barrier::new(2)?;
    /// barrier.abort();
    /// assert_eq!(barrier.wait(), Err(BarrierError::Broken));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn abort(&self) {
        let _held = self.hold();
        self.break_up();
    }

    /// Makes it whole and empty again; who still waits gets
    /// [`BarrierError::Broken`].
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// let barrier = Barrier::new(1)?;
    /// barrier.abort();
    /// barrier.reset();
    /// assert_eq!(barrier.wait(), Ok(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reset(&self) {
        let _held = self.hold();
        self.place.waiters.notify(&Linux, u32::MAX, BROKEN);
        self.place.broken.store(0, Relaxed);
    }

    /// How many it is for.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// assert_eq!(Barrier::new(4)?.parties(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parties(&self) -> u32 {
        self.place.parties.load(Relaxed) as u32
    }

    /// How many wait; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// assert_eq!(Barrier::new(4)?.waiting(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn waiting(&self) -> u32 {
        let _held = self.hold();
        self.place.waiters.waiting(&Linux)
    }

    /// Whether it is broken; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Barrier, BarrierError};
    /// let barrier = Barrier::new(2)?;
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_broken(&self) -> bool {
        self.place.broken.load(Relaxed) != 0
    }

    fn hold(&self) -> Held<'_> {
        let (held, died) = self.place.memory().hold();
        if died {
            self.break_up();
        }
        held
    }

    /// The caller holds the lock.
    fn break_up(&self) {
        self.place.broken.store(1, Relaxed);
        self.place.waiters.notify(&Linux, u32::MAX, BROKEN);
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("parties", &self.parties())
            .field("is_broken", &self.is_broken())
            .finish_non_exhaustive()
    }
}
