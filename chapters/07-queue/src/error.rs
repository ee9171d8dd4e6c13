//! What can go wrong with a queue.

use std::fmt;
use thiserror::Error;

/// An item was not put. It comes back to the caller.
///
/// ```
/// use ch07_queue::{PutError, Queue};
///
/// let queue = Queue::new(1);
/// queue.put("first").unwrap();
/// let error = queue.try_put("second").unwrap_err();
/// assert_eq!(error, PutError::Full("second"));
/// assert_eq!(error.into_item(), "second");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PutError<T> {
    /// The queue holds `capacity` items, and no place became free in time.
    #[error("the queue is full")]
    Full(T),
    /// The queue was shut down.
    #[error("the queue was shut down")]
    ShutDown(T),
}

impl<T> PutError<T> {
    /// The item that was not put.
    ///
    /// ```
    /// assert_eq!(ch07_queue::PutError::Full(1).into_item(), 1);
    /// ```
    pub fn into_item(self) -> T {
        match self {
            PutError::Full(item) | PutError::ShutDown(item) => item,
        }
    }
}

// By hand, so that `unwrap` works for items that have no `Debug`, as with std's `SendError`.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutError::Full(_) => "Full(..)",
            PutError::ShutDown(_) => "ShutDown(..)",
        })
    }
}

/// There was no item to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GetError {
    /// The queue is empty, and no item came in time.
    #[error("the queue is empty")]
    Empty,
    /// The queue was shut down and is empty: no item will ever come.
    #[error("the queue was shut down")]
    ShutDown,
}

/// [`task_done`](crate::BlockingQueue::task_done) was called more often than
/// items were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("task_done was called more often than items were put")]
pub struct TaskDoneError;
