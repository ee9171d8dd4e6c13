//! Chapter 8's semaphores.

use super::refused;
use crate::interpreter::detached;
use crate::patience::{Patience, Truth};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// As `multiprocessing.Semaphore`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Semaphore {
    semaphore: ch08_multiprocessing::Semaphore,
}

/// As `multiprocessing.BoundedSemaphore`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct BoundedSemaphore {
    semaphore: ch08_multiprocessing::BoundedSemaphore,
}

/// The two differ in nothing that is seen from here.
macro_rules! semaphore {
    ($type:ident) => {
        #[pymethods]
        impl $type {
            #[new]
            #[pyo3(signature = (value=1))]
            fn new(value: u32) -> PyResult<$type> {
                let semaphore = ch08_multiprocessing::$type::new(value).map_err(refused)?;
                Ok($type { semaphore })
            }

            #[pyo3(signature = (block=Truth(true), timeout=None))]
            fn acquire(
                &self,
                py: Python<'_>,
                block: Truth,
                timeout: Option<f64>,
            ) -> PyResult<bool> {
                let patience = Patience::of_processes(block, timeout)?;
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

            fn release(&self) -> PyResult<()> {
                let released = self.semaphore.release(1);
                released.map_err(|error| PyValueError::new_err(error.to_string()))
            }

            fn get_value(&self) -> u32 {
                self.semaphore.available()
            }

            fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
                self.acquire(py, Truth(true), None)
            }

            #[pyo3(signature = (*_exception))]
            fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
                self.release()
            }
        }
    };
}
semaphore!(Semaphore);
semaphore!(BoundedSemaphore);
