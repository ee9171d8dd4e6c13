//! Locks and their relatives as they lie in memory that processes share.
//!
//! Here are the algorithms alone. They are written over `std`'s atomics and
//! know the system through one trait, [`System`]: so the explorer proves, with
//! a small [`model`] of it, the very code that `ch08-multiprocessing` runs on
//! Linux. That crate has the handles that people use.
//!
//! Whoever holds something here may be killed at any instruction. Three rules
//! follow, and everything in this crate keeps them:
//!
//! - What is shared changes by one store at a time, so that it is never half
//!   changed.
//! - Nobody sleeps longer than [`LOOK_EVERY`] without looking again: the
//!   process that was to wake it may be gone.
//! - A lock's word holds its holder's name, so that others can ask whether the
//!   holder lives.

#![forbid(unsafe_code)]

mod event;
mod lock;
pub mod model;
mod owner;
mod semaphore;
mod system;
mod wait_queue;

pub use event::EventWord;
pub use lock::LockWord;
pub use owner::Owner;
pub use semaphore::SemaphoreWord;
pub use system::{LOOK_EVERY, System};
pub use wait_queue::{Wait, WaitQueue};
