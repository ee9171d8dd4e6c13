//! Chapter 8's lock.

use super::refused;
use crate::interpreter::detached;
use crate::patience::{Patience, Truth};
use ch08_multiprocessing::TryLockError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// As `multiprocessing.Lock`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Lock {
    lock: ch08_multiprocessing::Lock,
}

/// Whether it was taken. Python has no word for a holder that died; taken it is.
pub fn taken(result: Result<(), TryLockError<()>>) -> bool {
    !matches!(result, Err(TryLockError::WouldBlock))
}

#[pymethods]
impl Lock {
    #[new]
    fn new() -> PyResult<Lock> {
        Ok(Lock { lock: ch08_multiprocessing::Lock::new().map_err(refused)? })
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn acquire(&self, py: Python<'_>, block: Truth, timeout: Option<f64>) -> PyResult<bool> {
        let patience = Patience::of_processes(block, timeout)?;
        detached(py, || {
            patience.choose(
                || taken(self.lock.try_acquire()),
                |timeout| taken(self.lock.acquire_timeout(timeout)),
                || taken(self.lock.acquire().map_err(TryLockError::from)),
            )
        })
    }

    fn release(&self) -> PyResult<()> {
        self.lock.release().map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release()
    }
}
