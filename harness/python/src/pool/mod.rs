//! Chapter 10's pool, kept by a process of its own: see [`protocol`].

mod protocol;

use crate::interpreter::detached;
use crate::processes::refused;
use ch08_multiprocessing::{Connection, Receiver, Sender};
use protocol::{Reply, Request};
use pyo3::exceptions::{PyEOFError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_bytes::ByteBuf;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

/// A pool. What is asked for is answered by [`next`](PoolClient::next), in the
/// order in which it is done.
#[pyclass(frozen, module = "every_interleaving.processes")]
pub struct PoolClient {
    sender: Mutex<Sender>,
    receiver: Mutex<Receiver>,
    host: Mutex<Child>,
}

fn pickled(tasks: Vec<Vec<u8>>) -> Vec<ByteBuf> {
    tasks.into_iter().map(ByteBuf::from).collect()
}

impl PoolClient {
    fn send(&self, request: &Request) -> PyResult<()> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).send(request).map_err(refused)
    }
}

#[pymethods]
impl PoolClient {
    /// Starts `host`, and in it the pool.
    #[new]
    #[pyo3(signature = (host, interpreter, processes, tasks_per_child=None))]
    fn new(
        py: Python<'_>,
        host: String,
        interpreter: Vec<String>,
        processes: usize,
        tasks_per_child: Option<u64>,
    ) -> PyResult<PoolClient> {
        let (ours, theirs) = UnixStream::pair()?;
        let host = Command::new(host).stdin(OwnedFd::from(theirs)).spawn()?;
        let (sender, receiver) = Connection::from(OwnedFd::from(ours)).split();
        let client = PoolClient {
            sender: Mutex::new(sender),
            receiver: Mutex::new(receiver),
            host: Mutex::new(host),
        };
        client.send(&Request::Start { processes, tasks_per_child, interpreter })?;
        match client.receive(py)? {
            Reply::Refused(why) => Err(PyValueError::new_err(why)),
            _ => Ok(client),
        }
    }

    fn apply(&self, id: u64, task: Vec<u8>) -> PyResult<()> {
        self.send(&Request::Apply { id, task: task.into() })
    }

    fn map(&self, id: u64, tasks: Vec<Vec<u8>>, chunk: Option<usize>) -> PyResult<()> {
        self.send(&Request::Map { id, tasks: pickled(tasks), chunk })
    }

    fn imap(&self, id: u64, tasks: Vec<Vec<u8>>, chunk: usize, in_order: bool) -> PyResult<()> {
        self.send(&Request::Imap { id, tasks: pickled(tasks), chunk, in_order })
    }

    fn pids(&self) -> PyResult<()> {
        self.send(&Request::Pids)
    }

    fn close(&self) -> PyResult<()> {
        self.send(&Request::Close)
    }

    fn terminate(&self) -> PyResult<()> {
        self.send(&Request::Terminate)
    }

    fn join(&self) -> PyResult<()> {
        self.send(&Request::Join)
    }

    /// The next answer: what of, and what. `EOFError` when the host has ended.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<(&'static str, u64, Bound<'py, PyAny>)> {
        let bytes = |outcome: ByteBuf| PyBytes::new(py, &outcome);
        let text = |error: String| error.into_pyobject(py).map(Bound::into_any);
        let none = || py.None().into_bound(py);
        Ok(match self.receive(py)? {
            Reply::Done { id, outcomes: Ok(outcomes) } => {
                let outcomes: Vec<_> = outcomes.into_iter().map(bytes).collect();
                ("done", id, outcomes.into_pyobject(py)?)
            }
            Reply::Done { id, outcomes: Err(error) } => ("lost", id, text(error)?),
            Reply::Item { id, outcome: Some(Ok(outcome)) } => {
                ("item", id, bytes(outcome).into_any())
            }
            Reply::Item { id, outcome: Some(Err(error)) } => ("item lost", id, text(error)?),
            Reply::Item { id, outcome: None } => ("end", id, none()),
            Reply::Pids(pids) => ("pids", 0, pids.into_pyobject(py)?),
            Reply::Joined => ("joined", 0, none()),
            Reply::Started | Reply::Refused(_) => ("started", 0, none()),
        })
    }
}

impl PoolClient {
    fn receive(&self, py: Python<'_>) -> PyResult<Reply> {
        let receive =
            || self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv::<Reply>();
        detached(py, receive)?.map_err(|error| PyEOFError::new_err(error.to_string()))
    }
}

impl Drop for PoolClient {
    fn drop(&mut self) {
        let host = self.host.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Its workers notice that it is gone.
        let _ = host.kill();
        let _ = host.wait();
    }
}
