//! The lock in shared memory: its algorithm, what the algorithm asks of the
//! system, and the handle and guard that people use.

mod algorithm;
mod owner;
mod rlock;
mod system;

pub(crate) use algorithm::LockWord;
pub use rlock::{NotOwner, OwnerDied, RLock, RLockGuard, TryLockError};
