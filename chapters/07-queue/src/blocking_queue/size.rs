//! How much is in a queue, and how much may be.

use super::BlockingQueue;
use crate::Store;
use std::fmt;

impl<S: Store> BlockingQueue<S> {
    /// How many items there are now. Another thread may have changed it by the
    /// time you look: good for a display, not for a decision.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::new(2);
    /// queue.put('a')?;
    /// assert_eq!(queue.len(), 1);
    /// # Ok::<(), ch07_queue::PutError<char>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.hold().len()
    }

    /// Whether there is no item now. See [`len`](BlockingQueue::len).
    ///
    /// ```
    /// assert!(ch07_queue::Queue::<i32>::new(2).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room now. See [`len`](BlockingQueue::len).
    ///
    /// ```
    /// let queue = ch07_queue::Queue::new(1);
    /// queue.put('a')?;
    /// assert!(queue.is_full());
    /// # Ok::<(), ch07_queue::PutError<char>>(())
    /// ```
    pub fn is_full(&self) -> bool {
        self.hold().is_full()
    }

    /// How many items the queue may hold; 0 means any number.
    ///
    /// ```
    /// assert_eq!(ch07_queue::Queue::<i32>::new(10).capacity(), 10);
    /// ```
    pub fn capacity(&self) -> usize {
        self.hold().capacity
    }

    /// Changes how many items the queue may hold; 0 means any number. What is
    /// already in it stays, even if that is more. A blocked `put` goes on as
    /// soon as there is room.
    ///
    /// ```
    /// use ch07_queue::{PutError, Queue};
    /// let queue = Queue::new(1);
    /// queue.put('a')?;
    /// assert_eq!(queue.try_put('b'), Err(PutError::Full('b')));
    /// queue.set_capacity(2);
    /// queue.try_put('b')?;
    /// # Ok::<(), PutError<char>>(())
    /// ```
    pub fn set_capacity(&self, capacity: usize) {
        self.hold().capacity = capacity;
    }
}

impl<S: Store> Default for BlockingQueue<S> {
    /// An empty queue without bound.
    fn default() -> Self {
        BlockingQueue::new(0)
    }
}

impl<S: Store> fmt::Debug for BlockingQueue<S> {
    /// Shows the numbers, not the items.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.hold();
        f.debug_struct("BlockingQueue")
            .field("len", &held.len())
            .field("capacity", &held.capacity)
            .field("unfinished", &held.unfinished())
            .field("shut_down", &held.shut_down)
            .finish_non_exhaustive()
    }
}
