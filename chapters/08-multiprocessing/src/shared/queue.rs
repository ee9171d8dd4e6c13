//! A queue.

use super::linux::Linux;
use super::memory::{Held, Kind, Placed, Shareable};
use super::queue_error::{GetError, PutError};
use super::{Waiters, deadline};
use crate::message::Message;
use ch08_sync::LOOK_EVERY;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A queue in shared memory that any number of processes fill and empty
/// (Python's `multiprocessing.Queue`).
///
/// Clones, and copies sent to other processes, are the same queue. Items come
/// out in the order in which they went in, each to one receiver.
///
/// What CPython's queue does behind one's back, this one does not do:
///
/// - An item is in the queue when [`put`](Queue::put) returns. There is no
///   thread that still has to send it, so a process can end at once, and
///   nobody waits for ever for a child that has items left to send.
/// - A process that is killed at any moment leaves the queue whole. An item
///   that it was putting is in the queue or is not; one that it was getting is
///   still there or is gone with it.
///
/// Items are serialised, as arguments of a [`Process`](crate::Process) are, but
/// cannot hold descriptors: send those over a [`pipe`](crate::pipe()).
///
/// ```
/// use ch08_multiprocessing::Queue;
/// let queue = Queue::new(2)?;
/// queue.put(&"first".to_owned())?;
/// queue.put(&"second".to_owned())?;
/// assert!(queue.try_put(&"third".to_owned()).is_err());
/// assert_eq!(queue.get()?, "first");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Queue<T> {
    place: Placed<Body>,
    #[serde(skip)]
    _item: PhantomData<fn(T) -> T>,
}

#[repr(C)]
struct Body {
    capacity: AtomicU64,
    /// Where the first item begins, and after the last one ends.
    head: AtomicU64,
    tail: AtomicU64,
    not_empty: Waiters,
    not_full: Waiters,
}

// SAFETY: atomics, for which zeros are values.
unsafe impl Shareable for Body {
    const KIND: Kind = Kind::QUEUE;
    const MORE: usize = RING;
}

/// The bytes of the ring. The system finds room for what is used of it only.
const RING: usize = 1 << 30;
/// The ring's pages are given back in portions of this size.
const PORTION: usize = 1 << 20;
/// Never filled, so that a portion that is given back holds no end of the queue.
const GAP: usize = 2 * PORTION;
/// Before each item: its size.
const SIZE: usize = size_of::<u32>();
/// The largest item in bytes.
const MAX_ITEM: usize = RING - GAP - SIZE;

/// One end of the queue, in one word, so that a death leaves it as it was or
/// as it was to be.
#[derive(Clone, Copy)]
struct End {
    /// How many items have passed it, modulo 2³².
    count: u32,
    /// Where it is in the ring.
    at: usize,
}

impl End {
    fn load(word: &AtomicU64) -> End {
        let word = word.load(Relaxed);
        End { count: (word >> 32) as u32, at: word as u32 as usize % RING }
    }

    fn store(self, word: &AtomicU64) {
        word.store(u64::from(self.count) << 32 | self.at as u64, Relaxed);
    }

    fn passed(self, bytes: usize) -> End {
        End { count: self.count.wrapping_add(1), at: (self.at + bytes) % RING }
    }
}

