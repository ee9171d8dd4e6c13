//! First step: a list, a mutex, and one condition variable. It has a hole.
//!
//! Producers and consumers wait at the same condition, and `notify_one` may
//! wake the wrong kind: a consumer where only a producer can go on. That one
//! goes back to sleep, and the wake-up is lost.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue in which everybody may end up waiting. It is here to be seen
/// failing; use [`crate::Queue`].
///
/// ```
/// let queue = ch07_queue::naive::Queue::new(2);
/// queue.put(1);
/// queue.put(2);
/// assert_eq!((queue.get(), queue.get()), (1, 2));
/// ```
#[derive(Debug)]
pub struct Queue<T> {
    items: Mutex<VecDeque<T>>,
    changed: Condvar,
    capacity: usize,
}

impl<T> Queue<T> {
    /// An empty queue that holds at most `capacity` items.
    pub const fn new(capacity: usize) -> Queue<T> {
        Queue { items: Mutex::new(VecDeque::new()), changed: Condvar::new(), capacity }
    }

    // ANCHOR: naive
    /// Puts an item. Blocks while the queue is full.
    pub fn put(&self, item: T) {
        let full = |items: &mut VecDeque<T>| items.len() >= self.capacity;
        let mut items = self.wait_while(full);
        items.push_back(item);
        self.changed.notify_one();
    }

    /// Takes the item that was put first. Blocks while there is none.
    pub fn get(&self) -> T {
        let mut items = self.wait_while(|items| items.is_empty());
        self.changed.notify_one();
        items.pop_front().expect("waited until there is one")
    }
    // ANCHOR_END: naive

    fn wait_while(
        &self,
        condition: impl FnMut(&mut VecDeque<T>) -> bool,
    ) -> MutexGuard<'_, VecDeque<T>> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        self.changed.wait_while(items, condition).unwrap_or_else(PoisonError::into_inner)
    }
}
