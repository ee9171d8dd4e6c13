//! An event that resets itself, and a latch that counts down.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// A flag to wait for. Each `set` lets exactly one waiter go on, and the flag is down again.
pub struct AutoResetEvent {
    signals: Mutex<usize>,
    changed: Condvar,
}

impl AutoResetEvent {
    /// An event that is not set.
    pub fn new() -> Self {
        AutoResetEvent { signals: Mutex::new(0), changed: Condvar::new() }
    }

    /// Lets one waiter go on: one that waits now or, if there is none, the next that comes. Setting
    /// an event that is already set changes nothing.
    pub fn set(&self) {
        *self.signals.lock().unwrap() += 1;
        self.changed.notify_one();
    }

    /// Takes the signal back, if nobody has used it yet.
    pub fn reset(&self) {
        *self.signals.lock().unwrap() = 0;
    }

    /// Blocks until the event is set, and resets it.
    pub fn wait(&self) {
        let mut signals = self.signals.lock().unwrap();
        while *signals == 0 {
            signals = self.changed.wait(signals).unwrap();
        }
        *signals -= 1;
    }

    /// As `wait`, but for `timeout` at most. Whether the event was set.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut signals = self.signals.lock().unwrap();
        while *signals == 0 {
            let Some(deadline) = deadline else {
                signals = self.changed.wait(signals).unwrap();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            signals = self.changed.wait_timeout(signals, left).unwrap().0;
        }
        *signals -= 1;
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
        if *count == 0 {
            self.open.notify_all();
        }
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
        let (count, _) = self.open.wait_timeout_while(count, timeout, |count| *count > 0).unwrap();
        *count == 0
    }
}
