//! A tally that threads share.

use std::sync::Mutex;

/// A number that threads add to.
pub struct Tally {
    number: Mutex<u64>,
}

impl Tally {
    /// A tally that is at 0.
    pub fn new() -> Self {
        Tally { number: Mutex::new(0) }
    }

    /// Adds `number`.
    pub fn add(&self, number: u64) {
        *self.number.lock().unwrap() += number;
    }

    /// What it has come to.
    pub fn total(&self) -> u64 {
        *self.number.lock().unwrap()
    }
}
