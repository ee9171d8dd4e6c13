//! Chapter 8's queue.

use super::refused;
use crate::interpreter::detached;
use crate::patience::{Patience, Truth};
use crate::queue::{Empty, Full};
use ch08_multiprocessing::{GetError, PutError};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_bytes::ByteBuf;

/// As `multiprocessing.Queue`, of bytes.
#[pyclass(frozen, weakref, subclass, module = "every_interleaving.processes")]
pub struct Queue {
    queue: ch08_multiprocessing::Queue<ByteBuf>,
}

#[pymethods]
impl Queue {
    #[new]
    #[pyo3(signature = (maxsize=0))]
    fn new(maxsize: i64) -> PyResult<Queue> {
        let capacity = u32::try_from(maxsize.max(0));
        let capacity = capacity.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Queue { queue: ch08_multiprocessing::Queue::new(capacity).map_err(refused)? })
    }

    #[pyo3(signature = (item, block=Truth(true), timeout=None))]
    fn put_bytes(
        &self,
        py: Python<'_>,
        item: Vec<u8>,
        block: Truth,
        timeout: Option<f64>,
    ) -> PyResult<()> {
        let patience = Patience::of_processes(block, timeout)?;
        let item = ByteBuf::from(item);
        let put = detached(py, || {
            patience.choose(
                || self.queue.try_put(&item),
                |timeout| self.queue.put_timeout(&item, timeout),
                || self.queue.put(&item),
            )
        })?;
        put.map_err(|error| match error {
            PutError::Full => Full::new_err(()),
            error => PyValueError::new_err(error.to_string()),
        })
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn get_bytes<'py>(
        &self,
        py: Python<'py>,
        block: Truth,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let patience = Patience::of_processes(block, timeout)?;
        let got = detached(py, || {
            patience.choose(
                || self.queue.try_get(),
                |timeout| self.queue.get_timeout(timeout),
                || self.queue.get().map(Some),
            )
        })?;
        let got = got.map_err(|error: GetError| PyValueError::new_err(error.to_string()))?;
        got.map(|item| PyBytes::new(py, &item)).ok_or_else(|| Empty::new_err(()))
    }

    fn qsize(&self) -> usize {
        self.queue.len()
    }

    fn empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn full(&self) -> bool {
        let capacity = self.queue.capacity() as usize;
        capacity > 0 && self.queue.len() >= capacity
    }
}
