//! The semaphore: a number of permits, and who waits for one.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A number of permits that threads take and give back, as Python's
/// `threading.Semaphore`.
///
/// It has no owners: any thread may give a permit back, also one that was
/// never taken. If that is a mistake in your program,
/// [`BoundedSemaphore`](crate::BoundedSemaphore) reports it.
///
/// It is not fair: a thread that comes by may get a permit before one that has
/// been waiting.
///
/// ```
/// use ch06_condition::Semaphore;
///
/// let two = Semaphore::new(2);
/// let (first, second) = (two.permit(), two.permit());
/// assert!(two.try_permit().is_none());
/// drop(first);
/// assert!(two.try_permit().is_some());
/// # drop(second);
/// ```
pub struct Semaphore {
    permits: Mutex<usize>,
    released: Condvar,
}

/// A permit of a [`Semaphore`] or a
/// [`BoundedSemaphore`](crate::BoundedSemaphore), given back when it is dropped. It may be
/// dropped in another thread.
#[derive(Debug)]
#[must_use = "the permit is given back as soon as this is dropped"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    bound: usize,
}

impl<'a> Permit<'a> {
    /// For a permit that has just been taken, of at most `bound`.
    pub(crate) fn new(semaphore: &'a Semaphore, bound: usize) -> Permit<'a> {
        Permit { semaphore, bound }
    }
}

impl Semaphore {
    /// A semaphore with `permits` permits to take; 0 is allowed.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Semaphore::new(2).available(), 2);
    /// ```
    pub const fn new(permits: usize) -> Semaphore {
        Semaphore { permits: Mutex::new(permits), released: Condvar::new() }
    }

    /// Waits for a permit, and holds it until it is dropped.
    ///
    /// Blocks for as long as there is none.
    ///
    /// ```
    /// let semaphore = ch06_condition::Semaphore::new(1);
    /// let permit = semaphore.permit();
    /// assert_eq!(semaphore.available(), 0);
    /// drop(permit);
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    pub fn permit(&self) -> Permit<'_> {
        self.acquire();
        Permit::new(self, usize::MAX)
    }

    /// Takes a permit if there is one. Never blocks.
    ///
    /// ```
    /// assert!(ch06_condition::Semaphore::new(0).try_permit().is_none());
    /// ```
    pub fn try_permit(&self) -> Option<Permit<'_>> {
        self.try_acquire().then(|| Permit::new(self, usize::MAX))
    }

    /// Takes a permit if there is one within `timeout`.
    ///
    /// Blocks for at most `timeout`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let semaphore = ch06_condition::Semaphore::new(1);
    /// assert!(semaphore.permit_timeout(Duration::from_millis(1)).is_some());
    /// ```
    pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.acquire_timeout(timeout).then(|| Permit::new(self, usize::MAX))
    }

    /// Raw core: waits for a permit and takes it.
    ///
    /// Blocks for as long as there is none.
    ///
    /// ```
    /// let semaphore = ch06_condition::Semaphore::new(1);
    /// semaphore.acquire();
    /// assert_eq!(semaphore.available(), 0);
    /// ```
    pub fn acquire(&self) {
        *self
            .released
            .wait_while(self.permits(), |permits| *permits == 0)
            .unwrap_or_else(PoisonError::into_inner) -= 1;
    }

    /// Raw core: takes a permit if there is one, and says whether it did. Never
    /// blocks.
    ///
    /// ```
    /// let semaphore = ch06_condition::Semaphore::new(1);
    /// assert!(semaphore.try_acquire());
    /// assert!(!semaphore.try_acquire());
    /// ```
    pub fn try_acquire(&self) -> bool {
        let mut permits = self.permits();
        let one_less = permits.checked_sub(1);
        *permits = one_less.unwrap_or(0);
        one_less.is_some()
    }

    /// Raw core: takes a permit if there is one within `timeout`, and says
    /// whether it did.
    ///
    /// Blocks for at most `timeout`. [`Duration::ZERO`] is one attempt,
    /// [`Duration::MAX`] is as good as no time-out.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let semaphore = ch06_condition::Semaphore::new(0);
    /// assert!(!semaphore.acquire_timeout(Duration::from_millis(1)));
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        let (mut permits, wait) = self
            .released
            .wait_timeout_while(self.permits(), timeout, |permits| *permits == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return false;
        }
        *permits -= 1;
        true
    }

    /// Raw core: gives `n` permits, and wakes as many of those who wait. Never
    /// blocks.
    ///
    /// The number of permits stops at [`usize::MAX`].
    ///
    /// ```
    /// let semaphore = ch06_condition::Semaphore::new(0);
    /// semaphore.release(2);
    /// assert_eq!(semaphore.available(), 2);
    /// ```
    pub fn release(&self, n: usize) {
        self.give(n, usize::MAX);
    }

    /// How many permits there are to take. Never blocks.
    ///
    /// Other threads go on: the answer may be out of date when it arrives.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Semaphore::default().available(), 1);
    /// ```
    pub fn available(&self) -> usize {
        *self.permits()
    }

    /// Gives `n` permits unless there would then be more than `bound`. Says
    /// whether it did.
    pub(crate) fn give(&self, n: usize, bound: usize) -> bool {
        let mut permits = self.permits();
        let more = permits.saturating_add(n);
        if more > bound {
            return false;
        }
        *permits = more;
        drop(permits);
        match n {
            0 => {}
            1 => self.released.notify_one(),
            _ => self.released.notify_all(),
        }
        true
    }

    fn permits(&self) -> MutexGuard<'_, usize> {
        // No user code runs under this mutex: even a poisoned number is a good one.
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // Refused only if a bounded semaphore was given back too much already.
        // Drop may run during a panic: the raw `release` is where to hear of it.
        self.semaphore.give(1, self.bound);
    }
}

/// One permit, as in Python.
impl Default for Semaphore {
    fn default() -> Semaphore {
        Semaphore::new(1)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore").field("available", &self.available()).finish()
    }
}
