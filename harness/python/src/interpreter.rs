//! Leaving the interpreter to others while we work, and coming back to it.
//!
//! The rule that keeps the two from waiting for each other: nobody waits for
//! something of ours while attached to the interpreter. So whoever holds
//! something of ours may wait for the interpreter.

use pyo3::PyClass;
use pyo3::prelude::*;
use std::panic::{self, AssertUnwindSafe};

/// Does what may block, while other threads use the interpreter.
///
/// # Errors
///
/// The exception that [`attached`] met on the way.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    // What unwinds has told its chapter: each says what a panic leaves behind.
    let outcome = py.detach(|| panic::catch_unwind(AssertUnwindSafe(work)));
    outcome.map_err(|panic| match panic.downcast::<PyErr>() {
        Ok(exception) => *exception,
        Err(panic) => panic::resume_unwind(panic),
    })
}

/// Calls Python from amid code that knows nothing of it. An exception takes
/// the way of a panic, the one that such code is prepared for.
pub fn attached<T>(call: impl FnOnce(Python<'_>) -> PyResult<T>) -> T {
    Python::attach(call).unwrap_or_else(|exception| panic::resume_unwind(Box::new(exception)))
}

/// What Python's own `repr` begins with: the name and the address.
pub fn name_and_address<T: PyClass>(object: &Bound<'_, T>, between: &str) -> PyResult<String> {
    let name = object.as_any().get_type().fully_qualified_name()?;
    Ok(format!("{name}{between} at {:p}", object.as_ptr()))
}
