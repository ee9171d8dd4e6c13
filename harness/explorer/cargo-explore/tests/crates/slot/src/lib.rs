//! A flag that can be raised once.

use std::sync::atomic::{AtomicBool, Ordering};

/// A flag.
#[derive(Debug, Default)]
pub struct Slot(AtomicBool);

impl Slot {
    /// Takes it. Tells whether it was free.
    pub fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}
