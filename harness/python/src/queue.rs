//! Chapter 7's queues that can be full.
//!
//! Every call is made detached, also one that does not wait: a priority queue
//! is locked while it compares, and to compare it needs the interpreter.

use crate::interpreter::detached;
use crate::item::Item;
use crate::patience::{Patience, Truth};
use ch07_queue::{GetError, PutError};
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

pyo3::import_exception!(queue, Full);
pyo3::import_exception!(queue, Empty);
pyo3::create_exception!(
    every_interleaving,
    ShutDown,
    PyException,
    "As `queue.ShutDown`, which Python has since 3.13."
);

/// As `queue.Queue`.
#[pyclass(frozen, weakref, subclass, module = "every_interleaving")]
pub struct Queue {
    /// Boxed: it begins at a cache line, and Python's objects do not.
    queue: Box<Kind>,
}

/// As `queue.LifoQueue`.
#[pyclass(frozen, extends = Queue, module = "every_interleaving")]
pub struct LifoQueue;

/// As `queue.PriorityQueue`.
#[pyclass(frozen, extends = Queue, module = "every_interleaving")]
pub struct PriorityQueue;

enum Kind {
    First(ch07_queue::Queue<Item>),
    Last(ch07_queue::LifoQueue<Item>),
    Least(ch07_queue::PriorityQueue<Item>),
}

/// The same call of whichever it is, detached.
macro_rules! detached {
    ($py:expr, $self:expr, $queue:ident => $call:expr) => {
        detached($py, || match &*$self.queue {
            Kind::First($queue) => $call,
            Kind::Last($queue) => $call,
            Kind::Least($queue) => $call,
        })
    };
}

/// No bound is 0 in chapter 7, and 0 or less in Python.
fn bound(maxsize: isize) -> usize {
    usize::try_from(maxsize).unwrap_or(0)
}

pub fn not_got(error: GetError) -> PyErr {
    match error {
        GetError::Empty => Empty::new_err(()),
        GetError::ShutDown => ShutDown::new_err(()),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

fn not_put(error: PutError<Item>) -> PyErr {
    match error {
        PutError::Full(_) => Full::new_err(()),
        PutError::ShutDown(_) => ShutDown::new_err(()),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

#[pymethods]
impl LifoQueue {
    #[new]
    #[pyo3(signature = (maxsize=0))]
    fn new(maxsize: isize) -> PyClassInitializer<LifoQueue> {
        let queue = Kind::Last(ch07_queue::LifoQueue::new(bound(maxsize)));
        PyClassInitializer::from(Queue { queue: queue.into() }).add_subclass(LifoQueue)
    }
}

#[pymethods]
impl PriorityQueue {
    #[new]
    #[pyo3(signature = (maxsize=0))]
    fn new(maxsize: isize) -> PyClassInitializer<PriorityQueue> {
        let queue = Kind::Least(ch07_queue::PriorityQueue::new(bound(maxsize)));
        PyClassInitializer::from(Queue { queue: queue.into() }).add_subclass(PriorityQueue)
    }
}

#[pymethods]
impl Queue {
    #[new]
    #[pyo3(signature = (maxsize=0))]
    fn new(maxsize: isize) -> Queue {
        Queue { queue: Kind::First(ch07_queue::Queue::new(bound(maxsize))).into() }
    }

    /// Does nothing: a subclass calls it, with the arguments for `new`.
    #[pyo3(signature = (_maxsize=0))]
    fn __init__(&self, _maxsize: isize) {}

    #[pyo3(signature = (item, block=Truth(true), timeout=None))]
    fn put(
        &self,
        py: Python<'_>,
        item: Py<PyAny>,
        block: Truth,
        timeout: Option<f64>,
    ) -> PyResult<()> {
        let patience = Patience::of_queue(block, timeout)?;
        let item = Item(item);
        detached!(py, self, queue => match patience {
            Patience::None => queue.try_put(item),
            Patience::Lasting(timeout) => queue.put_timeout(item, timeout),
            Patience::Endless => queue.put(item),
        })?
        .map_err(not_put)
    }

    fn put_nowait(&self, py: Python<'_>, item: Py<PyAny>) -> PyResult<()> {
        self.put(py, item, Truth(false), None)
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn get(&self, py: Python<'_>, block: Truth, timeout: Option<f64>) -> PyResult<Py<PyAny>> {
        let patience = Patience::of_queue(block, timeout)?;
        detached!(py, self, queue => {
            patience.choose(|| queue.try_get(), |timeout| queue.get_timeout(timeout), || queue.get())
        })?
        .map(|item| item.0)
        .map_err(not_got)
    }

    fn get_nowait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.get(py, Truth(false), None)
    }

    fn task_done(&self, py: Python<'_>) -> PyResult<()> {
        detached!(py, self, queue => queue.task_done())?
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn join(&self, py: Python<'_>) -> PyResult<()> {
        detached!(py, self, queue => queue.join())
    }

    #[pyo3(signature = (immediate=Truth(false)))]
    fn shutdown(&self, py: Python<'_>, immediate: Truth) -> PyResult<()> {
        if immediate.0 {
            detached!(py, self, queue => queue.shutdown_now()).map(drop)
        } else {
            detached!(py, self, queue => queue.shutdown())
        }
    }

    fn qsize(&self, py: Python<'_>) -> PyResult<usize> {
        detached!(py, self, queue => queue.len())
    }

    fn empty(&self, py: Python<'_>) -> PyResult<bool> {
        detached!(py, self, queue => queue.is_empty())
    }

    fn full(&self, py: Python<'_>) -> PyResult<bool> {
        detached!(py, self, queue => queue.is_full())
    }

    #[getter]
    fn maxsize(&self, py: Python<'_>) -> PyResult<usize> {
        detached!(py, self, queue => queue.capacity())
    }

    #[setter]
    fn set_maxsize(&self, py: Python<'_>, maxsize: isize) -> PyResult<()> {
        detached!(py, self, queue => queue.set_capacity(bound(maxsize)))
    }

    #[getter]
    fn unfinished_tasks(&self, py: Python<'_>) -> PyResult<usize> {
        detached!(py, self, queue => queue.unfinished_tasks())
    }

    #[getter]
    fn is_shutdown(&self, py: Python<'_>) -> PyResult<bool> {
        detached!(py, self, queue => queue.is_shut_down())
    }
}
