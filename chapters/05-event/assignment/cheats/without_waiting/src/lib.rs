//! An event and a latch for one thread: nobody waits, and what is looked at is written later.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

pub struct AutoResetEvent {
    set: AtomicBool,
}

impl AutoResetEvent {
    pub fn new() -> Self {
        AutoResetEvent { set: AtomicBool::new(false) }
    }

    pub fn set(&self) {
        self.set.store(true, SeqCst);
    }

    pub fn reset(&self) {
        self.set.store(false, SeqCst);
    }

    pub fn wait(&self) {
        self.wait_timeout(Duration::ZERO);
    }

    pub fn wait_timeout(&self, _: Duration) -> bool {
        let set = self.set.load(SeqCst);
        if set {
            self.set.store(false, SeqCst);
        }
        set
    }
}

impl Default for AutoResetEvent {
    fn default() -> Self {
        AutoResetEvent::new()
    }
}

pub struct CountdownLatch {
    count: AtomicUsize,
}

impl CountdownLatch {
    pub fn new(count: usize) -> Self {
        CountdownLatch { count: AtomicUsize::new(count) }
    }

    pub fn count_down(&self) {
        let count = self.count.load(SeqCst);
        self.count.store(count.saturating_sub(1), SeqCst);
    }

    pub fn count(&self) -> usize {
        self.count.load(SeqCst)
    }

    pub fn wait(&self) {}

    pub fn wait_timeout(&self, _: Duration) -> bool {
        self.count() == 0
    }
}
