//! A barrier whose parties may come and go.

use std::time::Duration;

/// Why a party did not get past the barrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaserError {
    /// Its own time was over. The phaser is broken by that.
    TimedOut,
    /// Somebody's time was over, now or earlier.
    Broken,
}

/// A barrier whose parties may come and go. A phase ends when every party has arrived; then all go on,
/// and the next phase begins.
pub struct Phaser {}

impl Phaser {
    /// A phaser in phase 0 with so many parties.
    pub fn new(parties: usize) -> Self {
        let _ = parties;
        Phaser {}
    }

    /// Adds a party, which the current phase waits for already.
    pub fn register(&self) {}

    /// Takes a party away that has not arrived in this phase. If all others have arrived, the phase ends.
    pub fn leave(&self) {}

    /// Arrives, and blocks until the phase ends. The number of the phase that has ended.
    pub fn wait(&self) -> Result<usize, PhaserError> {
        Err(PhaserError::Broken)
    }

    /// As `wait`, but for `timeout` at most. When the time is over the phaser breaks, for good and for
    /// everybody: a party that does not wait any longer would let the others wait for ever.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, PhaserError> {
        let _ = timeout;
        Err(PhaserError::TimedOut)
    }

    /// The number of the phase that is going on.
    pub fn phase(&self) -> usize {
        0
    }

    /// How many parties there are.
    pub fn parties(&self) -> usize {
        0
    }

    /// Whether somebody's time was over.
    pub fn is_broken(&self) -> bool {
        false
    }
}
