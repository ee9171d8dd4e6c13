//! A phaser that counts and waits for nobody.

use std::sync::Mutex;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaserError {
    TimedOut,
    Broken,
}

pub struct Phaser {
    state: Mutex<State>,
}

struct State {
    parties: usize,
    arrived: usize,
    phase: usize,
}

impl State {
    fn end_if_all_are_here(&mut self) {
        if self.arrived >= self.parties {
            self.arrived = 0;
            self.phase += 1;
        }
    }
}

impl Phaser {
    pub fn new(parties: usize) -> Self {
        Phaser { state: Mutex::new(State { parties, arrived: 0, phase: 0 }) }
    }

    pub fn register(&self) {
        self.state.lock().unwrap().parties += 1;
    }

    pub fn leave(&self) {
        let mut state = self.state.lock().unwrap();
        state.parties -= 1;
        state.end_if_all_are_here();
    }

    pub fn wait(&self) -> Result<usize, PhaserError> {
        let mut state = self.state.lock().unwrap();
        let phase = state.phase;
        state.arrived += 1;
        state.end_if_all_are_here();
        Ok(phase)
    }

    pub fn wait_timeout(&self, _: Duration) -> Result<usize, PhaserError> {
        self.wait()
    }

    pub fn phase(&self) -> usize {
        self.state.lock().unwrap().phase
    }

    pub fn parties(&self) -> usize {
        self.state.lock().unwrap().parties
    }

    pub fn is_broken(&self) -> bool {
        false
    }
}
