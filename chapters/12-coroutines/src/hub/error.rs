//! What can go wrong on a hub.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

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
    /// The main task caught a [`timeout`](super::timeout()) a hundred times and
    /// went on waiting: see [`JoinError::Abandoned`].
    #[error("the main task caught its time-out again and again, and was given up")]
    Abandoned,
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// It was killed.
    #[error("the task was killed")]
    Killed,
    /// It panicked.
    #[error("the task panicked{}", .0.message().map(|text| format!(": {text}")).unwrap_or_default())]
    Panicked(Panic),
    /// It was killed, or out of time, and caught that, again and again: a
    /// hundred times. So it was given up where it waited. Nothing on its stack was
    /// dropped, and its stack is not given back.
    #[error("the task caught its kill or its time-out again and again, and was given up")]
    Abandoned,
    /// It never ran: the system had no stack for it. Linux, for one, allows some
    /// 32 000 stacks a process (`vm.max_map_count`, two mappings each).
    #[error("no stack for the task")]
    NoStack(#[source] io::Error),
}

/// The panic that ended a task.
#[derive(Debug)]
pub struct Panic(Box<Caught>);

/// Apart, because outcomes without panics should not be as large as this.
#[derive(Debug)]
struct Caught {
    message: Option<String>,
    /// In a mutex that is never locked, so that the error can be shared between
    /// threads, as errors are expected to.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Panic {
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Panic(Box::new(Caught { message, payload: Mutex::new(payload) }))
    }

    /// What it said, if it was an ordinary `panic!`.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, JoinError};
    /// let outcome = hub::run(|| hub::spawn(|| -> () { panic!("no") }).join()).unwrap();
    /// let Err(JoinError::Panicked(panic)) = outcome else { unreachable!() };
    /// assert_eq!(panic.message(), Some("no"));
    /// ```
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// What it carried, for `std::panic::resume_unwind`.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, JoinError};
    /// let outcome = hub::run(|| hub::spawn(|| -> () { std::panic::panic_any(7) }).join()).unwrap();
    /// let Err(JoinError::Panicked(panic)) = outcome else { unreachable!() };
    /// assert_eq!(*panic.into_payload().downcast::<i32>().unwrap(), 7);
    /// ```
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.0.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
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
