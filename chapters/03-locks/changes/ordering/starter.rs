// An offer: the price is written, and then the flag goes up. Every access is `Relaxed`, and so
// whoever sees the flag may still see an old price. Choose the words for the two accesses to the
// flag; the price can stay as it is.

use std::sync::atomic::Ordering::Relaxed;
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
        self.ready.store(true, Relaxed);
    }

    /// The price, or `None` as long as there is none.
    pub fn price(&self) -> Option<(u32, u32)> {
        if !self.ready.load(Relaxed) {
            return None;
        }
        Some((self.euros.load(Relaxed), self.cents.load(Relaxed)))
    }
}
