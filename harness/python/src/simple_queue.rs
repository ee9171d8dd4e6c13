//! Chapter 7's queue that can do less.

use crate::interpreter::detached;
use crate::item::Item;
use crate::patience::{Patience, Truth};
use crate::queue::not_got;
use pyo3::prelude::*;

/// As `queue.SimpleQueue`.
#[pyclass(frozen, weakref, module = "every_interleaving")]
pub struct SimpleQueue {
    /// Boxed as the others.
    queue: Box<ch07_queue::SimpleQueue<Item>>,
}

#[pymethods]
impl SimpleQueue {
    #[new]
    fn new() -> SimpleQueue {
        SimpleQueue { queue: Box::default() }
    }

    /// There is always room: how long to wait for it does not matter.
    #[pyo3(signature = (item, _block=None, _timeout=None))]
    fn put(
        &self,
        py: Python<'_>,
        item: Py<PyAny>,
        _block: Option<&Bound<'_, PyAny>>,
        _timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.put_nowait(py, item)
    }

    fn put_nowait(&self, py: Python<'_>, item: Py<PyAny>) -> PyResult<()> {
        let item = Item(item);
        detached(py, || self.queue.put(item))
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn get(&self, py: Python<'_>, block: Truth, timeout: Option<f64>) -> PyResult<Py<PyAny>> {
        let patience = Patience::of_queue(block, timeout)?;
        let queue = &self.queue;
        let item = detached(py, || {
            patience.choose(
                || queue.try_get(),
                |timeout| queue.get_timeout(timeout),
                || Ok(queue.get()),
            )
        })?;
        item.map(|item| item.0).map_err(not_got)
    }

    fn get_nowait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.get(py, Truth(false), None)
    }

    fn qsize(&self, py: Python<'_>) -> PyResult<usize> {
        detached(py, || self.queue.len())
    }

    fn empty(&self, py: Python<'_>) -> PyResult<bool> {
        detached(py, || self.queue.is_empty())
    }
}
