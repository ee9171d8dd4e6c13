//! Chapter 8's reentrant lock.

use super::lock::taken;
use super::refused;
use crate::interpreter::detached;
use crate::patience::{Patience, Truth};
use ch08_multiprocessing::TryLockError;
use pyo3::exceptions::PyAssertionError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// As `multiprocessing.RLock`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct RLock {
    pub(super) lock: ch08_multiprocessing::RLock,
}

pub fn acquire(
    py: Python<'_>,
    lock: &ch08_multiprocessing::RLock,
    block: Truth,
    timeout: Option<f64>,
) -> PyResult<bool> {
    let patience = Patience::of_processes(block, timeout)?;
    detached(py, || {
        patience.choose(
            || taken(lock.try_acquire()),
            |timeout| taken(lock.acquire_timeout(timeout)),
            || taken(lock.acquire().map_err(TryLockError::from)),
        )
    })
}

pub fn release(lock: &ch08_multiprocessing::RLock) -> PyResult<()> {
    // SAFETY: no guard of this lock outlives a call of this module, so that every level that
    // is there between two calls was taken by `acquire`.
    unsafe { lock.release() }.map_err(|error| PyAssertionError::new_err(error.to_string()))
}

#[pymethods]
impl RLock {
    #[new]
    fn new() -> PyResult<RLock> {
        Ok(RLock { lock: ch08_multiprocessing::RLock::new().map_err(refused)? })
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn acquire(&self, py: Python<'_>, block: Truth, timeout: Option<f64>) -> PyResult<bool> {
        acquire(py, &self.lock, block, timeout)
    }

    fn release(&self) -> PyResult<()> {
        release(&self.lock)
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        acquire(py, &self.lock, Truth(true), None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        release(&self.lock)
    }
}
