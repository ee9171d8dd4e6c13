//! Chapter 6's barrier.

use crate::interpreter::{attached, detached, name_and_address};
use crate::patience::Patience;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

pub(crate) mod threading {
    pyo3::import_exception!(threading, BrokenBarrierError);
}

/// As `threading.Barrier`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct Barrier {
    barrier: ch06_condition::Barrier,
}

#[pymethods]
impl Barrier {
    #[new]
    #[pyo3(signature = (parties, action=None, timeout=None))]
    fn new(parties: isize, action: Option<Py<PyAny>>, timeout: Option<f64>) -> PyResult<Barrier> {
        let parties = match usize::try_from(parties) {
            Ok(parties) if parties > 0 => parties,
            _ => return Err(PyValueError::new_err("parties must be >= 1")),
        };
        let mut barrier = ch06_condition::Barrier::new(parties);
        if let Some(timeout) = Patience::of_wait(timeout)?.timeout() {
            barrier = barrier.with_timeout(timeout);
        }
        if let Some(action) = action {
            barrier = barrier.with_action(move || attached(|py| action.call0(py).map(drop)));
        }
        Ok(Barrier { barrier })
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<usize> {
        let timeout = Patience::of_wait(timeout)?.timeout();
        let arrived = detached(py, || match timeout {
            Some(timeout) => self.barrier.wait_timeout(timeout),
            None => self.barrier.wait(),
        })?;
        arrived.map_err(|error| threading::BrokenBarrierError::new_err(error.to_string()))
    }

    fn reset(&self) {
        self.barrier.reset();
    }

    fn abort(&self) {
        self.barrier.abort();
    }

    #[getter]
    fn parties(&self) -> usize {
        self.barrier.parties()
    }

    #[getter]
    fn n_waiting(&self) -> usize {
        self.barrier.waiting()
    }

    #[getter]
    fn broken(&self) -> bool {
        self.barrier.is_broken()
    }

    fn __repr__(slf: &Bound<'_, Barrier>) -> PyResult<String> {
        let barrier = &slf.get().barrier;
        let name = name_and_address(slf, "")?;
        if barrier.is_broken() {
            return Ok(format!("<{name}: broken>"));
        }
        Ok(format!("<{name}: waiters={}/{}>", barrier.waiting(), barrier.parties()))
    }
}
