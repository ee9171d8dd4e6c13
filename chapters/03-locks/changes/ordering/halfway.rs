// The price is handed over, and nobody takes it.

use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};

#[derive(Default)]
pub struct Offer {
    euros: AtomicU32,
    cents: AtomicU32,
    ready: AtomicBool,
}

impl Offer {
    pub fn publish(&self, euros: u32, cents: u32) {
        self.euros.store(euros, Relaxed);
        self.cents.store(cents, Relaxed);
        self.ready.store(true, Release);
    }

    /// The price, or `None` as long as there is none.
    pub fn price(&self) -> Option<(u32, u32)> {
        if !self.ready.load(Relaxed) {
            return None;
        }
        Some((self.euros.load(Relaxed), self.cents.load(Relaxed)))
    }
}
