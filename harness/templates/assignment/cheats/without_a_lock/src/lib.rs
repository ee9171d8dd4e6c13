//! A tally that is right as long as nobody else counts.

use std::sync::atomic::{AtomicU64, Ordering};

pub struct Tally {
    number: AtomicU64,
}

impl Tally {
    pub fn new() -> Self {
        Tally { number: AtomicU64::new(0) }
    }

    pub fn add(&self, number: u64) {
        let before = self.total();
        self.number.store(before + number, Ordering::SeqCst);
    }

    pub fn total(&self) -> u64 {
        self.number.load(Ordering::SeqCst)
    }
}
