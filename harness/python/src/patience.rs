//! How long a call waits, as Python says it.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use std::time::Duration;

/// Python counts nanoseconds in a signed 64-bit number. This is
/// `threading.TIMEOUT_MAX`.
const MAX_SECONDS: f64 = (i64::MAX / 1_000_000_000) as f64;

/// Says that a number is no time-out at all.
const NOT_A_TIMEOUT: &str = "'timeout' must be a non-negative number";

/// An argument of which only the truth counts, as `block=0`.
pub struct Truth(pub bool);

impl<'py> FromPyObject<'_, 'py> for Truth {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Truth> {
        object.is_truthy().map(Truth)
    }
}

/// How long to wait.
#[derive(Clone, Copy)]
pub enum Patience {
    None,
    Lasting(Duration),
    Endless,
}

impl Patience {
    /// From `Lock.acquire(blocking=True, timeout=-1)`.
    pub fn of_lock(blocking: Truth, timeout: f64) -> PyResult<Patience> {
        match (blocking.0, timeout == -1.0) {
            (false, true) => Ok(Patience::None),
            (false, false) => Err(not_without_blocking()),
            (true, true) => Ok(Patience::Endless),
            (true, false) => Patience::lasting(timeout),
        }
    }

    /// From `Semaphore.acquire(blocking=True, timeout=None)`.
    pub fn of_semaphore(blocking: Truth, timeout: Option<f64>) -> PyResult<Patience> {
        match (blocking.0, timeout) {
            (false, None) => Ok(Patience::None),
            (false, Some(_)) => Err(not_without_blocking()),
            (true, timeout) => Patience::of_wait(timeout),
        }
    }

    /// From `Queue.get(block=True, timeout=None)`: without blocking, the
    /// time-out does not count.
    pub fn of_queue(block: Truth, timeout: Option<f64>) -> PyResult<Patience> {
        match (block.0, timeout) {
            (false, _) => Ok(Patience::None),
            (true, None) => Ok(Patience::Endless),
            (true, Some(timeout)) => Patience::lasting(timeout),
        }
    }

    /// From `multiprocessing.Lock.acquire(block=True, timeout=None)`: without
    /// blocking, the time-out does not count; one below zero is over at once.
    pub fn of_processes(block: Truth, timeout: Option<f64>) -> PyResult<Patience> {
        if block.0 { Patience::of_wait(timeout) } else { Ok(Patience::None) }
    }

    /// From `Event.wait(timeout=None)`: one below zero is over at once.
    pub fn of_wait(timeout: Option<f64>) -> PyResult<Patience> {
        match timeout {
            None => Ok(Patience::Endless),
            Some(timeout) if timeout < 0.0 => Ok(Patience::None),
            Some(timeout) => Patience::lasting(timeout),
        }
    }

    fn lasting(timeout: f64) -> PyResult<Patience> {
        if timeout > MAX_SECONDS {
            return Err(PyOverflowError::new_err("timeout value is too large"));
        }
        match Duration::try_from_secs_f64(timeout) {
            Ok(timeout) => Ok(Patience::Lasting(timeout)),
            Err(_) => Err(PyValueError::new_err(NOT_A_TIMEOUT)),
        }
    }

    /// The time-out to give; `None` where there is none.
    pub fn timeout(self) -> Option<Duration> {
        self.choose(|| Some(Duration::ZERO), Some, || None)
    }

    /// Makes the call that fits.
    pub fn choose<T>(
        self,
        now: impl FnOnce() -> T,
        within: impl FnOnce(Duration) -> T,
        whenever: impl FnOnce() -> T,
    ) -> T {
        match self {
            Patience::None => now(),
            Patience::Lasting(timeout) => within(timeout),
            Patience::Endless => whenever(),
        }
    }
}

fn not_without_blocking() -> PyErr {
    PyValueError::new_err("can't specify a timeout for a non-blocking call")
}
