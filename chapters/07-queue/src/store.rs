//! What holds the items of a queue, and so decides which comes out first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What holds the items of a [`BlockingQueue`](crate::BlockingQueue).
///
/// Sealed: the queue relies on a store that keeps every item it was given,
/// even if comparing items panics.
///
/// ```
/// use ch07_queue::Store;
/// use std::collections::VecDeque;
///
/// fn first<S: Store>(mut store: S, items: impl IntoIterator<Item = S::Item>) -> Option<S::Item> {
///     for item in items {
///         store.push(item);
///     }
///     store.pop()
/// }
/// assert_eq!(first(VecDeque::new(), [1, 2, 3]), Some(1));
/// assert_eq!(first(Vec::new(), [1, 2, 3]), Some(3));
/// ```
pub trait Store: Default + sealed::Sealed {
    /// What it holds.
    type Item;

    /// Takes an item in.
    fn push(&mut self, item: Self::Item);

    /// Gives out the item whose turn it is.
    fn pop(&mut self) -> Option<Self::Item>;

    /// How many items there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether items come out as they went in, so that they may pass by the
    /// store as long as it is empty.
    const IN_ORDER: bool = false;
}

mod sealed {
    pub trait Sealed {}
}

impl<T> sealed::Sealed for VecDeque<T> {}
impl<T> sealed::Sealed for Vec<T> {}
impl<T> sealed::Sealed for BinaryHeap<Reverse<T>> {}

impl<T> Store for VecDeque<T> {
    type Item = T;

    const IN_ORDER: bool = true;

    fn push(&mut self, item: T) {
        self.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn len(&self) -> usize {
        self.len()
    }
}

impl<T> Store for Vec<T> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    fn len(&self) -> usize {
        self.len()
    }
}

impl<T: Ord> Store for BinaryHeap<Reverse<T>> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.push(Reverse(item));
    }

    fn pop(&mut self) -> Option<T> {
        self.pop().map(|Reverse(item)| item)
    }

    fn len(&self) -> usize {
        self.len()
    }
}
