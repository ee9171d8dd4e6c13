//! Counting semaphores.

use super::deadline;
use super::linux::Linux;
use super::memory::{Kind, Placed, Shareable};
use ch08_sync::SemaphoreWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::time::Duration;
use thiserror::Error;

/// A semaphore in shared memory, for threads of several processes (Python's
/// `multiprocessing.Semaphore`).
///
/// Clones, and copies sent to other processes, are the same semaphore. Nobody
/// holds what was acquired: whoever dies before it releases takes its permits
/// along, as with every semaphore. Where that must not be, use a
/// [`Lock`](crate::Lock). Those who wait lose nothing by the death of others.
///
/// ```
/// use std::time::Duration;
/// let seats = ch08_multiprocessing::Semaphore::new(2)?;
/// seats.acquire();
/// seats.acquire();
/// assert!(!seats.acquire_timeout(Duration::ZERO));
/// seats.release(1)?;
/// assert_eq!(seats.available(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Semaphore {
    place: Placed<Unbounded>,
}

/// A permit of a semaphore, given back when this is dropped.
///
/// Not if its process is killed: nobody holds what was acquired.
#[must_use = "the permit is given back when this is dropped"]
pub struct Permit<'a> {
    pub(super) word: &'a SemaphoreWord,
    pub(super) bound: u32,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // If others have given back more than they took, there is no room for it.
        let _ = give(self.word, 1, self.bound);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// There would be more permits than there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("released too often: the semaphore may not exceed {bound}")]
pub struct TooManyReleases {
    /// The largest value.
    pub bound: u32,
}

#[derive(Debug, Default)]
#[repr(C)]
struct Unbounded(SemaphoreWord);

// SAFETY: an atomic; zero is a semaphore of 0.
unsafe impl Shareable for Unbounded {
    const KIND: Kind = Kind::SEMAPHORE;
}

impl Semaphore {
    /// A semaphore of `value` in its own piece of shared memory.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = Semaphore::new(2)?;
    /// assert_eq!(seats.available(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `value` is more than 2³¹ − 1, the process may open no more
    /// descriptors, or there is no memory.
    pub fn new(value: u32) -> io::Result<Semaphore> {
        let place = Placed::<Unbounded>::new()?;
        fill(&place.0, value)?;
        Ok(Semaphore { place })
    }

    /// Takes a permit that is given back when it is dropped; blocks while there
    /// is none.
    ///
    /// ```
    /// let seats = ch08_multiprocessing::Semaphore::new(1)?;
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

    /// As [`permit`](Semaphore::permit), if there is one; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = Semaphore::new(1)?;
    /// let permit = seats.try_permit().expect("one is free");
    /// assert!(seats.try_permit().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_permit(&self) -> Option<Permit<'_>> {
        self.try_acquire().then(|| self.taken())
    }

    /// As [`permit`](Semaphore::permit), if there is one within `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// use std::time::Duration;
    /// let seats = Semaphore::new(0)?;
    /// assert!(seats.permit_timeout(Duration::from_millis(1)).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.acquire_timeout(timeout).then(|| self.taken())
    }

    fn taken(&self) -> Permit<'_> {
        Permit { word: &self.place.0, bound: SemaphoreWord::MAX }
    }

    /// The raw core: takes a permit if there is one, and says whether it did;
    /// does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = Semaphore::new(1)?;
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
    /// let seats = Semaphore::new(1)?;
    /// seats.acquire();
    /// assert_eq!(seats.available(), 0);
    /// seats.release(1)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acquire(&self) {
        self.place.0.acquire(&Linux, None);
    }

    /// The raw core: takes a permit; blocks for at most `timeout`. False if there was none.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// use std::time::Duration;
    /// let seats = Semaphore::new(0)?;
    /// assert!(!seats.acquire_timeout(Duration::from_millis(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.place.0.acquire(&Linux, deadline(timeout))
    }

    /// Gives `permits` back.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = Semaphore::new(0)?;
    /// // It may have more than it began with.
    /// seats.release(3)?;
    /// assert_eq!(seats.available(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooManyReleases`] if the value would exceed 2³¹ − 1; nothing is given back.
    pub fn release(&self, permits: u32) -> Result<(), TooManyReleases> {
        give(&self.place.0, permits, SemaphoreWord::MAX)
    }

    /// How many permits there are; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::{BoundedSemaphore, Semaphore};
    /// let seats = Semaphore::new(5)?;
    /// let _permit = seats.permit();
    /// assert_eq!(seats.available(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn available(&self) -> u32 {
        self.place.0.value()
    }
}

/// The first permits of a semaphore that nobody else knows of yet.
pub(super) fn fill(word: &SemaphoreWord, value: u32) -> io::Result<()> {
    match word.release(&Linux, value, SemaphoreWord::MAX) {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a semaphore holds at most {} permits", SemaphoreWord::MAX),
        )),
    }
}

pub(super) fn give(word: &SemaphoreWord, permits: u32, bound: u32) -> Result<(), TooManyReleases> {
    if word.release(&Linux, permits, bound) { Ok(()) } else { Err(TooManyReleases { bound }) }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore").field("available", &self.available()).finish()
    }
}
