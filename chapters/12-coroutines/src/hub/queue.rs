//! A queue between tasks.

use super::error::{Empty, Full};
use super::wait::{WaitList, moment_in};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

/// First in, first out, between the tasks of one hub.
///
/// With a capacity, [`put`](Queue::put) blocks its task while the queue is
/// full. [`get`](Queue::get) blocks while it is empty.
///
/// ```
/// use ch12_coroutines::hub;
/// use std::rc::Rc;
///
/// let sum = hub::run(|| {
///     let queue = Rc::new(hub::Queue::new(2));
///     let producer = queue.clone();
///     hub::spawn(move || (1..=10).for_each(|n| producer.put(n)));
///     (0..10).map(|_| queue.get()).sum::<i32>()
/// });
/// assert_eq!(sum.unwrap(), 55);
/// ```
pub struct Queue<T> {
    items: RefCell<VecDeque<T>>,
    /// 0 is no limit.
    capacity: usize,
    getters: WaitList,
    putters: WaitList,
}

impl<T> Queue<T> {
    /// A queue that holds at most `capacity` items; any number if that is 0.
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::new(1);
    /// queue.put('a');
    /// assert!(queue.is_full());
    /// ```
    pub const fn new(capacity: usize) -> Queue<T> {
        Queue {
            items: RefCell::new(VecDeque::new()),
            capacity,
            getters: WaitList::of_rivals(),
            putters: WaitList::of_rivals(),
        }
    }

    /// A queue without limit.
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::unbounded();
    /// (0..1000).for_each(|n| queue.put(n));
    /// assert!(!queue.is_full());
    /// ```
    pub const fn unbounded() -> Queue<T> {
        Queue::new(0)
    }

    /// Adds `item`; blocks the task while the queue is full.
    ///
    /// # Panics
    ///
    /// Outside tasks, if the queue is full.
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::unbounded();
    /// queue.put('a');
    /// assert_eq!(queue.get(), 'a');
    /// ```
    pub fn put(&self, item: T) {
        if self.put_until(item, None).is_err() {
            unreachable!("without a time limit put waits for room");
        }
    }

    /// As [`put`](Queue::put), for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`Full`] with the item.
    ///
    /// # Panics
    ///
    /// Outside tasks, if the queue is full.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, Full};
    /// # use std::time::Duration;
    /// let queue = hub::Queue::new(1);
    /// queue.put('a');
    /// let full = hub::run(move || queue.put_timeout('b', Duration::from_millis(1)));
    /// assert_eq!(full.unwrap(), Err(Full('b')));
    /// ```
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), Full<T>> {
        self.put_until(item, moment_in(timeout))
    }

    fn put_until(&self, item: T, due: Option<Instant>) -> Result<(), Full<T>> {
        while self.is_full() {
            if !self.putters.wait_until(due) && self.is_full() {
                return Err(Full(item));
            }
        }
        self.items.borrow_mut().push_back(item);
        self.getters.notify_one();
        Ok(())
    }

    /// Adds `item` if there is room; never blocks.
    ///
    /// # Errors
    ///
    /// [`Full`] with the item.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{Full, Queue};
    /// let queue = Queue::new(1);
    /// assert_eq!(queue.try_put('a'), Ok(()));
    /// assert_eq!(queue.try_put('b'), Err(Full('b')));
    /// ```
    pub fn try_put(&self, item: T) -> Result<(), Full<T>> {
        if self.is_full() { Err(Full(item)) } else { self.put_until(item, None) }
    }

    /// Takes the oldest item; blocks the task while there is none.
    ///
    /// # Panics
    ///
    /// Outside tasks, if the queue is empty.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, Queue};
    /// let first = hub::run(|| {
    ///     let queue = std::rc::Rc::new(Queue::unbounded());
    ///     let producer = queue.clone();
    ///     hub::spawn(move || producer.put('a'));
    ///     queue.get() // waits for it
    /// });
    /// assert_eq!(first.unwrap(), 'a');
    /// ```
    pub fn get(&self) -> T {
        self.get_until(None).expect("without a time limit get waits for an item")
    }

    /// As [`get`](Queue::get), for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`Empty`].
    ///
    /// # Panics
    ///
    /// Outside tasks, if the queue is empty.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, Empty};
    /// # use std::time::Duration;
    /// let queue = hub::Queue::<u8>::unbounded();
    /// let empty = hub::run(move || queue.get_timeout(Duration::from_millis(1)));
    /// assert_eq!(empty.unwrap(), Err(Empty));
    /// ```
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, Empty> {
        self.get_until(moment_in(timeout))
    }

    fn get_until(&self, due: Option<Instant>) -> Result<T, Empty> {
        loop {
            if let Ok(item) = self.try_get() {
                return Ok(item);
            }
            if !self.getters.wait_until(due) {
                return self.try_get();
            }
        }
    }

    /// Takes the oldest item if there is one; never blocks.
    ///
    /// # Errors
    ///
    /// [`Empty`].
    ///
    /// ```
    /// # use ch12_coroutines::hub::{Empty, Queue};
    /// let queue = Queue::unbounded();
    /// queue.put('a');
    /// assert_eq!(queue.try_get(), Ok('a'));
    /// assert_eq!(queue.try_get(), Err(Empty));
    /// ```
    pub fn try_get(&self) -> Result<T, Empty> {
        let item = self.items.borrow_mut().pop_front().ok_or(Empty)?;
        self.putters.notify_one();
        Ok(item)
    }

    /// How many items it holds.
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::unbounded();
    /// queue.put('a');
    /// assert_eq!(queue.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Does it hold none?
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::<u8>::unbounded();
    /// assert!(queue.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Would [`put`](Queue::put) block?
    ///
    /// ```
    /// let queue = ch12_coroutines::hub::Queue::new(2);
    /// queue.put('a');
    /// assert!(!queue.is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        self.capacity != 0 && self.len() >= self.capacity
    }
}

impl<T> Default for Queue<T> {
    /// A queue without limit.
    fn default() -> Queue<T> {
        Queue::unbounded()
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

// An item is in it or not, whatever panics: nothing of the user's runs while it changes.
impl<T> UnwindSafe for Queue<T> {}
impl<T> RefUnwindSafe for Queue<T> {}
