//! A lock that knows its owner and refuses to wait for it in vain.

use crate::{CheckedLockGuard, ReleaseError};
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// A lock that reports the deadlock of a thread with itself.
///
/// It records its owner. The owner's second acquisition could never be
/// granted, since only the owner may release the lock; so it is refused with
/// [`WouldDeadlock`] at once. POSIX calls this an error-checking mutex, and the
/// error `EDEADLK`.
///
/// A circle of several threads, each waiting for the next one's lock, is not
/// detected.
///
/// It is not fair, and a panic while it is held does not poison it. A thread
/// that ends while it holds the raw core leaves the lock locked for good.
///
/// ```
/// use ch04_rlock::{CheckedLock, WouldDeadlock};
///
/// let lock = CheckedLock::new();
/// let held = lock.lock()?;
/// assert_eq!(lock.lock().unwrap_err(), WouldDeadlock);
/// drop(held);
/// assert!(lock.lock().is_ok());
/// # Ok::<(), WouldDeadlock>(())
/// ```
#[derive(Default)]
pub struct CheckedLock {
    owner: Mutex<Option<ThreadId>>,
    released: Condvar,
}

/// The calling thread holds the lock already and would wait for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this thread already holds the lock; to wait for it would be to wait for ever")]
pub struct WouldDeadlock;

impl CheckedLock {
    /// A lock that nobody holds.
    ///
    /// ```
    /// static LOCK: ch04_rlock::CheckedLock = ch04_rlock::CheckedLock::new();
    /// assert_eq!(LOCK.owner(), None);
    /// ```
    pub const fn new() -> CheckedLock {
        CheckedLock { owner: Mutex::new(None), released: Condvar::new() }
    }

    /// Waits until the lock is free, and takes it until the guard is dropped.
    ///
    /// Blocks for as long as another thread holds the lock.
    ///
    /// # Errors
    ///
    /// [`WouldDeadlock`] if the calling thread holds it.
    ///
    /// ```
    /// let lock = ch04_rlock::CheckedLock::new();
    /// let held = lock.lock()?;
    /// assert_eq!(lock.owner(), Some(std::thread::current().id()));
    /// # drop(held);
    /// # Ok::<(), ch04_rlock::WouldDeadlock>(())
    /// ```
    pub fn lock(&self) -> Result<CheckedLockGuard<'_>, WouldDeadlock> {
        self.acquire()?;
        Ok(CheckedLockGuard::new(self))
    }

    /// Takes the lock if it is free. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::CheckedLock::new();
    /// let first = lock.try_lock();
    /// assert!(first.is_some());
    /// assert!(lock.try_lock().is_none());
    /// ```
    pub fn try_lock(&self) -> Option<CheckedLockGuard<'_>> {
        self.try_acquire().then(|| CheckedLockGuard::new(self))
    }

    /// Takes the lock if it becomes free within `timeout`; `None` if not.
    ///
    /// Blocks for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`WouldDeadlock`], at once, if the calling thread holds the lock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch04_rlock::CheckedLock::new();
    /// assert!(lock.lock_timeout(Duration::from_millis(1))?.is_some());
    /// # Ok::<(), ch04_rlock::WouldDeadlock>(())
    /// ```
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<CheckedLockGuard<'_>>, WouldDeadlock> {
        Ok(self.acquire_timeout(timeout)?.then(|| CheckedLockGuard::new(self)))
    }

    /// Raw core: waits until the lock is free, and takes it.
    ///
    /// Blocks as [`lock`](CheckedLock::lock) does.
    ///
    /// # Errors
    ///
    /// [`WouldDeadlock`] if the calling thread holds the lock.
    ///
    /// ```
    /// use ch04_rlock::{CheckedLock, WouldDeadlock};
    ///
    /// let lock = CheckedLock::new();
    /// assert_eq!(lock.acquire(), Ok(()));
    /// assert_eq!(lock.acquire(), Err(WouldDeadlock));
    /// ```
    pub fn acquire(&self) -> Result<(), WouldDeadlock> {
        let owner = self.unless_mine()?;
        let free = self.released.wait_while(owner, |owner| owner.is_some());
        *free.unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
        Ok(())
    }

    /// Raw core: takes the lock if it is free, and says whether it did. Never
    /// blocks, so the owner may ask too.
    ///
    /// ```
    /// let lock = ch04_rlock::CheckedLock::new();
    /// assert!(lock.try_acquire());
    /// assert!(!lock.try_acquire());
    /// ```
    pub fn try_acquire(&self) -> bool {
        let mut owner = self.state();
        if owner.is_some() {
            return false;
        }
        *owner = Some(thread::current().id());
        true
    }

    /// Raw core: takes the lock if it becomes free within `timeout`, and says
    /// whether it did.
    ///
    /// Blocks for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`WouldDeadlock`], at once, if the calling thread holds the lock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch04_rlock::CheckedLock::new();
    /// assert_eq!(lock.acquire_timeout(Duration::ZERO), Ok(true));
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, WouldDeadlock> {
        let owner = self.unless_mine()?;
        let (mut owner, wait) = self
            .released
            .wait_timeout_while(owner, timeout, |owner| owner.is_some())
            .unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return Ok(false);
        }
        *owner = Some(thread::current().id());
        Ok(true)
    }

    /// Raw core: gives the lock back, and wakes one of those who wait for it.
    /// Never blocks.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if nobody holds the lock,
    /// [`ReleaseError::NotOwner`] if another thread does.
    ///
    /// ```
    /// use ch04_rlock::{CheckedLock, ReleaseError};
    ///
    /// let lock = CheckedLock::new();
    /// assert!(lock.try_acquire());
    /// assert_eq!(lock.release(), Ok(()));
    /// assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    /// ```
    pub fn release(&self) -> Result<(), ReleaseError> {
        let mut owner = self.state();
        match *owner {
            None => return Err(ReleaseError::NotLocked),
            Some(id) if id != thread::current().id() => return Err(ReleaseError::NotOwner),
            Some(_) => *owner = None,
        }
        drop(owner);
        self.released.notify_one();
        Ok(())
    }

    /// Who holds the lock. Never blocks.
    ///
    /// If it is another thread, the answer may be out of date when it arrives.
    ///
    /// ```
    /// let lock = ch04_rlock::CheckedLock::new();
    /// assert_eq!(lock.owner(), None);
    /// ```
    pub fn owner(&self) -> Option<ThreadId> {
        *self.state()
    }

    fn unless_mine(&self) -> Result<MutexGuard<'_, Option<ThreadId>>, WouldDeadlock> {
        let owner = self.state();
        if *owner == Some(thread::current().id()) { Err(WouldDeadlock) } else { Ok(owner) }
    }

    fn state(&self) -> MutexGuard<'_, Option<ThreadId>> {
        // No user code runs under this mutex: even poisoned, the record is good.
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CheckedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedLock").field("owner", &self.owner()).finish()
    }
}