impl<T> Queue<T> {
    /// A queue for at most `capacity` items in its own piece of shared memory;
    /// 0 stands for no limit but the memory: 1 GiB of serialised items.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// let queue = Queue::<String>::new(2)?;
    /// assert_eq!(queue.capacity(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new(capacity: u32) -> io::Result<Queue<T>> {
        let place = Placed::<Body>::new()?;
        place.capacity.store(capacity.into(), Relaxed);
        Ok(Queue { place, _item: PhantomData })
    }

    /// The most items that it holds; 0 if there is no limit.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// assert_eq!(Queue::<u8>::new(0)?.capacity(), 0, "none: as many as the memory holds");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn capacity(&self) -> u32 {
        self.place.capacity.load(Relaxed) as u32
    }

    /// How many items are in it; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// let queue = Queue::new(0)?;
    /// queue.put(&'a')?;
    /// assert_eq!(queue.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        let _held = self.hold();
        self.count() as usize
    }

    /// Whether none is in it; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// assert!(Queue::<u8>::new(0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn hold(&self) -> Held<'_> {
        // Whoever died changed nothing or everything.
        self.place.memory().hold().0
    }

    fn count(&self) -> u32 {
        End::load(&self.place.tail).count.wrapping_sub(End::load(&self.place.head).count)
    }

    fn has_room(&self, bytes: usize) -> bool {
        let Body { capacity, head, tail, .. } = &*self.place;
        let used = (RING + End::load(tail).at - End::load(head).at) % RING;
        let capacity = capacity.load(Relaxed);
        (capacity == 0 || u64::from(self.count()) < capacity) && used + bytes <= RING - GAP
    }

    fn put_bytes(&self, bytes: &[u8], deadline: Option<Instant>) -> Result<(), PutError> {
        if bytes.len() > MAX_ITEM {
            return Err(PutError::TooLarge { bytes: bytes.len(), max: MAX_ITEM });
        }
        let held = self.hold();
        let needed = SIZE + bytes.len();
        let Body { tail, not_full, not_empty, .. } = &*self.place;
        while !self.has_room(needed) {
            if !wait_a_moment(not_full, &held, deadline) {
                return Err(PutError::Full);
            }
        }
        let end = End::load(tail);
        self.write(end.at, &(bytes.len() as u32).to_le_bytes());
        self.write((end.at + SIZE) % RING, bytes);
        end.passed(needed).store(tail);
        not_empty.notify(&Linux, 1, 0);
        Ok(())
    }

    fn get_bytes(&self, deadline: Option<Instant>) -> Result<Option<Vec<u8>>, GetError> {
        let held = self.hold();
        let Body { head, tail, not_full, not_empty, .. } = &*self.place;
        while self.count() == 0 {
            if !wait_a_moment(not_empty, &held, deadline) {
                return Ok(None);
            }
        }
        let end = End::load(head);
        let mut size = [0; SIZE];
        self.read(end.at, &mut size);
        let used = (RING + End::load(tail).at - end.at) % RING;
        let size = (u32::from_le_bytes(size) as usize).min(used.saturating_sub(SIZE));
        let mut bytes = Vec::new();
        if let Err(source) = bytes.try_reserve_exact(size) {
            // Somebody else may have the memory for it.
            not_empty.notify(&Linux, 1, 0);
            return Err(GetError::NoMemory { bytes: size, source });
        }
        bytes.resize(size, 0);
        self.read((end.at + SIZE) % RING, &mut bytes);
        let next = end.passed(SIZE + bytes.len());
        next.store(head);
        self.give_back(end.at, next.at);
        not_full.notify(&Linux, 1, 0);
        Ok(Some(bytes))
    }

    /// Gives the system the pages of portions that the head has left.
    fn give_back(&self, from: usize, to: usize) {
        let ring = size_of::<Body>();
        let (from, to) = (from / PORTION * PORTION, to / PORTION * PORTION);
        let memory = self.place.memory();
        if from < to {
            memory.forget(ring + from, ring + to);
        } else if to < from {
            memory.forget(ring + from, ring + RING);
            memory.forget(ring, ring + to);
        }
    }

    /// The caller holds the lock.
    fn write(&self, at: usize, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(RING - at));
        // SAFETY: `at` is in the ring, and both parts fit into it. Everybody
        // touches the ring with the lock held only.
        unsafe {
            self.place.more().add(at).copy_from_nonoverlapping(first.as_ptr(), first.len());
            self.place.more().copy_from_nonoverlapping(rest.as_ptr(), rest.len());
        }
    }

    /// The caller holds the lock.
    fn read(&self, at: usize, bytes: &mut [u8]) {
        let middle = bytes.len().min(RING - at);
        let (first, rest) = bytes.split_at_mut(middle);
        // SAFETY: as in `write`.
        unsafe {
            self.place.more().add(at).copy_to_nonoverlapping(first.as_mut_ptr(), first.len());
            self.place.more().copy_to_nonoverlapping(rest.as_mut_ptr(), rest.len());
        }
    }
}

