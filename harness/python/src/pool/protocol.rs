//! What the module and the process that keeps its pool say to each other.
//!
//! A pool's functions lie in the executable, and Python's executable has none
//! of ours. So the pool is a program's of its own, and its workers have a
//! Python each.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A pickled call, or its pickled outcome.
pub type Pickled = ByteBuf;

#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// The first.
    Start {
        processes: usize,
        tasks_per_child: Option<u64>,
        /// The command of a worker's Python.
        interpreter: Vec<String>,
    },
    Apply {
        id: u64,
        task: Pickled,
    },
    Map {
        id: u64,
        tasks: Vec<Pickled>,
        chunk: Option<usize>,
    },
    /// Requests that follow wait until its last item has gone out.
    Imap {
        id: u64,
        tasks: Vec<Pickled>,
        chunk: usize,
        in_order: bool,
    },
    Pids,
    Close,
    Terminate,
    Join,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    Started,
    Refused(String),
    /// Of an `Apply`, a single outcome.
    Done {
        id: u64,
        outcomes: Result<Vec<Pickled>, String>,
    },
    /// The next of an `Imap`; `None` after the last.
    Item {
        id: u64,
        outcome: Option<Result<Pickled, String>>,
    },
    Pids(Vec<u32>),
    Joined,
}
