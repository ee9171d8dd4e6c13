//! A tally that threads share.

/// A number that threads add to.
pub struct Tally {}

impl Tally {
    /// A tally that is at 0.
    pub fn new() -> Self {
        todo!()
    }

    /// Adds `number`.
    pub fn add(&self, number: u64) {
        todo!("{number}")
    }

    /// What it has come to.
    pub fn total(&self) -> u64 {
        todo!()
    }
}
