//! What a worker runs: a Python of its own, which it asks.

use crate::protocol::Pickled;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

static COMMAND: OnceLock<Vec<String>> = OnceLock::new();
static PYTHON: Mutex<Option<Python>> = Mutex::new(None);

/// Started with the first task: many a pool of the tests gets none.
struct Python {
    tasks: ChildStdin,
    outcomes: ChildStdout,
    /// Ends when this process does, which it is told by the system.
    _process: Child,
}

/// The initializer.
pub fn prepare(command: Vec<String>) {
    COMMAND.set(command).expect("a worker is prepared once");
}

/// A task: a pickled call in, its pickled outcome out.
pub fn run(task: Pickled) -> Pickled {
    let mut python = PYTHON.lock().unwrap_or_else(PoisonError::into_inner);
    let python = python.get_or_insert_with(Python::start);
    python.ask(&task).expect("the worker's Python answers")
}

impl Python {
    fn start() -> Python {
        let command = COMMAND.get().expect("the worker has been prepared");
        let mut process = Command::new(&command[0])
            .args(&command[1..])
            .arg(std::process::id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python can be started");
        let tasks = process.stdin.take().expect("it is piped");
        let outcomes = process.stdout.take().expect("it is piped");
        Python { tasks, outcomes, _process: process }
    }

    /// Either way: the length, and as many bytes.
    fn ask(&mut self, task: &[u8]) -> std::io::Result<Pickled> {
        self.tasks.write_all(&(task.len() as u64).to_le_bytes())?;
        self.tasks.write_all(task)?;
        self.tasks.flush()?;
        let mut length = [0; 8];
        self.outcomes.read_exact(&mut length)?;
        let mut outcome = vec![0; u64::from_le_bytes(length) as usize];
        self.outcomes.read_exact(&mut outcome)?;
        Ok(outcome.into())
    }
}
