//! A tally that one can wait for.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};

/// A number that threads add to.
#[derive(Debug, Default)]
pub struct Tally {
    total: AtomicU32,
    gate: Mutex<()>,
    grown: Condvar,
}

impl Tally {
    /// Zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n`.
    pub fn add(&self, n: u32) {
        self.total.fetch_add(n, SeqCst);
        drop(self.gate.lock().unwrap());
        self.grown.notify_all();
    }

    /// What was added so far.
    pub fn total(&self) -> u32 {
        self.total.load(SeqCst)
    }

    /// Blocks until `n` is reached.
    pub fn wait_for(&self, n: u32) {
        let mut gate = self.gate.lock().unwrap();
        while self.total.load(SeqCst) < n {
            gate = self.grown.wait(gate).unwrap();
        }
    }
}
