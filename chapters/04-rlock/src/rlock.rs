//! The reentrant lock: the owner may come in again.

use crate::holding::{Holding, Levels};
use crate::{RLockGuard, ReleaseError};
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A lock that its owner may acquire again, as Python's `threading.RLock`.
///
/// It is free once it has been released as often as it was acquired. Only its
/// owner may release it.
///
/// It is not fair, and a panic while it is held does not poison it. A thread
/// that ends while it holds the raw core leaves the lock locked for good.
/// Acquiring panics if the depth would exceed [`usize::MAX`].
///
/// When not to use it: whoever acquires it again finds the data half-way
/// through its own caller's change. If the code can be arranged so that the
/// lock is taken once, at the outermost call, do that and use
/// [`std::sync::Mutex`].
///
/// ```
/// use ch04_rlock::RLock;
///
/// let lock = RLock::new();
/// let outer = lock.lock();
/// let inner = lock.lock();
/// assert_eq!(lock.depth(), 2);
/// drop(inner);
/// drop(outer);
/// assert!(!lock.locked());
/// ```
pub struct RLock {
    holding: Mutex<Holding>,
    released: Condvar,
}

impl RLock {
    /// A lock that nobody holds.
    ///
    /// ```
    /// static LOCK: ch04_rlock::RLock = ch04_rlock::RLock::new();
    /// assert!(!LOCK.locked());
    /// ```
    pub const fn new() -> RLock {
        RLock { holding: Mutex::new(Holding::nobody()), released: Condvar::new() }
    }

    /// Waits until the lock is free or the calling thread's own, and holds it
    /// one level deeper until the guard is dropped.
    ///
    /// Blocks for as long as another thread holds the lock.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// let _outer = lock.lock();
    /// let _inner = lock.lock();
    /// assert_eq!(lock.depth(), 2);
    /// ```
    pub fn lock(&self) -> RLockGuard<'_> {
        self.acquire();
        RLockGuard::new(self)
    }

    /// Takes the lock if it is free or the calling thread's own. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// let _held = lock.lock();
    /// assert!(lock.try_lock().is_some());
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| assert!(lock.try_lock().is_none()));
    /// });
    /// ```
    pub fn try_lock(&self) -> Option<RLockGuard<'_>> {
        self.try_acquire().then(|| RLockGuard::new(self))
    }

    /// Takes the lock if it becomes free within `timeout`, or is the calling
    /// thread's own.
    ///
    /// Blocks for at most `timeout`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(lock.lock_timeout(Duration::from_millis(1)).is_some());
    /// ```
    pub fn lock_timeout(&self, timeout: Duration) -> Option<RLockGuard<'_>> {
        self.acquire_timeout(timeout).then(|| RLockGuard::new(self))
    }

    /// Raw core: as [`lock`](RLock::lock), until [`release`](RLock::release).
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// lock.acquire();
    /// lock.acquire();
    /// lock.release()?;
    /// lock.release()?;
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    pub fn acquire(&self) {
        self.restore(Levels(1));
    }

    /// Raw core: as [`try_lock`](RLock::try_lock). Says whether it took the
    /// lock.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(lock.try_acquire());
    /// assert!(lock.try_acquire());
    /// ```
    pub fn try_acquire(&self) -> bool {
        let mut holding = self.holding();
        if holding.is_anothers() {
            return false;
        }
        holding.enter(1);
        true
    }

    /// Raw core: as [`lock_timeout`](RLock::lock_timeout). Says whether it took
    /// the lock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(lock.acquire_timeout(Duration::ZERO));
    /// ```
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

    /// Raw core: gives one level back. The last one frees the lock and wakes
    /// one of those who wait for it. Never blocks.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if nobody holds the lock,
    /// [`ReleaseError::NotOwner`] if another thread does.
    ///
    /// ```
    /// use ch04_rlock::{RLock, ReleaseError};
    ///
    /// let lock = RLock::new();
    /// assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    /// lock.acquire();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| assert_eq!(lock.release(), Err(ReleaseError::NotOwner)));
    /// });
    /// assert_eq!(lock.release(), Ok(()));
    /// ```
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.leave(|_depth| 1).map(drop)
    }

    /// Raw core: gives all levels back at once, however many there are, and
    /// returns them for [`restore`](RLock::restore). Never blocks.
    ///
    /// This is what a condition does before it waits (chapter 6): to give back
    /// one of several levels would not let anybody else in.
    ///
    /// # Errors
    ///
    /// As [`release`](RLock::release).
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// lock.acquire();
    /// lock.acquire();
    /// let levels = lock.release_all()?;
    /// assert!(!lock.locked());
    /// lock.restore(levels);
    /// assert_eq!(lock.depth(), 2);
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    pub fn release_all(&self) -> Result<Levels, ReleaseError> {
        self.leave(|depth| depth)
    }

    /// Raw core: waits until the lock is free or the calling thread's own, and
    /// takes as many levels as [`release_all`](RLock::release_all) gave back.
    ///
    /// Blocks for as long as another thread holds the lock.
    ///
    /// For an example see [`release_all`](RLock::release_all).
    pub fn restore(&self, levels: Levels) {
        self.released
            .wait_while(self.holding(), |holding| holding.is_anothers())
            .unwrap_or_else(PoisonError::into_inner)
            .enter(levels.0);
    }

    /// How many levels deep the calling thread holds the lock; 0 if it does
    /// not. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert_eq!(lock.depth(), 0);
    /// let _held = lock.lock();
    /// assert_eq!(lock.depth(), 1);
    /// ```
    pub fn depth(&self) -> usize {
        let holding = self.holding();
        if holding.is_mine() { holding.depth } else { 0 }
    }

    /// Whether the calling thread holds the lock. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(!lock.is_owned());
    /// ```
    pub fn is_owned(&self) -> bool {
        self.depth() > 0
    }

    /// Whether any thread holds the lock. Never blocks.
    ///
    /// If it is another thread, the answer may be out of date when it arrives.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(!lock.locked());
    /// ```
    pub fn locked(&self) -> bool {
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

impl fmt::Debug for RLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holding = self.holding();
        f.debug_struct("RLock")
            .field("owner", &holding.owner)
            .field("depth", &holding.depth)
            .finish()
    }
}
