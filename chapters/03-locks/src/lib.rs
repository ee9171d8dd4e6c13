//! Chapter 3: one thread at a time.
//!
//! [`Lock`] is the lock that Python has and `std` lacks: it guards a stretch
//! of code rather than a value, a thread may release what another acquired,
//! and a thread may give up waiting after a while.
//!
//! What lives here: the lock and its guard. What does not: a lock that knows
//! who holds it (chapter 4) and waiting for a condition (chapter 6).

#![warn(missing_docs)]

mod guard;
mod lock;

pub use guard::LockGuard;
pub use lock::{Lock, NotLocked};
