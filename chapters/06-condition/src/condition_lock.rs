//! What a condition asks of its lock, and how the two locks of the course
//! answer.

use ch03_locks::{Lock, NotLocked, Waiter};
use ch04_rlock::{Levels, RLock, ReleaseError};
use std::time::Duration;

/// A condition was used, or its lock released, by a thread that does not hold
/// the lock.
///
/// A [`Lock`] does not record its owner: there, the error means that nobody
/// holds the lock at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this thread does not hold the condition's lock; acquire it first")]
pub struct NotOwner;

impl From<NotLocked> for NotOwner {
    fn from(_: NotLocked) -> NotOwner {
        NotOwner
    }
}

impl From<ReleaseError> for NotOwner {
    fn from(_: ReleaseError) -> NotOwner {
        NotOwner
    }
}

/// A lock that a [`Condition`](crate::Condition) can stand on.
///
/// [`Lock`] and [`RLock`] are such locks; another one can be made to be.
///
/// ```
/// use ch06_condition::{ConditionLock, NotOwner};
///
/// let lock = ch03_locks::Lock::new();
/// assert_eq!(ConditionLock::release(&lock), Err(NotOwner));
/// ```
pub trait ConditionLock {
    /// What it takes to hold the lock again exactly as before.
    type Saved;

    /// Waits until the calling thread may hold the lock, and takes it.
    fn acquire(&self);

    /// Takes the lock if that is possible without blocking.
    fn try_acquire(&self) -> bool;

    /// Takes the lock if that is possible within `timeout`.
    fn acquire_timeout(&self, timeout: Duration) -> bool;

    /// Undoes one `acquire`.
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if the calling thread does not hold the lock.
    fn release(&self) -> Result<(), NotOwner>;

    /// Whether the calling thread holds the lock, as far as the lock knows.
    fn is_owned(&self) -> bool;

    /// Undoes every `acquire` at once.
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if the calling thread does not hold the lock.
    fn release_all(&self) -> Result<Self::Saved, NotOwner>;

    /// Waits until the calling thread may hold the lock, and takes it as it
    /// was before `release_all`.
    fn restore(&self, saved: Self::Saved);

    /// Has `waiter` woken, at the latest when the lock next becomes free. Called
    /// by a thread that holds the lock.
    ///
    /// A lock that can keep those who wait asleep until then spares them a
    /// useless wake-up. One that cannot wakes them now, as this does unless
    /// overridden.
    ///
    /// It should not panic. If it does, `waiter` sleeps on unless it was woken
    /// before; the others of the same notification are woken at once.
    fn wake_on_release(&self, waiter: Waiter) {
        waiter.wake();
    }
}

impl ConditionLock for Lock {
    type Saved = ();

    fn acquire(&self) {
        Lock::acquire(self);
    }

    fn try_acquire(&self) -> bool {
        Lock::try_acquire(self)
    }

    fn acquire_timeout(&self, timeout: Duration) -> bool {
        Lock::acquire_timeout(self, timeout)
    }

    fn release(&self) -> Result<(), NotOwner> {
        Ok(Lock::release(self)?)
    }

    fn is_owned(&self) -> bool {
        self.is_locked()
    }

    fn release_all(&self) -> Result<(), NotOwner> {
        Ok(Lock::release(self)?)
    }

    fn restore(&self, (): ()) {
        Lock::acquire(self);
    }

    fn wake_on_release(&self, waiter: Waiter) {
        Lock::wake_on_release(self, waiter);
    }
}

impl ConditionLock for RLock {
    type Saved = Levels;

    fn acquire(&self) {
        RLock::acquire(self);
    }

    fn try_acquire(&self) -> bool {
        RLock::try_acquire(self)
    }

    fn acquire_timeout(&self, timeout: Duration) -> bool {
        RLock::acquire_timeout(self, timeout)
    }

    fn release(&self) -> Result<(), NotOwner> {
        Ok(RLock::release(self)?)
    }

    fn is_owned(&self) -> bool {
        RLock::is_owned(self)
    }

    fn release_all(&self) -> Result<Levels, NotOwner> {
        Ok(RLock::release_all(self)?)
    }

    fn restore(&self, levels: Levels) {
        RLock::restore(self, levels);
    }

    fn wake_on_release(&self, waiter: Waiter) {
        RLock::wake_on_release(self, waiter);
    }
}
