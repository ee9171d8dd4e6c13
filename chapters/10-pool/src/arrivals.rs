//! What has come for an iterator, until it asks.

use ch08_forks::{Condvar, Whole};
use std::collections::VecDeque;
use std::time::Instant;

pub(crate) struct Arrivals<T> {
    state: Whole<State<T>>,
    come: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// Nobody asks any more.
    closed: bool,
}

impl<T> Arrivals<T> {
    pub(crate) fn new() -> Arrivals<T> {
        let state = State { waiting: VecDeque::new(), closed: false };
        Arrivals { state: Whole::new(state), come: Condvar::new() }
    }

    /// Gives it back if nobody asks any more.
    pub(crate) fn put(&self, arrival: T) -> Result<(), T> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(arrival);
        }
        state.waiting.push_back(arrival);
        drop(state);
        self.come.notify_one();
        Ok(())
    }

    /// The first, as soon as there is one; `None` if it has not come at the deadline.
    pub(crate) fn take_until(&self, deadline: Option<Instant>) -> Option<T> {
        let mut state = self.state.lock();
        loop {
            if let Some(arrival) = state.waiting.pop_front() {
                return Some(arrival);
            }
            state = match deadline {
                None => self.come.wait(state),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    self.come.wait_timeout(state, left)
                }
            };
        }
    }

    pub(crate) fn try_take(&self) -> Option<T> {
        self.state.lock().waiting.pop_front()
    }

    /// All that nobody has asked for, and nothing comes any more.
    pub(crate) fn close(&self) -> VecDeque<T> {
        let mut state = self.state.lock();
        state.closed = true;
        std::mem::take(&mut state.waiting)
    }
}
