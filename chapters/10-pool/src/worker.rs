//! A worker process: from its parent's side, and from its own.

use crate::error::TaskError;
use crate::panics::{contain, panic_message};
use ch08_multiprocessing::{
    Child, Connection, Function, JoinError, Message, Process, Reason, RecvError, StartError, pipe,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

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

/// A worker whose connection has ended may still be on its way out; killed there, it would be said to have been killed.
const LAST_STEPS: Duration = Duration::from_secs(10);

/// What a worker says of the task with this number, and first of all of its initializer, number 0.
///
/// A task may fork its worker. The copy ends before it says anything, but nobody
/// depends on that: an answer to another task than the last is none.
type Answer = (u64, Reply);

/// What became of a task.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Done(Message),
    Panicked {
        message: String,
        location: Option<String>,
    },
    /// The arguments or the result did not get through.
    Failed {
        reason: Reason,
    },
    /// As `Failed`, and the worker can take no further task.
    Broken {
        reason: Reason,
    },
}

/// A worker process, as its parent sees it.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    connection: Connection,
    ready: bool,
    ended: bool,
    tasks: u64,
    /// How many tasks were sent.
    sent: u64,
    /// Makes numbers that nobody in the worker can tell before a task is there.
    secret: RandomState,
}

/// Where, in the number of a task, the count begins. Below it is what cannot be guessed; in the
/// answer to a task that could not be read, nothing.
const COUNT: u32 = 32;

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
        let secret = RandomState::new();
        Ok(Worker { child, connection, ready: false, ended: false, tasks: 0, sent: 0, secret })
    }

    pub(crate) fn child(&self) -> &Child {
        &self.child
    }

    /// How many tasks it was given.
    pub(crate) fn tasks(&self) -> u64 {
        self.tasks
    }

    /// Has the task done, or the worker's end reported.
    pub(crate) fn call(&mut self, task: &Task) -> Result<Message, TaskError> {
        self.tasks += 1;
        if !self.ready {
            match self.reply(0)? {
                Reply::Done(_) => self.ready = true,
                reply => {
                    self.ended = true;
                    return match self.outcome(reply) {
                        Err(TaskError::Panicked { message, location }) => {
                            Err(TaskError::Initializer { message, location })
                        }
                        other => other,
                    };
                }
            }
        }
        let count = self.sent + 1;
        let number = count << COUNT | self.secret.hash_one(count) >> COUNT;
        match self.connection.send(&Some((number, task))) {
            Err(error) if error.nothing_was_sent() => return Err(TaskError::serialization(error)),
            // Another failed send is followed by a failed receive, which knows the reason.
            _ => {}
        }
        self.sent = count;
        let reply = self.reply(number)?;
        self.outcome(reply)
    }

    /// Whether there is no worker any more after the last call.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    fn outcome(&mut self, reply: Reply) -> Result<Message, TaskError> {
        match reply {
            Reply::Done(result) => Ok(result),
            Reply::Panicked { message, location } => Err(TaskError::Panicked { message, location }),
            Reply::Failed { reason } => Err(TaskError::Serialization { reason }),
            Reply::Broken { reason } => {
                let _ = self.end();
                Err(TaskError::Serialization { reason })
            }
        }
    }

    fn reply(&mut self, number: u64) -> Result<Reply, TaskError> {
        loop {
            let (answered, reply) = self.answer()?;
            let unread = matches!(reply, Reply::Failed { .. } | Reply::Broken { .. });
            if answered == number || (unread && answered == number >> COUNT << COUNT) {
                return Ok(reply);
            }
            if answered >> COUNT >= number >> COUNT {
                // Whoever says that may say more. Of an earlier task a copy of the worker may speak.
                let _ = self.end();
                let reason = "the worker answered for a task that it did not have, and was ended";
                return Err(TaskError::Serialization { reason: Reason::new(reason) });
            }
        }
    }

    fn answer(&mut self) -> Result<Answer, TaskError> {
        self.connection.recv_while(&self.child).map_err(|error| {
            // It is dying, or has closed its end, or sent what this process cannot take.
            if matches!(error, RecvError::Closed | RecvError::Truncated) {
                let _ = self.child.join_timeout(LAST_STEPS);
            }
            let ended = self.end();
            match (error, ended) {
                (RecvError::Closed | RecvError::Truncated, Ok(code)) if code < 0 => {
                    TaskError::WorkerLost { signal: -code }
                }
                (RecvError::Closed | RecvError::Truncated, Ok(code)) => {
                    TaskError::WorkerExited { code }
                }
                (RecvError::Closed | RecvError::Truncated, Err(error)) => {
                    TaskError::NoWorker { reason: Reason::new(error) }
                }
                (error, _) => TaskError::serialization(error),
            }
        })
    }

    /// Ends it for good, and waits until it has ended.
    fn end(&mut self) -> Result<i32, JoinError> {
        self.ended = true;
        let _ = self.child.kill();
        self.child.join()
    }

    /// Whether it can take a task.
    pub(crate) fn is_usable(&self) -> bool {
        let mut sentinel = [PollFd::from_borrowed_fd(self.child.sentinel(), PollFlags::IN)];
        matches!(poll(&mut sentinel, Some(&Timespec::default())), Ok(0))
    }

    /// Lets it end. That may take as long as it likes: it waits for children of its own, say.
    ///
    /// Closing the connection would not do: a forked copy of this process has
    /// it open, too.
    pub(crate) fn dismiss(mut self) -> Child {
        let _ = self.connection.send(&None::<(u64, Task)>);
        self.child
    }
}

