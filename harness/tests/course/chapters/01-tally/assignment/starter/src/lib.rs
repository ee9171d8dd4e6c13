//! A tally that one can wait for.

/// A number that threads add to.
#[derive(Debug, Default)]
pub struct Tally {}

impl Tally {
    /// Zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n`.
    pub fn add(&self, n: u32) {
        todo!("add {n}")
    }

    /// What was added so far.
    pub fn total(&self) -> u32 {
        todo!()
    }

    /// Blocks until `n` is reached.
    pub fn wait_for(&self, n: u32) {
        todo!("wait for {n}")
    }
}
