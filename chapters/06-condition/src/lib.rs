//! Chapter 6: waiting until something is so.
//!
//! A [`Condition`] lets threads that hold a lock wait until another thread
//! says that something has changed. It works over either lock of the course,
//! with any number of conditions on one lock. Beside it stand its relatives:
//! [`Semaphore`], [`BoundedSemaphore`] and [`Barrier`].
//!
//! What lives here: those four, and their guards. What does not: the locks
//! themselves (chapters 3 and 4), and queues built from them (chapter 7).

#![warn(missing_docs)]

mod barrier;
mod bounded_semaphore;
mod condition;
mod condition_lock;
mod held;
mod semaphore;
mod wait_list;

pub use barrier::{Barrier, BarrierError};
pub use bounded_semaphore::{BoundedSemaphore, TooManyReleases};
pub use condition::Condition;
pub use condition_lock::{ConditionLock, NotOwner};
pub use held::{ConditionGuard, Held};
pub use semaphore::{Permit, Semaphore};
