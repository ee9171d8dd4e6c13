//! Chapter 8's condition.

use super::{refused, rlock};
use crate::interpreter::{attached, detached};
use crate::patience::{Patience, Truth};
use ch08_multiprocessing::{ConditionGuard, Guarded, OwnerDied};
use pyo3::exceptions::PyAssertionError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::time::{Duration, Instant};

/// As `multiprocessing.Condition`, on a reentrant lock.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Condition {
    condition: ch08_multiprocessing::Condition,
}

/// How long one waits before one looks whether Ctrl-C was pressed. A
/// notification is for those who wait: none is lost between two of these, for
/// whoever notifies needs the lock, which the waiter holds then.
const SLICE: Duration = Duration::from_millis(200);

fn alive<G>(guarded: Guarded<G>) -> G {
    guarded.unwrap_or_else(OwnerDied::into_inner)
}

impl Condition {
    /// One level more of the lock, which the calling thread must hold.
    fn guard(&self) -> PyResult<ConditionGuard<'_>> {
        if !self.condition.underlying().is_owned() {
            return Err(PyAssertionError::new_err("must acquire() condition before using it"));
        }
        Ok(alive(self.condition.lock()))
    }

    fn wait_until(&self, py: Python<'_>, deadline: Option<Instant>) -> PyResult<bool> {
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let slice = left.map_or(SLICE, |left| left.min(SLICE));
            let notified = detached(py, || -> PyResult<bool> {
                let (_guard, notified) = alive(self.guard()?.wait_timeout(slice));
                Ok(notified)
            })??;
            py.check_signals()?;
            if notified || left.is_some_and(|left| left <= SLICE) {
                return Ok(notified);
            }
        }
    }
}

/// Never, for a time-out that a clock cannot hold.
fn deadline(timeout: Option<f64>) -> PyResult<Option<Instant>> {
    let timeout = Patience::of_wait(timeout)?.timeout();
    Ok(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
}

#[pymethods]
impl Condition {
    #[new]
    #[pyo3(signature = (lock=None))]
    fn new(lock: Option<&Bound<'_, rlock::RLock>>) -> PyResult<Condition> {
        let condition = match lock {
            Some(lock) => ch08_multiprocessing::Condition::with_lock(lock.get().lock.clone()),
            None => ch08_multiprocessing::Condition::new(),
        };
        Ok(Condition { condition: condition.map_err(refused)? })
    }

    #[pyo3(signature = (block=Truth(true), timeout=None))]
    fn acquire(&self, py: Python<'_>, block: Truth, timeout: Option<f64>) -> PyResult<bool> {
        rlock::acquire(py, self.condition.underlying(), block, timeout)
    }

    fn release(&self) -> PyResult<()> {
        rlock::release(self.condition.underlying())
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        self.wait_until(py, deadline(timeout)?)
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
                py.check_signals()?;
                last = predicate.call0(py)?;
                last.is_truthy(py)
            })
        };
        detached(py, || -> PyResult<()> {
            let guard = self.guard()?;
            match timeout {
                Some(timeout) => drop(alive(guard.wait_for_timeout(fact, timeout))),
                None => drop(alive(guard.wait_for(fact))),
            }
            Ok(())
        })??;
        Ok(last)
    }

    #[pyo3(signature = (n=1))]
    fn notify(&self, n: u32) -> PyResult<()> {
        self.guard()?.notify(n);
        Ok(())
    }

    fn notify_all(&self) -> PyResult<()> {
        self.guard()?.notify_all();
        Ok(())
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Truth(true), None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.release()
    }
}
