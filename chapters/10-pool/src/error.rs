//! What can go wrong with a pool, and with a task in it.

use ch08_multiprocessing::{DecodeError, EncodeError, NotInExecutable, Reason, StartError};
use std::io;
use thiserror::Error;

/// Why there is no pool.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PoolError {
    /// It was to have no worker.
    #[error("a pool needs at least one worker process")]
    NoWorkers,
    /// Workers that end after no task at all would never do any.
    #[error("a worker must be allowed at least one task before it is replaced")]
    NoTasks,
    /// The initializer's argument cannot be serialised.
    #[error("the initializer's argument cannot be sent to the workers")]
    Initializer(#[from] EncodeError),
    /// A function is in a shared library.
    #[error(transparent)]
    NotInExecutable(#[from] NotInExecutable),
    /// A worker could not be started.
    #[error("cannot start a worker process")]
    Start(#[from] StartError),
    /// The system gave no thread. A pool has one for each worker, and one for
    /// callbacks.
    #[error("cannot start the threads of the pool")]
    Thread(#[source] io::Error),
}

/// Why a task has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The function panicked. The worker lives on.
    #[error("the task panicked{}: {message}", at(location))]
    Panicked {
        /// What it said.
        message: String,
        /// File, line and column. `None` if the worker could not see it: a
        /// panic passed on with `resume_unwind` has none, and a panic hook of
        /// the task's own keeps it to itself.
        location: Option<String>,
    },
    /// The worker was killed while it had the task. It is replaced; the task
    /// is not tried again, since nobody knows how far it got.
    #[error("the worker was killed by signal {signal} while it had the task")]
    WorkerLost {
        /// The signal's number.
        signal: i32,
    },
    /// The task ended its worker's process, with `std::process::exit` say.
    #[error("the worker ended with exit code {code} while it had the task")]
    WorkerExited {
        /// The exit code.
        code: i32,
    },
    /// The initializer panicked, so there is no worker for the task.
    #[error("the worker's initializer panicked{}: {message}", at(location))]
    Initializer {
        /// What it said.
        message: String,
        /// As that of [`Panicked`](TaskError::Panicked).
        location: Option<String>,
    },
    /// A worker that is gone could not be replaced.
    #[error("no worker process could be started")]
    NoWorker {
        /// Why.
        #[source]
        reason: Reason,
    },
    /// The arguments or the result did not get through: they cannot be
    /// serialised or read back, are too large, or hold open files that one of
    /// the processes has no descriptors for.
    #[error("the task's arguments or its result did not get through")]
    Serialization {
        /// What, and why.
        #[source]
        reason: Reason,
    },
    /// The function is in a shared library.
    #[error(transparent)]
    NotInExecutable(#[from] NotInExecutable),
    /// The pool was terminated before the task was done.
    #[error("the pool was terminated before the task was done")]
    Terminated,
    /// The pool belongs to the process that created it; this one is a copy.
    #[error("a pool can only be used by the process that created it")]
    OtherProcess,
    /// The result was already given to an earlier call.
    #[error("the result has already been taken")]
    Taken,
}

/// The time was up before there was a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no result came in the given time")]
pub struct TimedOut;

/// Where it was, for a message.
fn at(location: &Option<String>) -> String {
    location.as_ref().map(|location| format!(" at {location}")).unwrap_or_default()
}

impl TaskError {
    pub(crate) fn serialization(
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> TaskError {
        TaskError::Serialization { reason: Reason::new(error) }
    }
}

impl From<EncodeError> for TaskError {
    fn from(error: EncodeError) -> TaskError {
        TaskError::serialization(error)
    }
}

impl From<DecodeError> for TaskError {
    fn from(error: DecodeError) -> TaskError {
        TaskError::serialization(error)
    }
}
