//! Chapter 8's barrier.

use super::refused;
use crate::barrier::threading::BrokenBarrierError;
use crate::interpreter::detached;
use crate::patience::Patience;
use pyo3::prelude::*;
use std::time::Duration;

/// As `multiprocessing.Barrier`, without an action: chapter 8's has none.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Barrier {
    barrier: ch08_multiprocessing::Barrier,
    timeout: Option<Duration>,
}

#[pymethods]
impl Barrier {
    #[new]
    #[pyo3(signature = (parties, *, timeout=None))]
    fn new(parties: u32, timeout: Option<f64>) -> PyResult<Barrier> {
        let barrier = ch08_multiprocessing::Barrier::new(parties).map_err(refused)?;
        Ok(Barrier { barrier, timeout: Patience::of_wait(timeout)?.timeout() })
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<u32> {
        let timeout = Patience::of_wait(timeout)?.timeout().or(self.timeout);
        let arrived = detached(py, || match timeout {
            Some(timeout) => self.barrier.wait_timeout(timeout),
            None => self.barrier.wait(),
        })?;
        arrived.map_err(|error| BrokenBarrierError::new_err(error.to_string()))
    }

    fn reset(&self) {
        self.barrier.reset();
    }

    fn abort(&self) {
        self.barrier.abort();
    }

    #[getter]
    fn parties(&self) -> u32 {
        self.barrier.parties()
    }

    #[getter]
    fn n_waiting(&self) -> u32 {
        self.barrier.waiting()
    }

    #[getter]
    fn broken(&self) -> bool {
        self.barrier.is_broken()
    }
}
