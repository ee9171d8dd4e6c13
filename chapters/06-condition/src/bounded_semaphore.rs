//! The semaphore that notices when more is given back than was taken.

use crate::{Permit, Semaphore};
use std::time::Duration;

/// A [`Semaphore`] that never has more permits than at the start, as Python's
/// `threading.BoundedSemaphore`.
///
/// ```
/// use ch06_condition::{BoundedSemaphore, TooManyReleases};
///
/// let two = BoundedSemaphore::new(2);
/// two.acquire();
/// assert_eq!(two.release(1), Ok(()));
/// assert_eq!(two.release(1), Err(TooManyReleases { bound: 2 }));
/// ```
#[derive(Debug)]
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    bound: usize,
}

/// [`BoundedSemaphore::release`] would have left more permits than there were
/// at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more permits given back than taken: there are {bound} in all")]
pub struct TooManyReleases {
    /// How many permits there are in all.
    pub bound: usize,
}

impl BoundedSemaphore {
    /// A semaphore with `bound` permits to take, and never more.
    ///
    /// ```
    /// assert_eq!(ch06_condition::BoundedSemaphore::new(2).available(), 2);
    /// ```
    pub const fn new(bound: usize) -> BoundedSemaphore {
        BoundedSemaphore { semaphore: Semaphore::new(bound), bound }
    }

    /// As [`Semaphore::permit`].
    ///
    /// ```
    /// let semaphore = ch06_condition::BoundedSemaphore::new(1);
    /// drop(semaphore.permit());
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    pub fn permit(&self) -> Permit<'_> {
        self.acquire();
        Permit::new(&self.semaphore, self.bound)
    }

    /// As [`Semaphore::try_permit`].
    ///
    /// ```
    /// assert!(ch06_condition::BoundedSemaphore::new(1).try_permit().is_some());
    /// ```
    pub fn try_permit(&self) -> Option<Permit<'_>> {
        self.try_acquire().then(|| Permit::new(&self.semaphore, self.bound))
    }

    /// As [`Semaphore::permit_timeout`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let semaphore = ch06_condition::BoundedSemaphore::new(1);
    /// assert!(semaphore.permit_timeout(Duration::from_millis(1)).is_some());
    /// ```
    pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.acquire_timeout(timeout).then(|| Permit::new(&self.semaphore, self.bound))
    }

    /// As [`Semaphore::acquire`].
    ///
    /// ```
    /// let semaphore = ch06_condition::BoundedSemaphore::new(1);
    /// semaphore.acquire();
    /// assert_eq!(semaphore.available(), 0);
    /// ```
    pub fn acquire(&self) {
        self.semaphore.acquire();
    }

    /// As [`Semaphore::try_acquire`].
    ///
    /// ```
    /// assert!(ch06_condition::BoundedSemaphore::new(1).try_acquire());
    /// ```
    pub fn try_acquire(&self) -> bool {
        self.semaphore.try_acquire()
    }

    /// As [`Semaphore::acquire_timeout`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert!(!ch06_condition::BoundedSemaphore::new(0).acquire_timeout(Duration::ZERO));
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.semaphore.acquire_timeout(timeout)
    }

    /// Raw core: gives `n` permits back, and wakes as many of those who wait.
    /// Never blocks.
    ///
    /// # Errors
    ///
    /// [`TooManyReleases`] if there would be more permits than at the start.
    /// Then none is given back.
    ///
    /// ```
    /// let semaphore = ch06_condition::BoundedSemaphore::new(2);
    /// semaphore.acquire();
    /// assert!(semaphore.release(2).is_err());
    /// assert!(semaphore.release(1).is_ok());
    /// ```
    pub fn release(&self, n: usize) -> Result<(), TooManyReleases> {
        let given = self.semaphore.give(n, self.bound);
        if given { Ok(()) } else { Err(TooManyReleases { bound: self.bound }) }
    }

    /// As [`Semaphore::available`].
    ///
    /// ```
    /// assert_eq!(ch06_condition::BoundedSemaphore::default().available(), 1);
    /// ```
    pub fn available(&self) -> usize {
        self.semaphore.available()
    }
}

/// One permit, as in Python.
impl Default for BoundedSemaphore {
    fn default() -> BoundedSemaphore {
        BoundedSemaphore::new(1)
    }
}
