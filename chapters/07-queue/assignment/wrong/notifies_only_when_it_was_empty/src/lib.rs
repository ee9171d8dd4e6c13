//! A queue whose items come out when they are due.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex};
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
    changed: Condvar,
}

struct State<T> {
    items: BinaryHeap<Entry<T>>,
    next_number: u64,
    shut_down: bool,
}

struct Entry<T> {
    due: Instant,
    number: u64,
    item: T,
}

impl<T> DelayQueue<T> {
    /// An empty queue.
    pub fn new() -> Self {
        let state = State { items: BinaryHeap::new(), next_number: 0, shut_down: false };
        DelayQueue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Puts an item that is due at `due`. Never blocks for long. Once the queue is shut down, the
    /// item comes back as the error.
    pub fn put(&self, item: T, due: Instant) -> Result<(), T> {
        let mut state = self.state.lock().unwrap();
        if state.shut_down {
            return Err(item);
        }
        let number = state.next_number;
        state.next_number += 1;
        state.items.push(Entry { due, number, item });
        let was_empty = state.items.len() == 1;
        drop(state);
        if was_empty {
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Takes the item that is due first; of several that are due at the same moment, the one that
    /// was put first. Blocks until an item is due. `None` when the queue is shut down and empty.
    pub fn get(&self) -> Option<T> {
        self.get_until(None).ok()
    }

    /// As `get`, but waits for `timeout` at most.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_until(Instant::now().checked_add(timeout))
    }

    fn get_until(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let mut state = self.state.lock().unwrap();
        loop {
            let now = Instant::now();
            let due = state.items.peek().map(|entry| entry.due);
            match due {
                Some(due) if due <= now => {
                    if let Some(entry) = state.items.pop() {
                        return Ok(entry.item);
                    }
                }
                None if state.shut_down => return Err(GetError::ShutDown),
                _ => {}
            }
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Err(GetError::TimedOut);
            }
            state = match [due, deadline].into_iter().flatten().min() {
                Some(moment) => self.changed.wait_timeout(state, moment - now).unwrap().0,
                None => self.changed.wait(state).unwrap(),
            };
        }
    }

    /// Takes no more items. What is in the queue still comes out when it is due.
    pub fn shutdown(&self) {
        self.state.lock().unwrap().shut_down = true;
        self.changed.notify_all();
    }

    /// How many items are in the queue, due or not.
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for DelayQueue<T> {
    fn default() -> Self {
        DelayQueue::new()
    }
}

// The greatest comes out of a heap first: the one that is due first is the greatest.
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.number).cmp(&(self.due, self.number))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}
