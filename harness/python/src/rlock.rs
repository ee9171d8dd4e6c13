//! Chapter 4's reentrant lock.

use crate::interpreter::{detached, name_and_address};
use crate::patience::{Patience, Truth};
use ch04_rlock::ReleaseError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::{Arc, Mutex, PoisonError};

/// As `threading.RLock`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct RLock {
    pub(crate) lock: Arc<ch04_rlock::RLock>,
}

/// What `_release_save` gives and `_acquire_restore` takes, once.
#[pyclass(frozen, module = "every_interleaving")]
struct Levels {
    levels: Mutex<Option<ch04_rlock::Levels>>,
}

fn refused(error: ReleaseError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

#[pymethods]
impl RLock {
    #[new]
    fn new() -> RLock {
        RLock { lock: Arc::default() }
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
        self.lock.release().map_err(refused)
    }

    fn locked(&self) -> bool {
        self.lock.is_locked()
    }

    // The four that `threading.Condition` and its tests know.

    fn _is_owned(&self) -> bool {
        self.lock.is_owned()
    }

    fn _recursion_count(&self) -> usize {
        self.lock.depth()
    }

    fn _release_save(&self) -> PyResult<Levels> {
        let levels = self.lock.release_all().map_err(refused)?;
        Ok(Levels { levels: Mutex::new(Some(levels)) })
    }

    fn _acquire_restore(&self, py: Python<'_>, saved: &Bound<'_, Levels>) -> PyResult<()> {
        let levels = saved.get().levels.lock().unwrap_or_else(PoisonError::into_inner).take();
        let levels = levels.ok_or_else(|| PyRuntimeError::new_err("these are restored already"))?;
        detached(py, || self.lock.restore(levels))
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), -1.0)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release()
    }

    fn __repr__(slf: &Bound<'_, RLock>) -> PyResult<String> {
        let state = if slf.get().locked() { "locked" } else { "unlocked" };
        Ok(format!("<{state} {}>", name_and_address(slf, " object")?))
    }
}
