//! What our queues hold: Python objects, compared as Python compares them.

use crate::interpreter::attached;
use pyo3::prelude::*;
use std::cmp::Ordering;

/// An object. Only the priority queue compares it, and only by Python's `<`,
/// as `heapq` does.
///
/// `<` may raise. The exception then goes through the queue as a panic in
/// [`Ord`], of which chapter 7 says what becomes of the items.
pub struct Item(pub Py<PyAny>);

impl Item {
    fn is_less(&self, other: &Item) -> bool {
        attached(|py| self.0.bind(py).lt(&other.0))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Item) -> Ordering {
        if self.is_less(other) {
            Ordering::Less
        } else if other.is_less(self) {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }
}

// By hand, so that one comparison of ours is one of Python's.
impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Item) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn lt(&self, other: &Item) -> bool {
        self.is_less(other)
    }

    fn le(&self, other: &Item) -> bool {
        !other.is_less(self)
    }

    fn gt(&self, other: &Item) -> bool {
        other.is_less(self)
    }

    fn ge(&self, other: &Item) -> bool {
        !self.is_less(other)
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item {}
