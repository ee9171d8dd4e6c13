//! A barrier whose parties may come and go.
//!
//! Each phase is an object of its own with a gate. A party keeps the phase in which it arrived, so that it does not matter how far
//! the others are when it wakes up.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

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
pub struct Phaser {
    now: Mutex<Now>,
}

struct Now {
    parties: usize,
    missing: usize,
    phase: Arc<Phase>,
}

struct Phase {
    number: usize,
    end: Mutex<Option<Result<usize, PhaserError>>>,
    ended: Condvar,
}

impl Phase {
    fn new(number: usize) -> Arc<Self> {
        Arc::new(Phase { number, end: Mutex::new(None), ended: Condvar::new() })
    }

    /// The first end counts.
    fn end(&self, end: Result<usize, PhaserError>) -> bool {
        let mut known = self.end.lock().unwrap();
        let first = known.is_none();
        known.get_or_insert(end);
        self.ended.notify_all();
        first
    }

    fn wait(&self, timeout: Option<Duration>) -> Option<Result<usize, PhaserError>> {
        let end = self.end.lock().unwrap();
        let going_on = |end: &mut Option<_>| end.is_none();
        match timeout {
            None => *self.ended.wait_while(end, going_on).unwrap(),
            Some(timeout) => *self.ended.wait_timeout_while(end, timeout, going_on).unwrap().0,
        }
    }
}

impl Phaser {
    /// A phaser in phase 0 with so many parties.
    pub fn new(parties: usize) -> Self {
        Phaser { now: Mutex::new(Now { parties, missing: parties, phase: Phase::new(0) }) }
    }

    /// Adds a party, which the current phase waits for already.
    pub fn register(&self) {
        let mut now = self.now.lock().unwrap();
        now.parties += 1;
        now.missing += 1;
    }

    /// Takes a party away that has not arrived in this phase. If all others have arrived, the phase ends.
    pub fn leave(&self) {
        let mut now = self.now.lock().unwrap();
        now.parties -= 1;
        now.one_less_is_missing();
    }

    /// Arrives, and blocks until the phase ends. The number of the phase that has ended.
    pub fn wait(&self) -> Result<usize, PhaserError> {
        let phase = self.arrive();
        phase.wait(None).unwrap_or(Err(PhaserError::Broken))
    }

    /// As `wait`, but for `timeout` at most. When the time is over the phaser breaks, for good and for
    /// everybody: a party that does not wait any longer would let the others wait for ever.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, PhaserError> {
        let deadline = Instant::now() + timeout;
        let phase = self.arrive();
        let left = deadline.saturating_duration_since(Instant::now());
        if let Some(end) = phase.wait(Some(left)) {
            return end;
        }
        if phase.end(Err(PhaserError::Broken)) {
            return Err(PhaserError::TimedOut);
        }
        phase.wait(None).unwrap_or(Err(PhaserError::Broken))
    }

    fn arrive(&self) -> Arc<Phase> {
        let mut now = self.now.lock().unwrap();
        let phase = Arc::clone(&now.phase);
        now.one_less_is_missing();
        phase
    }

    /// The number of the phase that is going on.
    pub fn phase(&self) -> usize {
        self.now.lock().unwrap().phase.number
    }

    /// How many parties there are.
    pub fn parties(&self) -> usize {
        self.now.lock().unwrap().parties
    }

    /// Whether somebody's time was over.
    pub fn is_broken(&self) -> bool {
        let now = self.now.lock().unwrap();
        now.phase.end.lock().unwrap().is_some()
    }
}

impl Now {
    fn one_less_is_missing(&mut self) {
        self.missing = self.missing.saturating_sub(1);
        // A phase that is broken never ends in any other way.
        if self.missing == 0 && self.phase.end(Ok(self.phase.number)) {
            self.phase = Phase::new(self.phase.number + 1);
            self.missing = self.parties;
        }
    }
}
