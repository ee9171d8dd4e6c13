//! A lock that survives its holder, and that anybody may release.

use super::deadline;
use super::linux::Linux;
use super::memory::{Kind, Placed, Shareable};
use super::owner_died::{OwnerDied, TryLockError};
use ch08_sync::LockWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;
use thiserror::Error;

/// A lock in shared memory, for threads of several processes (Python's
/// `multiprocessing.Lock`).
///
/// Clones, and copies sent to other processes, are the same lock.
///
/// - It is not reentrant: a thread that takes it twice waits for ever, or until
///   its time-out. See [`RLock`](crate::RLock).
/// - If the thread or process that took it **dies**, the next owner gets it and
///   is told by [`OwnerDied`]. (CPython's waiters hang for ever.) A waiter
///   notices after 50 ms or so.
/// - No fairness: a thread that releases and takes it again may win over one
///   that waits.
///
/// ```
/// let lock = ch08_multiprocessing::Lock::new()?;
/// let guard = lock.lock().expect("nobody has died yet");
/// assert!(lock.try_lock().is_err());
/// drop(guard);
/// assert!(!lock.is_locked());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Limits: the processes must see each other under the same process ids (one
/// pid namespace) and be able to read `/proc`; without, a dead holder's lock stays held.
#[derive(Clone, Serialize, Deserialize)]
pub struct Lock {
    place: Placed<Nothing>,
}

struct Nothing;

// SAFETY: there is nothing in it.
unsafe impl Shareable for Nothing {
    const KIND: Kind = Kind::LOCK;
}

/// Releases the lock when dropped, if this thread still has it.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct LockGuard<'a> {
    lock: &'a Lock,
    /// Its death is this thread's death.
    _not_send: PhantomData<*const ()>,
}

/// Nobody holds the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the lock is not locked, so it cannot be released")]
pub struct NotLocked;

impl Lock {
    /// A free lock in its own piece of shared memory.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// assert!(!lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new() -> std::io::Result<Lock> {
        Ok(Lock { place: Placed::new()? })
    }

    fn word(&self) -> &LockWord {
        self.place.memory().lock()
    }

    /// Takes the lock; blocks while any thread of any process holds it.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// let guard = lock.lock().unwrap();
    /// assert!(lock.is_locked());
    /// drop(guard);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`] holds the guard: the lock is taken all the same.
    pub fn lock(&self) -> Result<LockGuard<'_>, OwnerDied<LockGuard<'_>>> {
        self.word().acquire_once(&Linux, None);
        self.guard()
    }

    /// Takes the lock if nobody holds it; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// let guard = lock.lock().unwrap();
    /// assert!(lock.try_lock().is_err(), "it is not free");
    /// drop(guard);
    /// assert!(lock.try_lock().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`]. A holder's death is noticed by those who wait, so
    /// this may answer `WouldBlock` for a dead one.
    pub fn try_lock(&self) -> Result<LockGuard<'_>, TryLockError<LockGuard<'_>>> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// use std::time::Duration;
    /// let lock = Lock::new()?;
    /// let _guard = lock.lock().unwrap();
    /// assert!(lock.lock_timeout(Duration::from_millis(1)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<LockGuard<'_>, TryLockError<LockGuard<'_>>> {
        if !self.word().acquire_once(&Linux, deadline(timeout)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.guard()?)
    }

    fn guard(&self) -> Result<LockGuard<'_>, OwnerDied<LockGuard<'_>>> {
        let died = self.word().take_notice_of_death();
        let guard = LockGuard { lock: self, _not_send: PhantomData };
        if died { Err(OwnerDied::new(guard)) } else { Ok(guard) }
    }

    /// The raw core: takes the lock without a guard. Blocks as
    /// [`lock`](Lock::lock).
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// lock.acquire()?;
    /// assert!(lock.is_locked());
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`] if the last holder died: the lock is taken all the same.
    pub fn acquire(&self) -> Result<(), OwnerDied<()>> {
        self.word().acquire_once(&Linux, None);
        self.told()
    }

    /// The raw core: takes the lock without a guard if that needs no waiting.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// lock.try_acquire()?;
    /// assert!(lock.try_acquire().is_err(), "it is not free");
    /// lock.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_lock`](Lock::try_lock).
    pub fn try_acquire(&self) -> Result<(), TryLockError<()>> {
        self.acquire_timeout(Duration::ZERO)
    }

    /// The raw core: takes the lock without a guard; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// use std::time::Duration;
    /// let lock = Lock::new()?;
    /// lock.acquire()?;
    /// assert!(lock.acquire_timeout(Duration::from_millis(1)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`lock_timeout`](Lock::lock_timeout).
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<(), TryLockError<()>> {
        if !self.word().acquire_once(&Linux, deadline(timeout)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.told()?)
    }

    fn told(&self) -> Result<(), OwnerDied<()>> {
        if self.word().take_notice_of_death() { Err(OwnerDied::new(())) } else { Ok(()) }
    }

    /// The raw core: releases the lock, whoever took it, in whatever process.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// lock.acquire()?;
    /// // Any thread may do it, of any process.
    /// std::thread::scope(|scope| scope.spawn(|| lock.release()).join().unwrap())?;
    /// assert!(lock.release().is_err(), "it is free");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotLocked`].
    pub fn release(&self) -> Result<(), NotLocked> {
        if self.word().release_anyones(&Linux) { Ok(()) } else { Err(NotLocked) }
    }

    /// Whether anybody holds it; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::Lock;
    /// let lock = Lock::new()?;
    /// lock.acquire()?;
    /// assert!(lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_locked(&self) -> bool {
        self.word().is_held()
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        // In a forked child, or after somebody else released it, nothing happens.
        self.lock.word().release(&Linux);
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("is_locked", &self.is_locked()).finish()
    }
}
