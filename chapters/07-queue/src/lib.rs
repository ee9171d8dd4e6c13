//! Queues between threads, as Python's `queue` module has them.
//!
//! | type | gives first | bounded | counts unfinished tasks |
//! |---|---|---|---|
//! | [`Queue`] | what was put first | if you like | yes |
//! | [`LifoQueue`] | what was put last | if you like | yes |
//! | [`PriorityQueue`] | the least | if you like | yes |
//! | [`SimpleQueue`] | what was put first | never | no |
//!
//! The first three are one type, [`BlockingQueue`], over three kinds of
//! [`Store`]. Python does the same with subclasses that override `_put` and
//! `_get`.
//!
//! The road there has three steps. [`naive::Queue`] has one condition for all
//! who wait, and may leave everybody asleep. [`correct::Queue`] has two, and
//! calls the operating system for each item. The exported queues call it only
//! to put a thread to sleep or to wake one, and first in, first out has a way
//! past the lock.
//!
//! All of them may be shared by any number of producers and consumers, by
//! reference or in an `Arc`.
//!
//! # When not to use them
//!
//! If producers just go away when they are done, a channel says it better: its
//! receiver learns of the end by itself. Use `std::sync::mpsc` for one
//! consumer and `crossbeam::channel` for several.

#![warn(missing_docs)]
// The steps are named here also where they are left out.
#![cfg_attr(not(feature = "steps"), allow(rustdoc::broken_intra_doc_links))]

mod blocking_queue;
#[cfg(feature = "steps")]
pub mod correct;
mod error;
mod iter;
#[cfg(feature = "steps")]
pub mod naive;
mod ring;
mod simple_queue;
mod spin;
mod store;

pub use blocking_queue::BlockingQueue;
pub use error::{GetError, PutError, TaskDoneError};
pub use iter::Iter;
pub use simple_queue::SimpleQueue;
pub use store::Store;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// First in, first out.
///
/// ```
/// let queue = ch07_queue::Queue::new(0);
/// for item in [2, 3, 1] {
///     queue.put(item)?;
/// }
/// queue.shutdown();
/// assert_eq!(queue.iter().collect::<Vec<_>>(), [2, 3, 1]);
/// # Ok::<(), ch07_queue::PutError<i32>>(())
/// ```
pub type Queue<T> = BlockingQueue<VecDeque<T>>;

/// Last in, first out.
///
/// ```
/// let queue = ch07_queue::LifoQueue::new(0);
/// for item in [2, 3, 1] {
///     queue.put(item)?;
/// }
/// queue.shutdown();
/// assert_eq!(queue.iter().collect::<Vec<_>>(), [1, 3, 2]);
/// # Ok::<(), ch07_queue::PutError<i32>>(())
/// ```
pub type LifoQueue<T> = BlockingQueue<Vec<T>>;

/// The least item first, by its [`Ord`]. Equal items come in no particular
/// order.
///
/// The items are compared while the queue is locked: their `Ord` must not use
/// the queue.
///
/// ```
/// let queue = ch07_queue::PriorityQueue::new(0);
/// for item in [2, 3, 1] {
///     queue.put(item)?;
/// }
/// queue.shutdown();
/// assert_eq!(queue.iter().collect::<Vec<_>>(), [1, 2, 3]);
/// # Ok::<(), ch07_queue::PutError<i32>>(())
/// ```
pub type PriorityQueue<T> = BlockingQueue<BinaryHeap<Reverse<T>>>;
