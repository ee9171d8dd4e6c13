//! Chapter 4: the same thread, again.
//!
//! A thread that acquires the lock of chapter 3 twice waits for itself, for
//! ever. A lock that records who holds it can do better, in two ways:
//! [`CheckedLock`] refuses the second time and says why, [`RLock`] counts.
//! [`correct::RLock`] counts too, under a mutex: a step on the way.
//!
//! What lives here: locks with an owner, and their guards. What does not: the
//! lock without one (chapter 3).

#![warn(missing_docs)]
// The steps are named here also where they are left out.
#![cfg_attr(not(feature = "steps"), allow(rustdoc::broken_intra_doc_links))]

mod checked_lock;
#[cfg(feature = "steps")]
pub mod correct;
mod guards;
#[cfg(feature = "steps")]
mod holding;
mod levels;
mod mark;
mod release_error;
mod rlock;

pub use checked_lock::{CheckedLock, WouldDeadlock};
pub use guards::{CheckedLockGuard, RLockGuard};
pub use levels::Levels;
pub use release_error::ReleaseError;
pub use rlock::RLock;
