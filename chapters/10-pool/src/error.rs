//! What can go wrong with a pool, and with a task in it.

use ch08_multiprocessing::{DecodeError, EncodeError, NotInExecutable, StartError};
use thiserror::Error;

/// Why there is no pool.
#[derive(Debug, Error)]
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
}

/// Why a task has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TaskError {
    /// The function panicked. The worker lives on.
    #[error("the task panicked at {location}: {message}")]
    Panicked {
        /// What it said.
        message: String,
        /// File, line and column.
        location: String,
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
    #[error("the worker's initializer panicked at {location}: {message}")]
    Initializer {
        /// What it said.
        message: String,
        /// File, line and column.
        location: String,
    },
    /// A worker that is gone could not be replaced.
    #[error("no worker process could be started: {reason}")]
    NoWorker {
        /// What the system reports.
        reason: String,
    },
    /// The arguments or the result cannot be serialised, or not read back.
    #[error("{reason}")]
    Serialization {
        /// What, and why.
        reason: String,
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

impl From<EncodeError> for TaskError {
    fn from(error: EncodeError) -> TaskError {
        TaskError::Serialization { reason: error.to_string() }
    }
}

impl From<DecodeError> for TaskError {
    fn from(error: DecodeError) -> TaskError {
        TaskError::Serialization { reason: error.to_string() }
    }
}
