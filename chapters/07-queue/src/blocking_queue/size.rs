//! How much is in a queue, and how much may be.

use super::BlockingQueue;
use crate::Store;
use std::fmt;

impl<S: Store> BlockingQueue<S> {
    /// How many items there are now. Another thread may have changed it by the
    /// time you look: good for a display, not for a decision.
    pub fn len(&self) -> usize {
        self.lock().items.len()
    }

    /// Whether there is no item now. See [`len`](BlockingQueue::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room now. See [`len`](BlockingQueue::len).
    pub fn is_full(&self) -> bool {
        self.lock().is_full()
    }

    /// How many items the queue may hold; 0 means any number.
    pub fn maxsize(&self) -> usize {
        self.lock().maxsize
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
    /// queue.set_maxsize(2);
    /// queue.try_put('b')?;
    /// # Ok::<(), PutError<char>>(())
    /// ```
    pub fn set_maxsize(&self, maxsize: usize) {
        self.lock().maxsize = maxsize;
        self.not_full.notify_all();
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
        let state = self.lock();
        f.debug_struct("BlockingQueue")
            .field("len", &state.items.len())
            .field("maxsize", &state.maxsize)
            .field("unfinished", &state.unfinished)
            .field("shut_down", &state.shut_down)
            .finish_non_exhaustive()
    }
}
