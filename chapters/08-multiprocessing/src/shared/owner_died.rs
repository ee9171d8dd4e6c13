//! What a lock says besides that it is taken: its last holder died, somebody else has it, it is not the caller's.

use std::fmt;
use thiserror::Error;

/// The lock is the caller's, and whoever held it before died holding it.
///
/// The owner is told once; the next owner is not, unless this one dies too.
#[derive(Error)]
#[error("the lock's last holder died while it held the lock")]
pub struct OwnerDied<G> {
    guard: G,
}

/// Why a lock was not taken, or not without a remark.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TryLockError<G> {
    /// Another thread holds it, and the time given is over.
    #[error("another thread holds the lock")]
    WouldBlock,
    /// It was taken, and its last holder died.
    #[error(transparent)]
    OwnerDied(#[from] OwnerDied<G>),
}

/// The caller does not hold the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("only the thread that holds a lock can release it")]
pub struct NotOwner;

impl<G> OwnerDied<G> {
    pub(super) fn new(guard: G) -> OwnerDied<G> {
        OwnerDied { guard }
    }

    /// The guard: the caller has looked after what the lock protects, or
    /// does not mind.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// std::thread::scope(|scope| scope.spawn(|| std::mem::forget(lock.lock())).join().unwrap());
    /// // The thread that held it is gone. What it was about may be half done; look after that.
    /// let guard = lock.lock().unwrap_or_else(|died| died.into_inner());
    /// assert!(lock.is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_inner(self) -> G {
        self.guard
    }

    /// The same news about a guard made of the guard.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// std::thread::scope(|scope| scope.spawn(|| std::mem::forget(lock.lock())).join().unwrap());
    /// let died = lock.lock().unwrap_err();
    /// let named = died.map(|guard| ("mine", guard));
    /// assert_eq!(named.into_inner().0, "mine");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<H>(self, f: impl FnOnce(G) -> H) -> OwnerDied<H> {
        OwnerDied { guard: f(self.guard) }
    }
}

impl<G> TryLockError<G> {
    /// The same news about a guard made of the guard.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// use ch08_multiprocessing::TryLockError;
    /// let lock = RLock::new()?;
    /// let _guard = lock.lock().unwrap();
    /// let other = || match lock.try_lock() {
    ///     Ok(_) => "free",
    ///     Err(error) => match error.map(|_guard| "its holder died") {
    ///         TryLockError::OwnerDied(died) => died.into_inner(),
    ///         _ => "somebody has it",
    ///     },
    /// };
    /// let said = std::thread::scope(|scope| scope.spawn(other).join().unwrap());
    /// assert_eq!(said, "somebody has it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<H>(self, f: impl FnOnce(G) -> H) -> TryLockError<H> {
        match self {
            TryLockError::WouldBlock => TryLockError::WouldBlock,
            TryLockError::OwnerDied(died) => TryLockError::OwnerDied(died.map(f)),
        }
    }
}

impl<G> fmt::Debug for OwnerDied<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerDied").finish_non_exhaustive()
    }
}
