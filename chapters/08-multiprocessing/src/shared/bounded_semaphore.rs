//! The semaphore that is not given more than it began with.

use super::deadline;
use super::linux::Linux;
use super::memory::{Kind, Placed, Shareable};
use super::semaphore::{Permit, TooManyReleases, fill, give};
use ch08_sync::SemaphoreWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// A [`Semaphore`](crate::Semaphore) whose value never exceeds the one it began with (Python's
/// `multiprocessing.BoundedSemaphore`, which does not check that on macOS).
#[derive(Clone, Serialize, Deserialize)]
pub struct BoundedSemaphore {
    place: Placed<Bounded>,
}

#[derive(Debug, Default)]
#[repr(C)]
struct Bounded {
    word: SemaphoreWord,
    bound: AtomicU32,
}

// SAFETY: two atomics; zeros are a semaphore of 0 with the bound 0.
unsafe impl Shareable for Bounded {
    const KIND: Kind = Kind::BOUNDED_SEMAPHORE;
}

impl BoundedSemaphore {
    /// A semaphore of `value`, and never more.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(2)?;
    /// assert_eq!(seats.available(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Semaphore::new`](crate::Semaphore::new).
    pub fn new(value: u32) -> io::Result<BoundedSemaphore> {
        let place = Placed::<Bounded>::new()?;
        place.bound.store(value, Relaxed);
        fill(&place.word, value)?;
        Ok(BoundedSemaphore { place })
    }

    /// Takes a permit that is given back when it is dropped; blocks while there
    /// is none.
    ///
    /// ```
    /// let seats = ch08_multiprocessing::BoundedSemaphore::new(1)?;
    /// let permit = seats.permit();
    /// assert!(seats.try_permit().is_none());
    /// drop(permit);
    /// assert_eq!(seats.available(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn permit(&self) -> Permit<'_> {
        self.acquire();
        self.taken()
    }

    /// As [`permit`](BoundedSemaphore::permit), if there is one; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(1)?;
    /// let permit = seats.try_permit().expect("one is free");
    /// assert!(seats.try_permit().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_permit(&self) -> Option<Permit<'_>> {
        self.try_acquire().then(|| self.taken())
    }

    /// As [`permit`](BoundedSemaphore::permit), if there is one within `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// use std::time::Duration;
    /// let seats = BoundedSemaphore::new(1)?;
    /// let _permit = seats.permit();
    /// assert!(seats.permit_timeout(Duration::from_millis(1)).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.acquire_timeout(timeout).then(|| self.taken())
    }

    fn taken(&self) -> Permit<'_> {
        Permit { word: &self.place.word, bound: self.place.bound.load(Relaxed) }
    }

    /// The raw core: takes a permit if there is one, and says whether it did;
    /// does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(1)?;
    /// assert!(seats.try_acquire());
    /// assert!(!seats.try_acquire());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_acquire(&self) -> bool {
        self.acquire_timeout(Duration::ZERO)
    }

    /// The raw core: takes a permit; blocks while there is none.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(1)?;
    /// seats.acquire();
    /// assert_eq!(seats.available(), 0);
    /// seats.release(1)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acquire(&self) {
        self.place.word.acquire(&Linux, None);
    }

    /// The raw core: takes a permit; blocks for at most `timeout`. False if there was none.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// use std::time::Duration;
    /// let seats = BoundedSemaphore::new(1)?;
    /// assert!(seats.acquire_timeout(Duration::from_secs(1)));
    /// assert!(!seats.acquire_timeout(Duration::from_millis(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.place.word.acquire(&Linux, deadline(timeout))
    }

    /// Gives `permits` back.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(1)?;
    /// seats.acquire();
    /// seats.release(1)?;
    /// assert_eq!(seats.release(1).unwrap_err().bound, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooManyReleases`]; nothing is given back.
    pub fn release(&self, permits: u32) -> Result<(), TooManyReleases> {
        // Written once, before anybody else had the semaphore.
        give(&self.place.word, permits, self.place.bound.load(Relaxed))
    }

    /// How many permits there are; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = BoundedSemaphore::new(5)?;
    /// let _permit = seats.permit();
    /// assert_eq!(seats.available(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn available(&self) -> u32 {
        self.place.word.value()
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedSemaphore").field("available", &self.available()).finish()
    }
}
