//! Second step: the flag, and how often it went up.
//!
//! A waiter does not wait for the flag but for the next generation, and
//! generations only grow: nothing that happens to the flag takes it back. But
//! everybody pays for a mutex, also where the flag is up, and those who are
//! woken together queue for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An event that loses nobody. [`crate::Event`] does the same, faster.
///
/// ```
/// let event = ch05_event::correct::Event::new();
/// event.set();
/// event.wait();
/// event.clear();
/// assert!(!event.is_set());
/// ```
#[derive(Debug, Default)]
pub struct Event {
    state: Mutex<State>,
    was_set: Condvar,
}

#[derive(Debug, Default)]
struct State {
    set: bool,
    /// How often the flag went from down to up.
    generation: u64,
    waiters: usize,
}

impl Event {
    /// An event whose flag is down.
    pub const fn new() -> Event {
        let state = State { set: false, generation: 0, waiters: 0 };
        Event { state: Mutex::new(state), was_set: Condvar::new() }
    }

    /// Puts the flag up and releases everybody who waits.
    pub fn set(&self) {
        let mut state = self.state();
        if state.set {
            return;
        }
        state.set = true;
        state.generation += 1;
        drop(state);
        self.was_set.notify_all();
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        self.state().set = false;
    }

    /// Whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.state().set
    }

    /// Blocks until the flag is up, or has been up since the call began.
    pub fn wait(&self) {
        self.wait_timeout(Duration::MAX);
    }

    /// As [`wait`](Event::wait), for at most `timeout`. Says whether the flag
    /// was up at the call or went up in time.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        if state.set {
            return true;
        }
        // ANCHOR: generation
        let generation = state.generation;
        state.waiters += 1;
        let (mut state, wait) = self
            .was_set
            .wait_timeout_while(state, timeout, |state| state.generation == generation)
            .unwrap_or_else(PoisonError::into_inner);
        // ANCHOR_END: generation
        state.waiters -= 1;
        !wait.timed_out()
    }

    /// How many threads are blocked, or on their way out.
    pub fn waiters(&self) -> usize {
        self.state().waiters
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under this mutex: even poisoned, the state is good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
