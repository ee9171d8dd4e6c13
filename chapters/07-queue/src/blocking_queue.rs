//! The queue itself.

mod held;
mod shutdown;
mod size;
mod state;
mod tasks;
mod waiting;

use crate::ring::{By, Refusal, Ring};
use crate::{GetError, PutError, Store};
use held::Held;
use state::State;
use std::sync::Mutex;
use std::time::Duration;
use waiting::Patience;

/// At most so many items pass by the lock. More are kept in the store.
const LANE: usize = 64;

/// A queue for any number of producers and consumers. The [`Store`] decides
/// which item comes out first; [`Queue`](crate::Queue),
/// [`LifoQueue`](crate::LifoQueue) and [`PriorityQueue`](crate::PriorityQueue)
/// are the names to use.
///
/// It follows Python 3.13's `queue.Queue`. Who waited longest goes on first,
/// but a thread that just comes along may be quicker.
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
    /// For items that come out as they went in: the way past the lock. Its
    /// gates are shut when somebody has to be looked after.
    lane: Option<Ring<S::Item>>,
    state: Mutex<State<S>>,
}

impl<S: Store> BlockingQueue<S> {
    /// An empty queue that holds at most `capacity` items; 0 means any number.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::<i32>::new(10);
    /// assert_eq!((queue.len(), queue.capacity()), (0, 10));
    /// ```
    pub fn new(capacity: usize) -> Self {
        let places = if capacity == 0 { LANE } else { capacity.min(LANE) };
        BlockingQueue {
            lane: S::IN_ORDER.then(|| Ring::new(places)),
            state: Mutex::new(State::new(capacity)),
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
        self.put_with(item, Patience::Lasting(timeout))
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
        self.get_with(Patience::Lasting(timeout))
    }

    #[inline]
    fn put_with(&self, mut item: S::Item, patience: Patience) -> Result<(), PutError<S::Item>> {
        let mut refusal = Refusal::Shut;
        if let Some(lane) = &self.lane {
            match lane.push(item, By::Anyone) {
                Ok(()) => return Ok(()),
                Err(refused) => (item, refusal) = refused,
            }
        }
        self.put_slowly(item, refusal, patience)
    }

    #[inline]
    fn get_with(&self, patience: Patience) -> Result<S::Item, GetError> {
        let mut refusal = Refusal::Shut;
        if let Some(lane) = &self.lane {
            match lane.pop(By::Anyone) {
                Ok(item) => return Ok(item),
                Err(refused) => refusal = refused,
            }
        }
        self.get_slowly(refusal, patience)
    }

    fn hold(&self) -> Held<'_, S> {
        Held::new(self)
    }
}
