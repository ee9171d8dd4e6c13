//! A queue whose items come out when they are due.

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
    items: Vec<(Instant, T)>,
}

impl<T> DelayQueue<T> {
    /// An empty queue.
    pub fn new() -> Self {
        DelayQueue { items: Vec::new() }
    }

    /// Puts an item that is due at `due`. Never blocks for long. Once the queue is shut down, the
    /// item comes back as the error.
    pub fn put(&self, item: T, due: Instant) -> Result<(), T> {
        let _ = due;
        Err(item)
    }

    /// Takes the item that is due first; of several that are due at the same moment, the one that
    /// was put first. Blocks until an item is due. `None` when the queue is shut down and empty.
    pub fn get(&self) -> Option<T> {
        None
    }

    /// As `get`, but waits for `timeout` at most.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let _ = timeout;
        Err(GetError::TimedOut)
    }

    /// Takes no more items. What is in the queue still comes out when it is due.
    pub fn shutdown(&self) {}

    /// How many items are in the queue, due or not.
    pub fn len(&self) -> usize {
        self.items.len()
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
