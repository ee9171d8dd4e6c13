//! Why a lock cannot be released.

/// [`Lock::release`](crate::Lock::release) was called on a lock that nobody
/// held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lock is not locked, so it cannot be released; every release needs an acquire before")]
pub struct NotLocked;
