//! An event that resets itself, and a latch that counts down.

use std::time::Duration;

/// A flag to wait for. Each `set` lets exactly one waiter go on, and the flag is down again.
pub struct AutoResetEvent {}

impl AutoResetEvent {
    /// An event that is not set.
    pub fn new() -> Self {
        AutoResetEvent {}
    }

    /// Lets one waiter go on: one that waits now or, if there is none, the next that comes. Setting
    /// an event that is already set changes nothing.
    pub fn set(&self) {}

    /// Takes the signal back, if nobody has used it yet.
    pub fn reset(&self) {}

    /// Blocks until the event is set, and resets it.
    pub fn wait(&self) {}

    /// As `wait`, but for `timeout` at most. Whether the event was set.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let _ = timeout;
        false
    }
}

impl Default for AutoResetEvent {
    fn default() -> Self {
        AutoResetEvent::new()
    }
}

/// A gate that opens for good when it has been counted down to zero.
pub struct CountdownLatch {}

impl CountdownLatch {
    /// A latch that opens after `count` calls of `count_down`. With 0 it is open.
    pub fn new(count: usize) -> Self {
        let _ = count;
        CountdownLatch {}
    }

    /// Counts down by one. At zero already, it does nothing.
    pub fn count_down(&self) {}

    /// How often it still has to be counted down.
    pub fn count(&self) -> usize {
        0
    }

    /// Blocks until the latch is open.
    pub fn wait(&self) {}

    /// As `wait`, but for `timeout` at most. Whether the latch is open.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let _ = timeout;
        false
    }
}
