//! The guards: acquired locks that give themselves back, and how to get them.

use crate::{CheckedLock, RLock};
use std::marker::PhantomData;
use std::sync::MutexGuard;
use std::time::Duration;

/// Keeps a guard in the thread that owns the lock, the only one that may
/// release it: not `Send`, yet `Sync`, as `std`'s own guard.
type StaysHere<'a> = PhantomData<MutexGuard<'a, ()>>;

impl RLock {
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
    #[inline]
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
    #[inline]
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
    #[inline]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<RLockGuard<'_>> {
        self.acquire_timeout(timeout).then(|| RLockGuard::new(self))
    }
}

/// Holds a [`CheckedLock`] until it is dropped.
///
/// It cannot leave its thread:
///
/// ```compile_fail,E0277
/// let lock = ch04_rlock::CheckedLock::new();
/// let held = lock.lock().unwrap();
/// std::thread::scope(|scope| {
///     scope.spawn(move || drop(held));
/// });
/// ```
#[derive(Debug)]
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct CheckedLockGuard<'a> {
    lock: &'a CheckedLock,
    _stays_here: StaysHere<'a>,
}

impl<'a> CheckedLockGuard<'a> {
    /// For a lock that the calling thread has just acquired.
    pub(crate) fn new(lock: &'a CheckedLock) -> CheckedLockGuard<'a> {
        CheckedLockGuard { lock, _stays_here: PhantomData }
    }
}

impl Drop for CheckedLockGuard<'_> {
    fn drop(&mut self) {
        // Fails only if the lock was released under the guard. Drop may run
        // during a panic, where a second panic would end the process.
        let _ = self.lock.release();
    }
}

/// Holds one level of an [`RLock`] until it is dropped.
///
/// It cannot leave its thread:
///
/// ```compile_fail,E0277
/// let lock = ch04_rlock::RLock::new();
/// let held = lock.lock();
/// std::thread::scope(|scope| {
///     scope.spawn(move || drop(held));
/// });
/// ```
#[derive(Debug)]
#[must_use = "the level is released as soon as the guard is dropped"]
pub struct RLockGuard<'a> {
    lock: &'a RLock,
    _stays_here: StaysHere<'a>,
}

impl<'a> RLockGuard<'a> {
    /// For a level that the calling thread has just acquired.
    #[inline]
    pub(crate) fn new(lock: &'a RLock) -> RLockGuard<'a> {
        RLockGuard { lock, _stays_here: PhantomData }
    }
}

impl Drop for RLockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // As above: fails only if the level was released under the guard.
        let _ = self.lock.release();
    }
}
