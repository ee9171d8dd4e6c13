//! Second step: look and take under a mutex, and sleep on a condition variable.
//!
//! Nothing can come between the look and the taking, and who waits costs no
//! time. But everybody pays for a mutex twice, also where nobody waits.

use crate::NotLocked;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A correct lock, in the fewest words. [`crate::Lock`] does the same, faster.
///
/// ```
/// use ch03_locks::correct::Lock;
/// use ch03_locks::NotLocked;
///
/// let lock = Lock::new();
/// lock.acquire();
/// assert!(!lock.try_acquire());
/// assert_eq!(lock.release(), Ok(()));
/// assert_eq!(lock.release(), Err(NotLocked));
/// ```
#[derive(Debug, Default)]
pub struct Lock {
    locked: Mutex<bool>,
    released: Condvar,
}

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Lock {
        Lock { locked: Mutex::new(false), released: Condvar::new() }
    }

    /// Waits until the lock is free, and takes it.
    pub fn acquire(&self) {
        let free = self.released.wait_while(self.state(), |locked| *locked);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Takes the lock if it is free, and says whether it did.
    pub fn try_acquire(&self) -> bool {
        let mut locked = self.state();
        !std::mem::replace(&mut *locked, true)
    }

    /// Takes the lock if it becomes free within `timeout`, and says whether it
    /// did.
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        let (mut locked, wait) = self
            .released
            .wait_timeout_while(self.state(), timeout, |locked| *locked)
            .unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return false;
        }
        *locked = true;
        true
    }

    /// Gives the lock back, and wakes one of those who wait for it.
    ///
    /// # Errors
    ///
    /// [`NotLocked`] if nobody holds the lock.
    pub fn release(&self) -> Result<(), NotLocked> {
        let was_locked = std::mem::replace(&mut *self.state(), false);
        if !was_locked {
            return Err(NotLocked);
        }
        self.released.notify_one();
        Ok(())
    }

    /// Whether somebody holds the lock.
    pub fn is_locked(&self) -> bool {
        *self.state()
    }

    fn state(&self) -> MutexGuard<'_, bool> {
        // No user code runs under this mutex: even a poisoned bool is a good one.
        self.locked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
