//! What can go wrong on a hub.

use std::any::Any;
use std::fmt;
use std::io;

/// Why [`run`](super::run) could not run `main` to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// `main` waits, and nothing that the hub waits for could ever wake it.
    #[error("deadlock: the main task waits, and no task, clock or socket is left to wake it")]
    Deadlock,
    /// This thread is running a hub already.
    #[error("this thread has a hub already: spawn a task on it instead")]
    Nested,
    /// The main task has no stack.
    #[error("no stack for the main task")]
    NoStack(#[source] io::Error),
    /// Waiting for sockets failed.
    #[error("cannot wait for sockets")]
    Poll(#[source] io::Error),
}

/// How a task ended.
pub type Outcome<R> = Result<R, JoinError>;

/// Why a task has no result.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// It was killed.
    #[error("the task was killed")]
    Killed,
    /// It panicked, with this payload.
    #[error("the task panicked{}", message(.0))]
    Panicked(Box<dyn Any + Send>),
    /// It never ran: the system had no stack for it. Linux, for one, allows some
    /// 32 000 stacks a process (`vm.max_map_count`, two mappings each).
    #[error("no stack for the task")]
    NoStack(#[source] io::Error),
}

fn message(payload: &Box<dyn Any + Send>) -> String {
    let text = match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => match payload.downcast_ref::<String>() {
            Some(text) => text.as_str(),
            None => return String::new(),
        },
    };
    format!(": {text}")
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::Killed => f.write_str("Killed"),
            JoinError::Panicked(payload) => write!(f, "Panicked({:?})", message(payload)),
            JoinError::NoStack(error) => f.debug_tuple("NoStack").field(error).finish(),
        }
    }
}

/// The time given to [`timeout`](super::timeout()) was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time was over")]
pub struct Timeout;

/// The queue was full; here is the item back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full")]
pub struct Full<T>(
    /// What was not put.
    pub T,
);

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Full(..)")
    }
}

/// The queue was empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is empty")]
pub struct Empty;
