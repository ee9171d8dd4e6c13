//! The end of a queue.

use super::{BlockingQueue, State};
use crate::Store;
use std::sync::MutexGuard;

impl<S: Store> BlockingQueue<S> {
    /// Shuts the queue down, draining: nothing more can be put, and what is
    /// in the queue can still be got. Every blocked `put` ends at once; every
    /// blocked `get` does, as there is nothing to get.
    ///
    /// Python's `shutdown()`, since 3.13. A queue stays shut down.
    ///
    /// ```
    /// use ch07_queue::{GetError, PutError, Queue};
    /// let queue = Queue::new(0);
    /// queue.put(1).unwrap();
    /// queue.shutdown();
    /// assert_eq!(queue.put(2), Err(PutError::ShutDown(2)));
    /// assert_eq!(queue.get(), Ok(1));
    /// assert_eq!(queue.get(), Err(GetError::ShutDown));
    /// ```
    pub fn shutdown(&self) {
        self.end(self.lock());
    }

    /// Shuts the queue down at once: nothing more can be put or got. Returns
    /// the items that were still in it, in the order in which `get` would have
    /// given them; they no longer count as unfinished.
    ///
    /// Python's `shutdown(immediate=True)`, which throws the items away.
    ///
    /// ```
    /// use ch07_queue::{GetError, Queue};
    /// let queue = Queue::new(0);
    /// queue.put(1).unwrap();
    /// queue.put(2).unwrap();
    /// assert_eq!(queue.shutdown_now(), [1, 2]);
    /// assert_eq!(queue.get(), Err(GetError::ShutDown));
    /// queue.join(); // does not wait for what was thrown out
    /// ```
    pub fn shutdown_now(&self) -> Vec<S::Item> {
        let mut state = self.lock();
        let mut items = std::mem::take(&mut state.items);
        // An item reported by `task_done` before it was got is not counted twice.
        state.unfinished = state.unfinished.saturating_sub(items.len());
        if state.unfinished == 0 {
            self.all_done.notify_all();
        }
        self.end(state);
        // Unlocked by now: a priority queue compares here, which may panic.
        std::iter::from_fn(|| items.pop()).collect()
    }

    fn end(&self, mut state: MutexGuard<'_, State<S>>) {
        state.shut_down = true;
        self.not_empty.notify_all();
        self.not_full.notify_all();
    }

    /// Whether the queue was shut down, in one way or the other.
    pub fn is_shut_down(&self) -> bool {
        self.lock().shut_down
    }
}