/// What a worker process runs: the initializer, then task after task, until
/// its parent sends none.
fn work((mut connection, initializer): (Connection, Option<Task>)) {
    remember_panics();
    let worker = std::process::id();
    let first = match initializer {
        Some(task) => perform(task),
        None => Reply::Done(Message::default()),
    };
    let usable = matches!(first, Reply::Done(_));
    let mut answer = (0, first);
    // A copy that the task made of its worker, with libc's `fork`, has nothing to say here.
    while std::process::id() == worker && say(&mut connection, &answer) {
        if !usable || matches!(answer.1, Reply::Broken { .. }) {
            return;
        }
        let number = ((answer.0 >> COUNT) + 1) << COUNT;
        answer = match connection.recv::<Option<(u64, Task)>>() {
            Ok(Some((number, task))) => (number, perform(task)),
            // No descriptor was left for the task, or no memory.
            Err(error @ (RecvError::DescriptorsLost | RecvError::Io(_))) => {
                (number, Reply::Broken { reason: Reason::new(error) })
            }
            Err(error @ RecvError::Decode(_)) => {
                (number, Reply::Failed { reason: Reason::new(error) })
            }
            Ok(None) | Err(_) => return,
        };
    }
}

/// False if there is nobody to hear it.
fn say(connection: &mut Connection, answer: &Answer) -> bool {
    match connection.send(answer) {
        Ok(()) => true,
        // The result is too large, or there are no descriptors to send it with.
        Err(error) if error.nothing_was_sent() => {
            let failed = Reply::Failed { reason: Reason::new(error) };
            connection.send(&(answer.0, failed)).is_ok()
        }
        Err(_) => false,
    }
}

fn perform(Task { function, arguments }: Task) -> Reply {
    // SAFETY: tasks come from the pool's creator, through a connection that only the two have.
    // This process is its child and runs the same executable file.
    let function = unsafe { Function::from_raw(function) };
    LATEST.take();
    match catch_unwind(AssertUnwindSafe(|| function.call(arguments))) {
        Ok(Ok(result)) => Reply::Done(result),
        Ok(Err(error)) => Reply::Failed { reason: Reason::new(error) },
        Err(panic) => {
            let message = panic_message(&*panic);
            // The hook's panic may be another, caught one, of which there is no other sign.
            let seen = LATEST.take().filter(|(said, _)| *said == message);
            contain(|| drop(panic));
            Reply::Panicked { message, location: seen.map(|(_, location)| location) }
        }
    }
}

thread_local! {
    /// What the panic hook has seen last in this thread: message and place.
    static LATEST: RefCell<Option<(String, String)>> = RefCell::default();
}

/// Panics are still printed: a result that nobody looks at must not hide one.
fn remember_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or("(no message)").to_owned();
        LATEST.set(panic.location().map(|location| (message, location.to_string())));
        print(panic);
    }));
}
