//! A queue whose items come out when they are due. One consumer, the leader, times itself by the
//! first item; the others wait until they are called. A leader that leaves calls the next.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Why `get_timeout` came back without an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GetError {
    /// No item became due in time.
    TimedOut,
    /// The queue was shut down and is empty: no item will ever come.
    ShutDown,
}

/// A queue for any number of producers and consumers. An item comes out when it is due, the one
/// that is due first before the others.
pub struct DelayQueue<T> {
    state: Mutex<State<T>>,
    call: Condvar,
}

struct State<T> {
    items: BTreeMap<(Instant, u64), T>,
    next_number: u64,
    shut_down: bool,
}

impl<T> DelayQueue<T> {
    /// An empty queue.
    pub fn new() -> Self {
        let state = State { items: BTreeMap::new(), next_number: 0, shut_down: false };
        DelayQueue { state: Mutex::new(state), call: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Puts an item that is due at `due`. Never blocks for long. Once the queue is shut down, the
    /// item comes back as the error.
    pub fn put(&self, item: T, due: Instant) -> Result<(), T> {
        let mut state = self.lock();
        if state.shut_down {
            return Err(item);
        }
        let number = state.next_number;
        state.next_number += 1;
        state.items.insert((due, number), item);
        self.call.notify_one();
        Ok(())
    }

    /// Takes the item that is due first; of several that are due at the same moment, the one that
    /// was put first. Blocks until an item is due. `None` when the queue is shut down and empty.
    pub fn get(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            match state.take_due() {
                Next::Item(item) => {
                    self.pass_on(&state);
                    return Some(item);
                }
                Next::Never => {
                    self.call.notify_one();
                    return None;
                }
                Next::At(due) => state = self.wait_until(state, due),
                Next::Unknown => {
                    state = self.call.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
                }
            }
        }
    }

    /// As `get`, but waits for `timeout` at most.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let deadline = Instant::now() + timeout;
        let mut state = self.lock();
        loop {
            let until = match state.take_due() {
                Next::Item(item) => {
                    self.pass_on(&state);
                    return Ok(item);
                }
                Next::Never => {
                    self.call.notify_one();
                    return Err(GetError::ShutDown);
                }
                Next::At(due) => due.min(deadline),
                Next::Unknown => deadline,
            };
            if Instant::now() >= deadline {
                self.pass_on(&state);
                return Err(GetError::TimedOut);
            }
            state = self.wait_until(state, until);
        }
    }

    fn wait_until<'a>(
        &'a self,
        state: MutexGuard<'a, State<T>>,
        moment: Instant,
    ) -> MutexGuard<'a, State<T>> {
        let left = moment.saturating_duration_since(Instant::now());
        self.call.wait_timeout(state, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0
    }

    /// Whoever leaves may have been the only one who knew of the items that are left.
    fn pass_on(&self, state: &State<T>) {
        if !state.items.is_empty() || state.shut_down {
            self.call.notify_one();
        }
    }

    /// Takes no more items. What is in the queue still comes out when it is due.
    pub fn shutdown(&self) {
        self.lock().shut_down = true;
        self.call.notify_all();
    }

    /// How many items are in the queue, due or not.
    pub fn len(&self) -> usize {
        self.lock().items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

enum Next<T> {
    Item(T),
    At(Instant),
    Unknown,
    Never,
}

impl<T> State<T> {
    fn take_due(&mut self) -> Next<T> {
        match self.items.first_key_value() {
            Some(((due, _), _)) if *due > Instant::now() => return Next::At(*due),
            None if self.shut_down => return Next::Never,
            _ => {}
        }
        match self.items.pop_first() {
            Some((_, item)) => Next::Item(item),
            None => Next::Unknown,
        }
    }
}

impl<T> Default for DelayQueue<T> {
    fn default() -> Self {
        DelayQueue::new()
    }
}
