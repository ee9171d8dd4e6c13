//! A queue that can do less, and has less to go wrong.

use crate::{GetError, Queue};
use std::fmt;
use std::time::Duration;

/// First in, first out, without bound, without counting tasks, never shut
/// down. A `put` always succeeds and never waits for room.
///
/// ```
/// let queue = ch07_queue::SimpleQueue::new();
/// queue.put("a");
/// queue.put("b");
/// assert_eq!((queue.get(), queue.get()), ("a", "b"));
/// ```
pub struct SimpleQueue<T> {
    /// Without bound, and never shut down.
    queue: Queue<T>,
}

impl<T> SimpleQueue<T> {
    /// An empty queue.
    ///
    /// ```
    /// let queue = ch07_queue::SimpleQueue::<i32>::new();
    /// assert!(queue.is_empty());
    /// ```
    pub fn new() -> Self {
        SimpleQueue { queue: Queue::new(0) }
    }

    /// Appends an item.
    ///
    /// ```
    /// let queue = ch07_queue::SimpleQueue::new();
    /// queue.put(1);
    /// assert_eq!(queue.len(), 1);
    /// ```
    pub fn put(&self, item: T) {
        let put = self.queue.put(item);
        debug_assert!(put.is_ok(), "neither full nor shut down");
    }

    /// Takes the item that was put first. Blocks while there is none.
    ///
    /// ```
    /// let queue = ch07_queue::SimpleQueue::new();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| queue.put(1));
    ///     assert_eq!(queue.get(), 1);
    /// });
    /// ```
    pub fn get(&self) -> T {
        self.queue.get().expect("not shut down")
    }

    /// Takes the item that was put first, if there is one now.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`].
    ///
    /// ```
    /// use ch07_queue::{GetError, SimpleQueue};
    /// assert_eq!(SimpleQueue::<i32>::new().try_get(), Err(GetError::Empty));
    /// ```
    pub fn try_get(&self) -> Result<T, GetError> {
        self.queue.try_get()
    }

    /// Takes the item that was put first. Blocks while there is none, at most
    /// for `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if none came in time.
    ///
    /// ```
    /// use ch07_queue::{GetError, SimpleQueue};
    /// use std::time::Duration;
    ///
    /// let queue = SimpleQueue::<i32>::new();
    /// assert_eq!(queue.get_timeout(Duration::from_millis(1)), Err(GetError::Empty));
    /// ```
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.queue.get_timeout(timeout)
    }

    /// How many items there are now. Another thread may have changed it by the
    /// time you look.
    ///
    /// ```
    /// let queue = ch07_queue::SimpleQueue::new();
    /// queue.put('a');
    /// assert_eq!(queue.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether there is no item now. See [`len`](SimpleQueue::len).
    ///
    /// ```
    /// assert!(ch07_queue::SimpleQueue::<i32>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for SimpleQueue<T> {
    fn default() -> Self {
        SimpleQueue::new()
    }
}

impl<T> fmt::Debug for SimpleQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleQueue").field("len", &self.len()).finish_non_exhaustive()
    }
}
