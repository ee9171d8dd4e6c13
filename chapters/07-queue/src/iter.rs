//! A queue as an iterator.

use crate::{BlockingQueue, Store};
use std::iter::FusedIterator;

/// Gets item after item until the queue is shut down and empty.
///
/// Made by [`BlockingQueue::iter`]. Each `next` blocks while the queue is empty.
#[derive(Debug)]
pub struct Iter<'a, S: Store> {
    queue: &'a BlockingQueue<S>,
}

impl<S: Store> BlockingQueue<S> {
    /// Gets item after item until the queue is shut down and empty.
    ///
    /// Several threads may each iterate over one queue: an item goes to one of
    /// them.
    ///
    /// ```
    /// use ch07_queue::Queue;
    /// use std::thread;
    ///
    /// let queue = Queue::new(2);
    /// thread::scope(|scope| {
    ///     let sum = scope.spawn(|| queue.iter().sum::<i32>());
    ///     for item in 1..=10 {
    ///         queue.put(item).unwrap();
    ///     }
    ///     queue.shutdown();
    ///     assert_eq!(sum.join().unwrap(), 55);
    /// });
    /// ```
    pub fn iter(&self) -> Iter<'_, S> {
        Iter { queue: self }
    }
}

impl<S: Store> Iterator for Iter<'_, S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        self.queue.get().ok()
    }
}

// A queue that was shut down stays so.
impl<S: Store> FusedIterator for Iter<'_, S> {}

impl<'a, S: Store> IntoIterator for &'a BlockingQueue<S> {
    type Item = S::Item;
    type IntoIter = Iter<'a, S>;

    fn into_iter(self) -> Iter<'a, S> {
        self.iter()
    }
}
