//! An event that resets itself, and a latch that counts down.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// A flag to wait for. Each `set` lets exactly one waiter go on, and the flag is down again.
pub struct AutoResetEvent {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl AutoResetEvent {
    /// An event that is not set.
    pub fn new() -> Self {
        AutoResetEvent { is_set: Mutex::new(false), changed: Condvar::new() }
    }

    /// Lets one waiter go on: one that waits now or, if there is none, the next that comes. Setting
    /// an event that is already set changes nothing.
    pub fn set(&self) {
        *self.is_set.lock().unwrap() = true;
        self.changed.notify_one();
    }

    /// Takes the signal back, if nobody has used it yet.
    pub fn reset(&self) {
        *self.is_set.lock().unwrap() = false;
    }

    /// Blocks until the event is set, and resets it.
    pub fn wait(&self) {
        let mut is_set = self.is_set.lock().unwrap();
        while !*is_set {
            is_set = self.changed.wait(is_set).unwrap();
        }
        *is_set = false;
    }

    /// As `wait`, but for `timeout` at most. Whether the event was set.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut is_set = self.is_set.lock().unwrap();
        // The flag is looked at before the clock: whoever was notified in the last moment takes
        // the signal instead of leaving with it.
        while !*is_set {
            let Some(deadline) = deadline else {
                is_set = self.changed.wait(is_set).unwrap();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            is_set = self.changed.wait_timeout(is_set, left).unwrap().0;
        }
        *is_set = false;
        true
    }
}

impl Default for AutoResetEvent {
    fn default() -> Self {
        AutoResetEvent::new()
    }
}

/// A gate that opens for good when it has been counted down to zero.
pub struct CountdownLatch {
    count: Mutex<usize>,
    open: Condvar,
}

impl CountdownLatch {
    /// A latch that opens after `count` calls of `count_down`. With 0 it is open.
    pub fn new(count: usize) -> Self {
        CountdownLatch { count: Mutex::new(count), open: Condvar::new() }
    }

    /// Counts down by one. At zero already, it does nothing.
    pub fn count_down(&self) {
        let mut count = self.count.lock().unwrap();
        *count = count.saturating_sub(1);
        self.open.notify_all();
    }

    /// How often it still has to be counted down.
    pub fn count(&self) -> usize {
        *self.count.lock().unwrap()
    }

    /// Blocks until the latch is open.
    pub fn wait(&self) {
        let count = self.count.lock().unwrap();
        drop(self.open.wait_while(count, |count| *count > 0).unwrap());
    }

    /// As `wait`, but for `timeout` at most. Whether the latch is open.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let count = self.count.lock().unwrap();
        let mut count = count;
        while *count > 0 {
            let (again, result) = self.open.wait_timeout(count, timeout).unwrap();
            count = again;
            if result.timed_out() {
                break;
            }
        }
        *count == 0
    }
}
