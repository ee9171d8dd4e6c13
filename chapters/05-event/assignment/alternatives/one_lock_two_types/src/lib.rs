//! An event that resets itself, and a latch that counts down: both are a number under a lock. The
//! event's is 0 or 1, and who waits takes it away.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

struct Number {
    value: Mutex<usize>,
    changed: Condvar,
}

impl Number {
    fn new(value: usize) -> Self {
        Number { value: Mutex::new(value), changed: Condvar::new() }
    }

    fn change(&self, change: impl FnOnce(&mut usize)) {
        change(&mut self.value.lock().unwrap());
        self.changed.notify_all();
    }

    /// Waits until `wanted` holds, until `deadline` at most.
    fn wait_for(
        &self,
        deadline: Option<Instant>,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<MutexGuard<'_, usize>> {
        let mut value = self.value.lock().unwrap();
        loop {
            if wanted(*value) {
                return Some(value);
            }
            value = match deadline {
                None => self.changed.wait(value).unwrap(),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    self.changed.wait_timeout(value, left).unwrap().0
                }
            };
        }
    }
}

/// A flag to wait for. Each `set` lets exactly one waiter go on, and the flag is down again.
pub struct AutoResetEvent {
    signals: Number,
}

impl AutoResetEvent {
    /// An event that is not set.
    pub fn new() -> Self {
        AutoResetEvent { signals: Number::new(0) }
    }

    /// Lets one waiter go on: one that waits now or, if there is none, the next that comes. Setting
    /// an event that is already set changes nothing.
    pub fn set(&self) {
        self.signals.change(|signals| *signals = 1);
    }

    /// Takes the signal back, if nobody has used it yet.
    pub fn reset(&self) {
        self.signals.change(|signals| *signals = 0);
    }

    /// Blocks until the event is set, and resets it.
    pub fn wait(&self) {
        if let Some(mut signals) = self.signals.wait_for(None, |signals| signals == 1) {
            *signals = 0;
        }
    }

    /// As `wait`, but for `timeout` at most. Whether the event was set.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        match self.signals.wait_for(deadline, |signals| signals == 1) {
            Some(mut signals) => {
                *signals = 0;
                true
            }
            None => false,
        }
    }
}

impl Default for AutoResetEvent {
    fn default() -> Self {
        AutoResetEvent::new()
    }
}

/// A gate that opens for good when it has been counted down to zero.
pub struct CountdownLatch {
    left: Number,
}

impl CountdownLatch {
    /// A latch that opens after `count` calls of `count_down`. With 0 it is open.
    pub fn new(count: usize) -> Self {
        CountdownLatch { left: Number::new(count) }
    }

    /// Counts down by one. At zero already, it does nothing.
    pub fn count_down(&self) {
        self.left.change(|left| *left = left.saturating_sub(1));
    }

    /// How often it still has to be counted down.
    pub fn count(&self) -> usize {
        *self.left.value.lock().unwrap()
    }

    /// Blocks until the latch is open.
    pub fn wait(&self) {
        drop(self.left.wait_for(None, |left| left == 0));
    }

    /// As `wait`, but for `timeout` at most. Whether the latch is open.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.left.wait_for(Instant::now().checked_add(timeout), |left| left == 0).is_some()
    }
}
