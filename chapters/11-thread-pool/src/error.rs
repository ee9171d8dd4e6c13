//! What can go wrong with a task or a pool.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// The pool did not accept a task. It comes back to the caller, together with
/// its callback if it has one.
#[derive(Error)]
#[non_exhaustive]
pub enum ExecuteError<T> {
    /// The pool was closed or terminated.
    #[error("the thread pool is closed")]
    Closed(T),
    /// As many tasks as may wait do so, and no place became free in time.
    #[error("the thread pool's task queue is full")]
    Full(T),
    /// The pool has no thread, and the system would not give it one.
    #[error("the thread pool could not start a thread")]
    NoThread(T, #[source] io::Error),
}

impl<T> ExecuteError<T> {
    /// What was not accepted.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::new(1);
    /// pool.close();
    /// let error = pool.submit(|| 6 * 7).unwrap_err();
    /// assert_eq!(error.into_task()(), 42);
    /// ```
    pub fn into_task(self) -> T {
        match self {
            ExecuteError::Closed(task)
            | ExecuteError::Full(task)
            | ExecuteError::NoThread(task, _) => task,
        }
    }
}

// By hand: closures have no `Debug`.
impl<T> fmt::Debug for ExecuteError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecuteError::Closed(_) => f.write_str("Closed(..)"),
            ExecuteError::Full(_) => f.write_str("Full(..)"),
            ExecuteError::NoThread(_, error) => write!(f, "NoThread(.., {error:?})"),
        }
    }
}

/// A task panicked. It has cost the pool neither a thread nor a place.
#[derive(Debug)]
pub struct TaskPanic {
    // The mutex makes it `Sync`, which the payload need not be.
    payload: Mutex<Box<dyn Any + Send>>,
    message: String,
}

impl TaskPanic {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("a value that is not text").to_owned();
        TaskPanic { payload: Mutex::new(payload), message }
    }

    /// The text given to `panic!`.
    ///
    /// ```
    /// use ch11_thread_pool::{TaskError, ThreadPool};
    ///
    /// let pool = ThreadPool::new(1);
    /// let task = pool.submit(|| panic!("no {}", 7)).unwrap();
    /// let Err(TaskError::Panicked(panic)) = task.join() else { unreachable!() };
    /// assert_eq!(panic.message(), "no 7");
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was thrown, for `std::panic::resume_unwind`.
    ///
    /// ```
    /// use ch11_thread_pool::{TaskError, ThreadPool};
    /// use std::panic::panic_any;
    ///
    /// let pool = ThreadPool::new(1);
    /// let task = pool.submit(|| panic_any(7_u32)).unwrap();
    /// let Err(TaskError::Panicked(panic)) = task.join() else { unreachable!() };
    /// assert_eq!(panic.into_payload().downcast_ref(), Some(&7_u32));
    /// ```
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for TaskPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task panicked: {}", self.message)
    }
}

impl std::error::Error for TaskPanic {}

/// Why a [`TaskHandle`](crate::TaskHandle) has no result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task panicked.
    #[error(transparent)]
    Panicked(TaskPanic),
    /// The task was cancelled, or dropped by who terminated the pool, before
    /// it was begun.
    #[error("the task was cancelled")]
    Cancelled,
}

/// Why there is nothing to wait for, or no end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The pool is open: its threads stay. Close or terminate it first.
    #[error("the thread pool is still open: close or terminate it first")]
    Open,
    /// The caller is itself a task of the pool, and would wait for itself.
    #[error("a task cannot wait for the thread pool that runs it")]
    FromTask,
    /// The time is over.
    #[error("the time-out is over")]
    TimedOut,
}
