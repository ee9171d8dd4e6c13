//! Chapter 3's lock.

use crate::interpreter::{detached, name_and_address};
use crate::patience::{Patience, Truth};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// As `threading.Lock`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct Lock {
    pub(crate) lock: Arc<ch03_locks::Lock>,
}

#[pymethods]
impl Lock {
    #[new]
    fn new() -> Lock {
        Lock { lock: Arc::default() }
    }

    #[pyo3(signature = (blocking=Truth(true), timeout=-1.0))]
    fn acquire(&self, py: Python<'_>, blocking: Truth, timeout: f64) -> PyResult<bool> {
        let patience = Patience::of_lock(blocking, timeout)?;
        detached(py, || {
            patience.choose(
                || self.lock.try_acquire(),
                |timeout| self.lock.acquire_timeout(timeout),
                || {
                    self.lock.acquire();
                    true
                },
            )
        })
    }

    fn release(&self) -> PyResult<()> {
        self.lock.release().map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }

    fn locked(&self) -> bool {
        self.lock.is_locked()
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), -1.0)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release()
    }

    fn __repr__(slf: &Bound<'_, Lock>) -> PyResult<String> {
        let state = if slf.get().locked() { "locked" } else { "unlocked" };
        Ok(format!("<{state} {}>", name_and_address(slf, " object")?))
    }
}
