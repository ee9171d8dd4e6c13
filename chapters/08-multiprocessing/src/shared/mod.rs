//! What processes share: memory, and what excludes and brings them together in it.

mod barrier;
mod chunk;
mod condition;
mod event;
mod linux;
mod lock;
mod memory;
mod queue;
mod rlock;
mod semaphore;

pub(crate) use chunk::Id;

pub use barrier::{Barrier, BarrierError};
pub use condition::{Condition, ConditionGuard, Guarded};
pub use event::Event;
pub use lock::{Lock, LockGuard, NotLocked};
pub use memory::{Kind, SharedMemory};
pub use queue::{GetError, PutError, Queue};
pub use rlock::{NotOwner, OwnerDied, RLock, RLockGuard, TryLockError};
pub use semaphore::{BoundedSemaphore, Permit, Semaphore, TooManyReleases};

use ch08_sync::WaitQueue;
use std::time::{Duration, Instant};

/// A time-out beyond what a clock can hold is as good as none.
fn deadline(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// How many can wait at once before the others have to look for themselves.
const SLOTS: usize = 1024;
type Waiters = WaitQueue<SLOTS>;
