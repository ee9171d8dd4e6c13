//! Chapter 3: one thread at a time.
//!
//! [`Lock`] is the lock that Python has and `std` lacks: it guards a stretch
//! of code rather than a value, a thread may release what another acquired,
//! and a thread may give up waiting after a while.
//!
//! The road there has three steps. [`naive::Lock`] looks and then takes, and
//! may let two in. [`correct::Lock`] does both under a mutex. [`Lock`] needs the
//! mutex only where a thread has to wait.
//!
//! What lives here: the lock and its guard. What does not: a lock that knows
//! who holds it (chapter 4) and waiting for a condition (chapter 6).

#![warn(missing_docs)]
// The steps are named here also where they are left out.
#![cfg_attr(not(feature = "steps"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "steps")]
pub mod correct;
mod guard;
mod lock;
mod looks;
#[cfg(feature = "steps")]
pub mod naive;
mod not_locked;
mod queue_lock;
mod waiter;

pub use guard::LockGuard;
pub use lock::Lock;
pub use not_locked::NotLocked;
pub use waiter::Waiter;
