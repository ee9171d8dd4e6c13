//! The guards: acquired locks that give themselves back.

use crate::{CheckedLock, RLock};
use std::marker::PhantomData;
use std::sync::MutexGuard;

/// Keeps a guard in the thread that owns the lock, the only one that may
/// release it: not `Send`, yet `Sync`, as `std`'s own guard.
type StaysHere<'a> = PhantomData<MutexGuard<'a, ()>>;

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
