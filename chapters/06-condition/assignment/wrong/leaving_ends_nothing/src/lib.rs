//! A barrier whose parties may come and go.

use std::sync::{Condvar, Mutex, MutexGuard};
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
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parties: usize,
    arrived: usize,
    phase: usize,
    broken: bool,
}

impl Phaser {
    /// A phaser in phase 0 with so many parties.
    pub fn new(parties: usize) -> Self {
        let state = State { parties, arrived: 0, phase: 0, broken: false };
        Phaser { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Adds a party, which the current phase waits for already.
    pub fn register(&self) {
        self.state().parties += 1;
    }

    /// Takes a party away that has not arrived in this phase. If all others have arrived, the phase ends.
    pub fn leave(&self) {
        let mut state = self.state();
        state.parties -= 1;
    }

    /// Arrives, and blocks until the phase ends. The number of the phase that has ended.
    pub fn wait(&self) -> Result<usize, PhaserError> {
        self.wait_until(None)
    }

    /// As `wait`, but for `timeout` at most. When the time is over the phaser breaks, for good and for
    /// everybody: a party that does not wait any longer would let the others wait for ever.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, PhaserError> {
        self.wait_until(Instant::now().checked_add(timeout))
    }

    fn wait_until(&self, deadline: Option<Instant>) -> Result<usize, PhaserError> {
        let mut state = self.state();
        if state.broken {
            return Err(PhaserError::Broken);
        }
        let mine = state.phase;
        state.arrived += 1;
        self.end_phase_if_all_are_there(&mut state);
        while state.phase == mine {
            if state.broken {
                return Err(PhaserError::Broken);
            }
            let Some(deadline) = deadline else {
                state = self.changed.wait(state).unwrap();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.broken = true;
                self.changed.notify_all();
                return Err(PhaserError::TimedOut);
            }
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
        Ok(mine)
    }

    fn end_phase_if_all_are_there(&self, state: &mut State) {
        if state.arrived == state.parties && !state.broken {
            state.arrived = 0;
            state.phase += 1;
            self.changed.notify_all();
        }
    }

    /// The number of the phase that is going on.
    pub fn phase(&self) -> usize {
        self.state().phase
    }

    /// How many parties there are.
    pub fn parties(&self) -> usize {
        self.state().parties
    }

    /// Whether somebody's time was over.
    pub fn is_broken(&self) -> bool {
        self.state().broken
    }
}
