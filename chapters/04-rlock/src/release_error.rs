//! Why an owned lock cannot be released.

/// A release that is refused. Nothing changes then.
///
/// Python raises `RuntimeError: cannot release un-acquired lock` for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// Nobody holds the lock: it was released more often than acquired.
    #[error("the lock is not locked; it was released more often than it was acquired")]
    NotLocked,
    /// Another thread holds the lock, and only that thread may release it.
    #[error("another thread holds the lock; only the thread that acquired it may release it")]
    NotOwner,
}
