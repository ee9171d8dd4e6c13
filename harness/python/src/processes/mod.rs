//! What processes share, of chapters 8 and 9, as CPython's `multiprocessing` calls it.
//!
//! Bytes go in and come out: what is pickled is pickled by `processes.py`, which
//! also has what is Python's alone. An object reaches another process by a fork.
//!
//! | Python | chapter |
//! |---|---|
//! | `Lock`, `RLock`, `Semaphore`, `BoundedSemaphore`, `Condition`, `Event`, `Barrier` | 8 |
//! | `Queue`, `Connection` | 8 |
//! | `Value`, `Array`, `RawValue`, `RawArray` | 9 |

pub mod barrier;
pub mod condition;
pub mod connection;
pub mod event;
pub mod item;
pub mod lock;
pub mod queue;
pub mod raw;
pub mod rlock;
pub mod semaphore;
pub mod shared;

use pyo3::PyErr;
use pyo3::exceptions::PyOSError;

/// What the system refused.
pub fn refused(error: impl std::fmt::Display) -> PyErr {
    PyOSError::new_err(error.to_string())
}
