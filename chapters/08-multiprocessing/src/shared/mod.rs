//! What processes share: memory, and what excludes and brings them together in it.

mod barrier;
mod bounded_semaphore;
mod chunk;
mod condition;
mod event;
mod linux;
mod lock;
mod memory;
mod owner_died;
mod queue;
mod queue_error;
mod rlock;
mod semaphore;

pub(crate) use chunk::Id;

pub use barrier::{Barrier, BarrierError};
pub use bounded_semaphore::BoundedSemaphore;
pub use condition::{Condition, ConditionGuard, Guarded};
pub use event::Event;
pub use lock::{Lock, LockGuard, NotLocked};
pub use memory::{Kind, SharedMemory};
pub use owner_died::{NotOwner, OwnerDied, TryLockError};
pub use queue::Queue;
pub use queue_error::{GetError, PutError};
pub use rlock::{RLock, RLockGuard};
pub use semaphore::{Permit, Semaphore, TooManyReleases};

use ch08_sync::WaitQueue;
use std::time::{Duration, Instant};

/// A time-out beyond what a clock can hold is as good as none.
fn deadline(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// How many can wait at once before the others have to look for themselves.
const SLOTS: usize = 1024;
type Waiters = WaitQueue<SLOTS>;
