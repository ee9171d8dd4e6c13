//! Notices code that runs on without a visible operation.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the machine and the watchdog share.
#[derive(Debug, Default)]
pub struct Watch {
    ticks: AtomicU64,
}

impl Watch {
    /// An operation was announced.
    pub fn tick(&self) {
        // Only one thread writes, so no read-modify-write is needed.
        self.ticks.store(self.ticks.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// How many operations were announced.
    pub fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }
}
