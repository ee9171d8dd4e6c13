//! A bounded queue.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// A queue that holds so many items.
#[derive(Debug)]
pub struct Queue<T> {
    items: Mutex<VecDeque<T>>,
    changed: Condvar,
    most: usize,
}

impl<T> Queue<T> {
    /// A queue that holds so many items.
    ///
    /// ```
    /// let queue = queue::Queue::new(1);
    /// queue.put(7);
    /// assert_eq!(queue.get(), 7);
    /// ```
    pub fn new(most: usize) -> Self {
        Queue { items: Mutex::default(), changed: Condvar::new(), most }
    }

    /// Puts an item in. Blocks while it is full.
    pub fn put(&self, item: T) {
        let items = self.items.lock().unwrap();
        let mut items = self.changed.wait_while(items, |items| items.len() == self.most).unwrap();
        items.push_back(item);
        self.changed.notify_one();
    }

    /// Takes an item out. Blocks while it is empty.
    pub fn get(&self) -> T {
        let items = self.items.lock().unwrap();
        let mut items = self.changed.wait_while(items, |items| items.is_empty()).unwrap();
        let item = items.pop_front().unwrap();
        self.changed.notify_one();
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn one_and_one() {
        let queue = Queue::new(1);
        thread::scope(|scope| {
            scope.spawn(|| queue.put(1));
            assert_eq!(queue.get(), 1);
        });
    }

    mod crowded {
        use super::*;

        /// Two who put and two who get share one condition variable.
        #[test]
        fn two_and_two() {
            let queue = Queue::new(1);
            thread::scope(|scope| {
                scope.spawn(|| queue.put(1));
                scope.spawn(|| queue.put(2));
                scope.spawn(|| queue.get());
                queue.get();
            });
        }
    }
}
