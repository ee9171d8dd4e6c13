//! A queue that can do less, and has less to go wrong.

use crate::GetError;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    items: Mutex<VecDeque<T>>,
    not_empty: Condvar,
}

impl<T> SimpleQueue<T> {
    /// An empty queue.
    pub fn new() -> Self {
        SimpleQueue { items: Mutex::default(), not_empty: Condvar::new() }
    }

    /// Appends an item.
    ///
    /// ```
    /// let queue = ch07_queue::SimpleQueue::new();
    /// queue.put(1);
    /// assert_eq!(queue.len(), 1);
    /// ```
    pub fn put(&self, item: T) {
        self.lock().push_back(item);
        self.not_empty.notify_one();
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
        let mut items = self.lock();
        loop {
            if let Some(item) = items.pop_front() {
                return item;
            }
            items = self.not_empty.wait(items).unwrap_or_else(PoisonError::into_inner);
        }
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
        self.lock().pop_front().ok_or(GetError::Empty)
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
        // A deadline too far away for the clock is none.
        let Some(deadline) = Instant::now().checked_add(timeout) else { return Ok(self.get()) };
        let mut items = self.lock();
        loop {
            if let Some(item) = items.pop_front() {
                return Ok(item);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(GetError::Empty);
            }
            let waited = self.not_empty.wait_timeout(items, left);
            items = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many items there are now. Another thread may have changed it by the
    /// time you look.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there is no item now. See [`len`](SimpleQueue::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
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
