//! Chapter 8's connection.

use super::refused;
use crate::interpreter::detached;
use crate::patience::Patience;
use ch08_multiprocessing::{Connection as Both, Receiver, RecvError, SendError, Sender};
use pyo3::exceptions::{PyBrokenPipeError, PyEOFError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_bytes::{ByteBuf, Bytes};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// As one end of `multiprocessing.Pipe`, of bytes.
#[pyclass(frozen, weakref, subclass, module = "every_interleaving.processes")]
pub struct Connection {
    sender: Mutex<Option<Sender>>,
    receiver: Mutex<Option<Receiver>>,
    /// The socket's, as long as either half is there.
    number: RawFd,
}

impl From<Both> for Connection {
    fn from(connection: Both) -> Connection {
        let number = connection.as_fd().as_raw_fd();
        let (sender, receiver) = connection.split();
        Connection {
            sender: Mutex::new(Some(sender)),
            receiver: Mutex::new(Some(receiver)),
            number,
        }
    }
}

/// Two ends that are connected.
#[pyfunction]
pub fn pipe() -> PyResult<(Connection, Connection)> {
    let (a, b) = ch08_multiprocessing::pipe().map_err(refused)?;
    Ok((a.into(), b.into()))
}

/// Uses one half, if it has not been closed, while others use the interpreter.
fn with<H: Send, T: Send>(
    py: Python<'_>,
    half: &Mutex<Option<H>>,
    call: impl FnOnce(&mut H) -> T + Send,
) -> PyResult<T> {
    let used =
        detached(py, || half.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(call))?;
    used.ok_or_else(|| PyOSError::new_err("handle is closed"))
}

#[pymethods]
impl Connection {
    fn put_bytes(&self, py: Python<'_>, bytes: Vec<u8>) -> PyResult<()> {
        let sent = with(py, &self.sender, |sender| sender.send(Bytes::new(&bytes)))?;
        sent.map_err(|error| match error {
            SendError::Closed => PyBrokenPipeError::new_err(error.to_string()),
            error => refused(error),
        })
    }

    fn get_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = with(py, &self.receiver, |receiver| receiver.recv::<ByteBuf>())?;
        bytes.map(|bytes| PyBytes::new(py, &bytes)).map_err(|error| match error {
            RecvError::Closed => PyEOFError::new_err(error.to_string()),
            error => refused(error),
        })
    }

    #[pyo3(signature = (timeout=0.0))]
    fn ready(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let timeout = Patience::of_wait(timeout)?.timeout().unwrap_or(Duration::MAX);
        with(py, &self.receiver, |receiver| receiver.wait_timeout(timeout))?.map_err(refused)
    }

    fn fileno(&self) -> PyResult<RawFd> {
        if self.closed() {
            return Err(PyOSError::new_err("handle is closed"));
        }
        Ok(self.number)
    }

    fn close(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    #[getter]
    fn closed(&self) -> bool {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}
