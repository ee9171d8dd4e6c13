use std::sync::atomic::{AtomicU32, Ordering};

/// A number that is counted up.
#[derive(Default)]
pub struct Count(AtomicU32);

impl Count {
    /// One more. Two at once may be one: the number is read before it is written.
    pub fn up(&self) {
        self.0.store(self.get() + 1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
