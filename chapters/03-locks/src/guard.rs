//! The guard: an acquired lock that gives itself back.

use crate::Lock;

/// Holds a [`Lock`] until it is dropped.
///
/// The lock has no owner, so the guard may be sent to another thread and
/// dropped there.
///
/// ```
/// let lock = ch03_locks::Lock::new();
/// let held = lock.lock();
/// std::thread::scope(|scope| {
///     scope.spawn(move || drop(held));
/// });
/// assert!(!lock.is_locked());
/// ```
#[derive(Debug)]
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct LockGuard<'a> {
    lock: &'a Lock,
}

impl<'a> LockGuard<'a> {
    /// For a lock that has just been acquired.
    #[inline]
    pub(crate) fn new(lock: &'a Lock) -> LockGuard<'a> {
        LockGuard { lock }
    }
}

impl Drop for LockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // Fails only if somebody released the lock under the guard. Drop may
        // run during a panic, where a second panic would end the process.
        let _ = self.lock.release();
    }
}
