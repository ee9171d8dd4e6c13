//! Chapter 8's event.

use super::refused;
use crate::interpreter::detached;
use crate::patience::Patience;
use pyo3::prelude::*;

/// As `multiprocessing.Event`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Event {
    event: ch08_multiprocessing::Event,
}

#[pymethods]
impl Event {
    #[new]
    fn new() -> PyResult<Event> {
        Ok(Event { event: ch08_multiprocessing::Event::new().map_err(refused)? })
    }

    fn is_set(&self) -> bool {
        self.event.is_set()
    }

    fn set(&self) {
        self.event.set();
    }

    fn clear(&self) {
        self.event.clear();
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let patience = Patience::of_wait(timeout)?;
        detached(py, || {
            patience.choose(
                || self.event.is_set(),
                |timeout| self.event.wait_timeout(timeout),
                || {
                    self.event.wait();
                    true
                },
            )
        })
    }

    fn __repr__(slf: &Bound<'_, Event>) -> String {
        let state = if slf.get().is_set() { "set" } else { "unset" };
        format!("<Event at {:p} {state}>", slf.as_ptr())
    }
}
