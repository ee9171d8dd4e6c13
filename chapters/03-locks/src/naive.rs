//! First step: look whether the lock is free, then take it. It has a hole.
//!
//! Between the look and the taking, another thread may look too. It finds the
//! lock free as well, and then both have it.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

/// A lock that may let two in. It is here to be seen failing; use
/// [`crate::Lock`].
///
/// ```
/// let lock = ch03_locks::naive::Lock::new();
/// lock.acquire();
/// assert!(lock.is_locked());
/// lock.release();
/// assert!(!lock.is_locked());
/// ```
#[derive(Debug, Default)]
pub struct Lock {
    locked: AtomicBool,
}

impl Lock {
    /// A lock that nobody holds.
    pub const fn new() -> Lock {
        Lock { locked: AtomicBool::new(false) }
    }

    /// Waits until the lock is free, and takes it: two steps, and that is the
    /// hole. It waits busily, too.
    pub fn acquire(&self) {
        self.look();
        self.take();
    }

    /// The first step of [`acquire`](Lock::acquire): blocks until the lock is
    /// free.
    pub fn look(&self) {
        while self.is_locked() {
            thread::yield_now();
        }
    }

    /// The second step of [`acquire`](Lock::acquire): takes the lock, free or
    /// not.
    pub fn take(&self) {
        self.locked.store(true, SeqCst);
    }

    /// Gives the lock back.
    pub fn release(&self) {
        self.locked.store(false, SeqCst);
    }

    /// Whether somebody holds the lock.
    pub fn is_locked(&self) -> bool {
        self.locked.load(SeqCst)
    }
}
