//! Chapter 5's event.

use crate::interpreter::{detached, name_and_address};
use crate::patience::Patience;
use pyo3::prelude::*;

/// As `threading.Event`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct Event {
    event: ch05_event::Event,
}

#[pymethods]
impl Event {
    #[new]
    fn new() -> Event {
        Event { event: ch05_event::Event::new() }
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

    fn __repr__(slf: &Bound<'_, Event>) -> PyResult<String> {
        let state = if slf.get().is_set() { "set" } else { "unset" };
        Ok(format!("<{}: {state}>", name_and_address(slf, "")?))
    }
}
