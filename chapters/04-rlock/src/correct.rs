//! The reentrant lock in the fewest words: the record of who holds it, under a
//! mutex.
//!
//! It does what it should, but everybody pays for a mutex on every level, and
//! the owner, who needs none, pays too.

use crate::holding::Holding;
use crate::{Levels, ReleaseError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A correct reentrant lock. [`crate::RLock`] does the same, faster.
///
/// ```
/// use ch04_rlock::{ReleaseError, correct::RLock};
///
/// let lock = RLock::new();
/// lock.acquire();
/// assert!(lock.try_acquire());
/// assert_eq!(lock.depth(), 2);
/// assert_eq!(lock.release(), Ok(()));
/// assert_eq!(lock.release(), Ok(()));
/// assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
/// ```
#[derive(Debug)]
pub struct RLock {
    holding: Mutex<Holding>,
    released: Condvar,
}

impl RLock {
    /// A lock that nobody holds.
    pub const fn new() -> RLock {
        RLock { holding: Mutex::new(Holding::nobody()), released: Condvar::new() }
    }

    /// Waits until the lock is free or the calling thread's own, and holds it
    /// one level deeper.
    pub fn acquire(&self) {
        self.restore(Levels(1));
    }

    /// Takes the lock if it is free or the calling thread's own, and says
    /// whether it did.
    pub fn try_acquire(&self) -> bool {
        let mut holding = self.holding();
        if holding.is_anothers() {
            return false;
        }
        holding.enter(1);
        true
    }

    /// Takes the lock if that is possible within `timeout`, and says whether it
    /// did.
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        let (mut holding, wait) = self
            .released
            .wait_timeout_while(self.holding(), timeout, |holding| holding.is_anothers())
            .unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return false;
        }
        holding.enter(1);
        true
    }

    /// Gives one level back. The last one frees the lock and wakes one of those
    /// who wait for it.
    ///
    /// # Errors
    ///
    /// As [`crate::RLock::release`].
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.leave(|_depth| 1).map(drop)
    }

    /// Gives all levels back at once.
    ///
    /// # Errors
    ///
    /// As [`release`](RLock::release).
    pub fn release_all(&self) -> Result<Levels, ReleaseError> {
        self.leave(|depth| depth)
    }

    /// Waits until the lock is free or the calling thread's own, and takes as
    /// many levels as [`release_all`](RLock::release_all) gave back.
    pub fn restore(&self, levels: Levels) {
        self.released
            .wait_while(self.holding(), |holding| holding.is_anothers())
            .unwrap_or_else(PoisonError::into_inner)
            .enter(levels.0);
    }

    /// How many levels deep the calling thread holds the lock.
    pub fn depth(&self) -> usize {
        let holding = self.holding();
        if holding.is_mine() { holding.depth } else { 0 }
    }

    /// Whether any thread holds the lock.
    pub fn is_locked(&self) -> bool {
        self.holding().owner.is_some()
    }

    fn leave(&self, how_many: impl FnOnce(usize) -> usize) -> Result<Levels, ReleaseError> {
        let mut holding = self.holding();
        let left = holding.leave(how_many)?;
        let free = holding.owner.is_none();
        drop(holding);
        if free {
            self.released.notify_one();
        }
        Ok(left)
    }

    fn holding(&self) -> MutexGuard<'_, Holding> {
        // Nothing panics half-way through a change: even poisoned, the record is good.
        self.holding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RLock {
    fn default() -> RLock {
        RLock::new()
    }
}
