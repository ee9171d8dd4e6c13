//! The queue itself: one lock, and a condition for each reason to wait.

mod shutdown;
mod size;
mod tasks;

use crate::{GetError, PutError, Store};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue for any number of producers and consumers. The [`Store`] decides
/// which item comes out first; [`Queue`](crate::Queue),
/// [`LifoQueue`](crate::LifoQueue) and [`PriorityQueue`](crate::PriorityQueue)
/// are the names to use.
///
/// It follows Python 3.13's `queue.Queue`. Waiters are woken in no particular
/// order, and a thread that comes along may take an item before one that
/// already waits for it.
///
/// ```
/// use ch07_queue::Queue;
/// use std::thread;
///
/// let queue = Queue::new(1);
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         for item in ["a", "b", "c"] {
///             queue.put(item).unwrap(); // waits while the queue holds one
///         }
///         queue.shutdown();
///     });
///     assert_eq!(queue.iter().collect::<String>(), "abc");
/// });
/// ```
///
/// # Panics in `Ord`
///
/// Comparing the items of a priority queue may panic. The panic passes through
/// `put` or `get`, and the queue stays usable. An item that was being put is in
/// the queue; one that was being got is lost and still counts as unfinished.
/// `shutdown_now` loses what it has taken out.
pub struct BlockingQueue<S: Store> {
    state: Mutex<State<S>>,
    // One condition for each kind of waiter. With a single one, `notify_one`
    // could wake a producer where only a consumer can go on.
    not_empty: Condvar,
    not_full: Condvar,
    all_done: Condvar,
}

struct State<S> {
    items: S,
    maxsize: usize,
    unfinished: usize,
    shut_down: bool,
}

/// How long to wait.
#[derive(Clone, Copy)]
enum Patience {
    None,
    Until(Instant),
    Endless,
}

impl Patience {
    /// A deadline too far away for the clock is none.
    fn lasting(timeout: Duration) -> Patience {
        Instant::now().checked_add(timeout).map_or(Patience::Endless, Patience::Until)
    }
}

impl<S: Store> BlockingQueue<S> {
    /// An empty queue that holds at most `maxsize` items; 0 means any number.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::<i32>::new(10);
    /// assert_eq!((queue.len(), queue.maxsize()), (0, 10));
    /// ```
    pub fn new(maxsize: usize) -> Self {
        let state = State { items: S::default(), maxsize, unfinished: 0, shut_down: false };
        BlockingQueue {
            state: Mutex::new(state),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            all_done: Condvar::new(),
        }
    }

    /// Puts an item. Blocks while the queue is full.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`] if the queue is shut down, before or while it
    /// waits. Never `Full`.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::new(0);
    /// queue.put("item")?;
    /// assert_eq!(queue.get(), Ok("item"));
    /// # Ok::<(), ch07_queue::PutError<&str>>(())
    /// ```
    pub fn put(&self, item: S::Item) -> Result<(), PutError<S::Item>> {
        self.put_with(item, Patience::Endless)
    }

    /// Puts an item if there is room now. Never waits for room.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] or [`PutError::ShutDown`].
    ///
    /// ```
    /// use ch07_queue::{PutError, Queue};
    /// let queue = Queue::new(1);
    /// assert_eq!(queue.try_put('a'), Ok(()));
    /// assert_eq!(queue.try_put('b'), Err(PutError::Full('b')));
    /// ```
    pub fn try_put(&self, item: S::Item) -> Result<(), PutError<S::Item>> {
        self.put_with(item, Patience::None)
    }

    /// Puts an item. Blocks while the queue is full, at most for `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError::Full`] if no place became free in time;
    /// [`PutError::ShutDown`] if the queue is shut down, before or while it waits.
    ///
    /// ```
    /// use ch07_queue::{PutError, Queue};
    /// use std::time::Duration;
    ///
    /// let queue = Queue::new(1);
    /// queue.put('a')?;
    /// assert_eq!(queue.put_timeout('b', Duration::from_millis(1)), Err(PutError::Full('b')));
    /// # Ok::<(), PutError<char>>(())
    /// ```
    pub fn put_timeout(&self, item: S::Item, timeout: Duration) -> Result<(), PutError<S::Item>> {
        self.put_with(item, Patience::lasting(timeout))
    }

    /// Takes the item whose turn it is. Blocks while the queue is empty.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`] if the queue is shut down and empty, before or
    /// while it waits. Never `Empty`.
    ///
    /// ```
    /// use ch07_queue::{GetError, Queue};
    /// let queue = Queue::new(0);
    /// queue.put(1).unwrap();
    /// queue.shutdown();
    /// assert_eq!(queue.get(), Ok(1));
    /// assert_eq!(queue.get(), Err(GetError::ShutDown));
    /// ```
    pub fn get(&self) -> Result<S::Item, GetError> {
        self.get_with(Patience::Endless)
    }

    /// Takes the item whose turn it is, if there is one now.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] or [`GetError::ShutDown`].
    ///
    /// ```
    /// use ch07_queue::{GetError, Queue};
    /// assert_eq!(Queue::<i32>::new(0).try_get(), Err(GetError::Empty));
    /// ```
    pub fn try_get(&self) -> Result<S::Item, GetError> {
        self.get_with(Patience::None)
    }

    /// Takes the item whose turn it is. Blocks while the queue is empty, at
    /// most for `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError::Empty`] if no item came in time; [`GetError::ShutDown`] if
    /// the queue is shut down and empty, before or while it waits.
    ///
    /// ```
    /// use ch07_queue::{GetError, Queue};
    /// use std::time::Duration;
    ///
    /// let queue = Queue::<i32>::new(0);
    /// assert_eq!(queue.get_timeout(Duration::from_millis(1)), Err(GetError::Empty));
    /// ```
    pub fn get_timeout(&self, timeout: Duration) -> Result<S::Item, GetError> {
        self.get_with(Patience::lasting(timeout))
    }

    fn put_with(&self, item: S::Item, patience: Patience) -> Result<(), PutError<S::Item>> {
        let mut state = self.lock();
        loop {
            if state.shut_down {
                return Err(PutError::ShutDown(item));
            }
            if !state.is_full() {
                break;
            }
            state = match wait(&self.not_full, state, patience) {
                Ok(state) => state,
                Err(_) => return Err(PutError::Full(item)),
            };
        }
        // Count and notify before the push: comparing items may panic. Nobody
        // can look before the lock is free.
        state.unfinished += 1;
        self.not_empty.notify_one();
        state.items.push(item);
        Ok(())
    }

    fn get_with(&self, patience: Patience) -> Result<S::Item, GetError> {
        let mut state = self.lock();
        loop {
            if !state.items.is_empty() {
                self.not_full.notify_one(); // before the pop, which may panic
            }
            if let Some(item) = state.items.pop() {
                return Ok(item);
            }
            if state.shut_down {
                return Err(GetError::ShutDown);
            }
            state = wait(&self.not_empty, state, patience).map_err(|_| GetError::Empty)?;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<S>> {
        // Poisoned by a panic in `Ord`, which leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> State<S> {
    fn is_full(&self) -> bool {
        self.maxsize != 0 && self.items.len() >= self.maxsize
    }
}

/// Waits for a notification. `Err` if there is no time left to wait; the caller
/// has looked at the state before, so that nothing is missed.
fn wait<'a, T>(
    condition: &Condvar,
    state: MutexGuard<'a, T>,
    patience: Patience,
) -> Result<MutexGuard<'a, T>, MutexGuard<'a, T>> {
    let deadline = match patience {
        Patience::None => return Err(state),
        Patience::Endless => {
            return Ok(condition.wait(state).unwrap_or_else(PoisonError::into_inner));
        }
        Patience::Until(deadline) => deadline,
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(state);
    }
    Ok(condition.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0)
}
