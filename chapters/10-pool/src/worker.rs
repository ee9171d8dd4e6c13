//! A worker process: from its parent's side, and from its own.

use crate::error::TaskError;
use ch08_multiprocessing::{
    CallError, Child, Connection, Function, Message, Process, StartError, pipe,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A function and its arguments, both without their types.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    function: (u64, u64),
    arguments: Message,
}

impl Task {
    pub(crate) fn new(function: Function, arguments: Message) -> Task {
        Task { function: function.to_raw(), arguments }
    }
}

/// How every worker of a pool begins.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) initializer: Option<Task>,
}

/// What a worker says of a task, and first of all of its initializer.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Done(Message),
    Panicked { message: String, location: String },
    Failed { reason: String },
}

/// A worker process, as its parent sees it.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    connection: Connection,
    ready: bool,
    tasks: u64,
}

impl Worker {
    /// Starts one; does not wait until it is ready.
    pub(crate) fn start(recipe: &Recipe) -> Result<Worker, StartError> {
        let (connection, theirs) = pipe()?;
        let initializer = match &recipe.initializer {
            Some(Task { function, arguments }) => {
                Some(Task { function: *function, arguments: arguments.try_clone()? })
            }
            None => None,
        };
        let child =
            Process::new(work, (theirs, initializer)).name("PoolWorker").daemon(true).start()?;
        Ok(Worker { child, connection, ready: false, tasks: 0 })
    }

    pub(crate) fn child(&self) -> &Child {
        &self.child
    }

    /// How many tasks it was given.
    pub(crate) fn tasks(&self) -> u64 {
        self.tasks
    }

    /// Has the task done, or the worker's end reported. After an error other
    /// than the task's own there is no worker any more.
    pub(crate) fn call(&mut self, task: &Task) -> Result<Message, TaskError> {
        self.tasks += 1;
        if !self.ready {
            match self.reply()? {
                Reply::Done(_) => self.ready = true,
                Reply::Panicked { message, location } => {
                    return Err(TaskError::Initializer { message, location });
                }
                Reply::Failed { reason } => return Err(TaskError::Serialization { reason }),
            }
        }
        // A failed send is followed by a failed receive, which knows the reason.
        let _ = self.connection.send(&Some(task));
        match self.reply()? {
            Reply::Done(result) => Ok(result),
            Reply::Panicked { message, location } => Err(TaskError::Panicked { message, location }),
            Reply::Failed { reason } => Err(TaskError::Serialization { reason }),
        }
    }

    fn reply(&mut self) -> Result<Reply, TaskError> {
        self.connection.recv_while(&self.child).map_err(|_| {
            // It is dying, or has closed its end, or sent what no worker sends. A signal
            // does not change the exit code of one that is already dying.
            let _ = self.child.kill();
            match self.child.join() {
                Ok(code) if code < 0 => TaskError::WorkerLost { signal: -code },
                Ok(code) => TaskError::WorkerExited { code },
                Err(error) => TaskError::NoWorker { reason: error.to_string() },
            }
        })
    }

    /// Whether it can take a task.
    pub(crate) fn is_usable(&self) -> bool {
        let mut sentinel = [PollFd::from_borrowed_fd(self.child.sentinel(), PollFlags::IN)];
        matches!(poll(&mut sentinel, Some(&Timespec::default())), Ok(0))
    }

    /// Lets it end, and waits until it has.
    ///
    /// Closing the connection would not do: a forked copy of this process has
    /// it open, too.
    pub(crate) fn dismiss(mut self) {
        let _ = self.connection.send(&None::<Task>);
        let _ = self.child.join();
    }
}

/// What a worker process runs: the initializer, then task after task, until
/// its parent sends none.
fn work((mut connection, initializer): (Connection, Option<Task>)) {
    remember_panics();
    let first = match initializer {
        Some(task) => perform(task),
        None => Reply::Done(Message::default()),
    };
    let usable = matches!(first, Reply::Done(_));
    if connection.send(&first).is_err() || !usable {
        return;
    }
    while let Ok(Some(task)) = connection.recv::<Option<Task>>() {
        if connection.send(&perform(task)).is_err() {
            return;
        }
    }
}

fn perform(Task { function, arguments }: Task) -> Reply {
    // SAFETY: tasks come from the pool's creator, through a connection that only the two have.
    // This process is its child and runs the same executable file.
    let function = unsafe { Function::from_raw(function) };
    match catch_unwind(AssertUnwindSafe(|| function.call(arguments))) {
        Ok(Ok(result)) => Reply::Done(result),
        Ok(Err(error)) => Reply::Failed { reason: with_causes(&error) },
        Err(_panic) => {
            let (message, location) = PANIC.take();
            Reply::Panicked { message, location }
        }
    }
}

thread_local! {
    /// Message and place of this thread's latest panic.
    static PANIC: RefCell<(String, String)> = RefCell::default();
}

/// Panics are still printed: a result that nobody looks at must not hide one.
fn remember_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or("(no message)").to_owned();
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        PANIC.set((message, location));
        print(panic);
    }));
}

fn with_causes(error: &CallError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
