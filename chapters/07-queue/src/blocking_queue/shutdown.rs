//! The end of a queue.

use super::BlockingQueue;
use super::held::Held;
use crate::Store;

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
        self.hold().end();
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
        let mut held = self.hold();
        held.end();
        let first = self.lane.as_ref().map(|lane| lane.pop_all()).unwrap_or_default();
        let mut rest = std::mem::take(&mut held.items);
        // An item reported by `task_done` before it was got is not counted twice.
        let returned = (first.len() + rest.len()) as u64;
        held.done += held.unfinished().min(returned);
        held.call_joiners_if_done();
        drop(held);
        // Unlocked by now: a priority queue compares here, which may panic.
        first.into_iter().chain(std::iter::from_fn(|| rest.pop())).collect()
    }

    /// Whether the queue was shut down, in one way or the other.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::<i32>::new(0);
    /// queue.shutdown();
    /// assert!(queue.is_shut_down());
    /// ```
    pub fn is_shut_down(&self) -> bool {
        self.hold().shut_down
    }
}

impl<S: Store> Held<'_, S> {
    fn end(&mut self) {
        self.shut_down = true;
        self.set_push_gate(true);
        self.call_everybody();
    }
}