/// Waits to be notified, and never for long: a notification may have gone to
/// one that died of it. False if the time is up.
fn wait_a_moment(waiters: &Waiters, held: &Held<'_>, deadline: Option<Instant>) -> bool {
    let now = Instant::now();
    if deadline.is_some_and(|deadline| deadline <= now) {
        return false;
    }
    let soon = now + LOOK_EVERY;
    waiters.wait(&Linux, held.word(), Some(deadline.map_or(soon, |deadline| deadline.min(soon))));
    held.word().take_notice_of_death();
    true
}

impl<T: Serialize + DeserializeOwned> Queue<T> {
    /// Puts an item at the end; blocks while the queue is full.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// let queue = Queue::new(0)?;
    /// queue.put(&("bob".to_owned(), 3))?;
    /// assert_eq!(queue.get()?, ("bob".to_owned(), 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PutError`], without `Full`.
    pub fn put(&self, item: &T) -> Result<(), PutError> {
        self.put_until(item, None)
    }

    /// Puts an item at the end if there is room; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// use ch08_multiprocessing::PutError;
    /// let queue = Queue::new(1)?;
    /// queue.try_put(&1)?;
    /// assert!(matches!(queue.try_put(&2), Err(PutError::Full)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PutError`].
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.put_until(item, Some(Instant::now()))
    }

    /// Puts an item at the end; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// use std::time::Duration;
    /// let queue = Queue::new(1)?;
    /// queue.put(&1)?;
    /// assert!(queue.put_timeout(&2, Duration::from_millis(1)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PutError`].
    pub fn put_timeout(&self, item: &T, timeout: Duration) -> Result<(), PutError> {
        self.put_until(item, deadline(timeout))
    }

    fn put_until(&self, item: &T, deadline: Option<Instant>) -> Result<(), PutError> {
        let message = Message::encode(item)?;
        if !message.descriptors.is_empty() {
            return Err(PutError::Descriptor);
        }
        self.put_bytes(&message.bytes, deadline)
    }

    /// Takes the first item; blocks while there is none.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// let queue = Queue::new(0)?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| queue.put(&7).unwrap());
    ///     assert_eq!(queue.get().unwrap(), 7);
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`GetError`].
    pub fn get(&self) -> Result<T, GetError> {
        loop {
            if let Some(item) = self.get_until(None)? {
                return Ok(item);
            }
        }
    }

    /// Takes the first item, if there is one; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// let queue = Queue::<u8>::new(0)?;
    /// assert_eq!(queue.try_get()?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`GetError`].
    pub fn try_get(&self) -> Result<Option<T>, GetError> {
        self.get_until(Some(Instant::now()))
    }

    /// Takes the first item; blocks for at most `timeout`. `None` if none came.
    ///
    /// ```
    /// # use ch08_multiprocessing::Queue;
    /// use std::time::Duration;
    /// let queue = Queue::<u8>::new(0)?;
    /// assert_eq!(queue.get_timeout(Duration::from_millis(1))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`GetError`].
    pub fn get_timeout(&self, timeout: Duration) -> Result<Option<T>, GetError> {
        self.get_until(deadline(timeout))
    }

    fn get_until(&self, deadline: Option<Instant>) -> Result<Option<T>, GetError> {
        let Some(bytes) = self.get_bytes(deadline)? else { return Ok(None) };
        Ok(Some(Message { bytes, descriptors: Vec::new() }.decode()?))
    }
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Queue<T> {
        Queue { place: self.place.clone(), _item: PhantomData }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}
