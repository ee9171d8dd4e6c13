//! Chapter 6's semaphores.

use crate::interpreter::{detached, name_and_address};
use crate::patience::{Patience, Truth};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// As `threading.Semaphore`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct Semaphore {
    semaphore: ch06_condition::Semaphore,
}

/// As `threading.BoundedSemaphore`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct BoundedSemaphore {
    semaphore: ch06_condition::BoundedSemaphore,
    bound: usize,
}

fn permits(value: isize) -> PyResult<usize> {
    let permits = usize::try_from(value);
    permits.map_err(|_| PyValueError::new_err("semaphore initial value must be >= 0"))
}

fn at_least_one(n: isize) -> PyResult<usize> {
    match usize::try_from(n) {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(PyValueError::new_err("n must be one or more")),
    }
}

#[pymethods]
impl Semaphore {
    #[new]
    #[pyo3(signature = (value=1))]
    fn new(value: isize) -> PyResult<Semaphore> {
        Ok(Semaphore { semaphore: ch06_condition::Semaphore::new(permits(value)?) })
    }

    #[pyo3(signature = (blocking=Truth(true), timeout=None))]
    fn acquire(&self, py: Python<'_>, blocking: Truth, timeout: Option<f64>) -> PyResult<bool> {
        let patience = Patience::of_semaphore(blocking, timeout)?;
        detached(py, || {
            patience.choose(
                || self.semaphore.try_acquire(),
                |timeout| self.semaphore.acquire_timeout(timeout),
                || {
                    self.semaphore.acquire();
                    true
                },
            )
        })
    }

    #[pyo3(signature = (n=1))]
    fn release(&self, n: isize) -> PyResult<()> {
        self.semaphore.release(at_least_one(n)?);
        Ok(())
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release(1)
    }

    fn __repr__(slf: &Bound<'_, Semaphore>) -> PyResult<String> {
        let value = slf.get().semaphore.available();
        Ok(format!("<{}: value={value}>", name_and_address(slf, "")?))
    }
}

#[pymethods]
impl BoundedSemaphore {
    #[new]
    #[pyo3(signature = (value=1))]
    fn new(value: isize) -> PyResult<BoundedSemaphore> {
        let bound = permits(value)?;
        Ok(BoundedSemaphore { semaphore: ch06_condition::BoundedSemaphore::new(bound), bound })
    }

    #[pyo3(signature = (blocking=Truth(true), timeout=None))]
    fn acquire(&self, py: Python<'_>, blocking: Truth, timeout: Option<f64>) -> PyResult<bool> {
        let patience = Patience::of_semaphore(blocking, timeout)?;
        detached(py, || {
            patience.choose(
                || self.semaphore.try_acquire(),
                |timeout| self.semaphore.acquire_timeout(timeout),
                || {
                    self.semaphore.acquire();
                    true
                },
            )
        })
    }

    #[pyo3(signature = (n=1))]
    fn release(&self, n: isize) -> PyResult<()> {
        let released = self.semaphore.release(at_least_one(n)?);
        released.map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release(1)
    }

    fn __repr__(slf: &Bound<'_, BoundedSemaphore>) -> PyResult<String> {
        let BoundedSemaphore { semaphore, bound } = slf.get();
        let value = semaphore.available();
        Ok(format!("<{}: value={value}/{bound}>", name_and_address(slf, "")?))
    }
}
