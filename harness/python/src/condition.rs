//! Chapter 6's condition.

use crate::any_lock::AnyLock;
use crate::interpreter::{attached, detached};
use crate::patience::{Patience, Truth};
use ch06_condition::NotOwner;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::time::Duration;

/// As `threading.Condition`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct Condition {
    condition: ch06_condition::Condition<AnyLock>,
}

fn refused(error: NotOwner) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

#[pymethods]
impl Condition {
    #[new]
    #[pyo3(signature = (lock=None))]
    fn new(lock: Option<&Bound<'_, PyAny>>) -> Condition {
        Condition { condition: ch06_condition::Condition::with_lock(AnyLock::of(lock).into()) }
    }

    #[pyo3(signature = (blocking=Truth(true), timeout=-1.0))]
    fn acquire(&self, py: Python<'_>, blocking: Truth, timeout: f64) -> PyResult<bool> {
        let patience = Patience::of_lock(blocking, timeout)?;
        detached(py, || {
            patience.choose(
                || self.condition.try_acquire(),
                |timeout| self.condition.acquire_timeout(timeout),
                || {
                    self.condition.acquire();
                    true
                },
            )
        })
    }

    fn release(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.condition.release())?.map_err(refused)
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let patience = Patience::of_wait(timeout)?;
        detached(py, || {
            patience.choose(
                || self.condition.wait_timeout(Duration::ZERO),
                |timeout| self.condition.wait_timeout(timeout),
                || self.condition.wait().map(|()| true),
            )
        })?
        .map_err(refused)
    }

    #[pyo3(signature = (predicate, timeout=None))]
    fn wait_for(
        &self,
        py: Python<'_>,
        predicate: Py<PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        let timeout = Patience::of_wait(timeout)?.timeout();
        // Python gives back not only whether it was true, but what it was.
        let mut last = py.None();
        let fact = || {
            attached(|py| {
                last = predicate.call0(py)?;
                last.is_truthy(py)
            })
        };
        let waited = detached(py, || match timeout {
            Some(timeout) => self.condition.wait_for_timeout(fact, timeout).map(drop),
            None => self.condition.wait_for(fact),
        })?;
        waited.map_err(refused)?;
        Ok(last)
    }

    #[pyo3(signature = (n=1))]
    fn notify(&self, py: Python<'_>, n: usize) -> PyResult<()> {
        detached(py, || self.condition.notify(n))?.map_err(refused).map(drop)
    }

    fn notify_all(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.condition.notify_all())?.map_err(refused).map(drop)
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), -1.0)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release(py)
    }
}
