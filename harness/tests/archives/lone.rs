//! A tally that one can wait for.

use std::sync::{Condvar, Mutex};

/// A number that threads add to.
#[derive(Debug, Default)]
pub struct Tally {
    total: Mutex<u32>,
    grown: Condvar,
}

impl Tally {
    /// Zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n`.
    pub fn add(&self, n: u32) {
        *self.total.lock().unwrap() += n;
        self.grown.notify_all();
    }

    /// What was added so far.
    pub fn total(&self) -> u32 {
        *self.total.lock().unwrap()
    }

    /// Blocks until `n` is reached.
    pub fn wait_for(&self, n: u32) {
        let mut total = self.total.lock().unwrap();
        while *total < n {
            total = self.grown.wait(total).unwrap();
        }
    }
}
