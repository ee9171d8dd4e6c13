//! First step: a flag and a condition variable. It has a hole.
//!
//! A thread that is woken must take the mutex before it can look at the flag.
//! If the flag has been cleared by then, the thread finds it down and goes back
//! to sleep, although it was waiting when the flag went up.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// An event that loses waiters in `set(); clear()`. It is here to be seen
/// failing; use [`crate::Event`].
///
/// ```
/// let event = ch05_event::naive::Event::new();
/// event.set();
/// event.wait();
/// assert!(event.is_set());
/// ```
#[derive(Debug, Default)]
pub struct Event {
    state: Mutex<State>,
    was_set: Condvar,
}

#[derive(Debug, Default)]
struct State {
    set: bool,
    waiters: usize,
    /// How often a waiter has looked at the flag.
    looks: usize,
}

impl Event {
    /// An event whose flag is down.
    pub const fn new() -> Event {
        let state = State { set: false, waiters: 0, looks: 0 };
        Event { state: Mutex::new(state), was_set: Condvar::new() }
    }

    /// Puts the flag up and wakes everybody.
    pub fn set(&self) {
        self.state().set = true;
        self.was_set.notify_all();
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        self.state().set = false;
    }

    /// [`set`](Event::set) and [`clear`](Event::clear), with no waiter running
    /// in between.
    ///
    /// The scheduler may let this happen at any `set(); clear()`. Here the
    /// mutex makes it happen every time: the waiters are woken, and cannot look
    /// at the flag before it is down again.
    // ANCHOR: set_and_clear
    pub fn set_and_clear(&self) {
        let mut state = self.state();
        state.set = true;
        self.was_set.notify_all();
        state.set = false;
    }
    // ANCHOR_END: set_and_clear

    /// Whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.state().set
    }

    /// Blocks until the calling thread sees the flag up.
    // ANCHOR: wait
    pub fn wait(&self) {
        let mut state = self.state();
        state.waiters += 1;
        let mut state = self
            .was_set
            .wait_while(state, |state| {
                state.looks += 1;
                !state.set
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.waiters -= 1;
    }
    // ANCHOR_END: wait

    /// How many threads are blocked in [`wait`](Event::wait).
    pub fn waiters(&self) -> usize {
        self.state().waiters
    }

    /// How often a thread in [`wait`](Event::wait) has looked at the flag: once when it came, and once for
    /// each time that it was woken.
    pub fn looks(&self) -> usize {
        self.state().looks
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
