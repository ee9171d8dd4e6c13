//! A process that is to run a function: what it will be, until it is started.

use crate::child::Child;
use crate::children;
use crate::connection::{Connection, socket_pair};
use crate::descriptor::Descriptor;
use crate::entry::{self, Order};
use crate::function::{Function, NotInExecutable};
use crate::message::{EncodeError, Message};
use crate::outcome::Outcome;
use crate::sender::SendError;
use rustix::process::{PidfdFlags, getpid, pidfd_open};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use thiserror::Error;

/// How a child comes into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartMethod {
    /// A fresh start of the own executable (`posix_spawn`). The child gets the
    /// function, its arguments, standard output and error, the environment and
    /// the working directory; nothing else of the parent. The default.
    #[default]
    Spawn,
    /// A copy of the whole parent (`fork`): every variable has in the child the
    /// value that it had in the parent, and every file open there is open here.
    ///
    /// Only the thread that forks is copied. A lock that another thread held
    /// stays locked in the child for ever, `malloc`'s and standard output's
    /// included. [`start`](Process::start) therefore refuses to fork while
    /// other threads exist, unless
    /// [`allow_threads`](Process::allow_threads) says that this is in hand.
    Fork,
}

/// Why a process was not started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// [`init`](crate::init) was not called.
    #[error(
        "main must begin with ch08_multiprocessing::init(); without that line \
         the child would run the whole program again"
    )]
    NotInitialised,
    /// The function is in a shared library.
    #[error(transparent)]
    NotInExecutable(#[from] NotInExecutable),
    /// The arguments cannot be serialised.
    #[error(transparent)]
    Arguments(#[from] EncodeError),
    /// The arguments are larger than what can be sent to a process.
    #[error("the arguments take {bytes} bytes; less than 4 GiB can be sent")]
    TooLarge {
        /// Their size in bytes.
        bytes: usize,
    },
    /// A fork, but the process has other threads.
    #[error(
        "will not fork a process with {threads} threads: the child would have one of them and \
         the locks of all; start it with StartMethod::Spawn, or say allow_threads()"
    )]
    Threads {
        /// How many there are, the calling one included.
        threads: usize,
    },
    /// The child ended before it came to [`init`](crate::init).
    #[error(
        "the child ended with exit code {code} before it came to ch08_multiprocessing::init(): \
         main must begin with that line. A #[test] has no main of its own; \
         give such tests one with `harness = false` (see the documentation of init)"
    )]
    NoInit {
        /// Its exit code, or the negative number of a signal.
        code: i32,
    },
    /// The child ended before it took its arguments.
    #[error("the child ended before it took its arguments")]
    Died,
    /// What the system reports.
    #[error("cannot start a process")]
    Io(#[from] io::Error),
}

/// A function and its arguments, to be run in a process of their own.
///
/// The function takes one argument, which may be a tuple. It must be a plain
/// function or a closure that captures nothing: what a child needs to know is
/// in the argument. What it returns says the [exit code](Outcome).
///
/// Nothing happens until [`start`](Process::start), which gives the [`Child`].
/// Starting twice, and joining what was not started, do not compile.
///
/// ```
/// use ch08_multiprocessing::Process;
///
/// fn hello(name: String) {
///     println!("hello {name}");
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     ch08_multiprocessing::init();
///     let child = Process::new(hello, "bob".to_owned()).start()?;
///     assert_eq!(child.join()?, 0);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "a process does nothing until it is started"]
pub struct Process<A, R> {
    function: fn(A) -> R,
    arguments: A,
    name: String,
    method: StartMethod,
    daemon: bool,
    allow_threads: bool,
}

impl<A, R> Process<A, R>
where
    A: Serialize + DeserializeOwned,
    R: Outcome,
{
    /// A process that will call `function` with `arguments`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// let child = Process::new(|(a, b)| a + b, (3, 4)).start()?;
    /// assert_eq!(child.join()?, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(function: fn(A) -> R, arguments: A) -> Process<A, R> {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Process {
            function,
            arguments,
            name: format!("Process-{number}"),
            method: StartMethod::default(),
            daemon: false,
            allow_threads: false,
        }
    }

    /// Its name, for people; `Process-1`, `Process-2`… without this. `ps` shows it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// let child = Process::new(|()| {}, ()).name("reader").start()?;
    /// assert_eq!(child.name(), "reader");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Process<A, R> {
        self.name = name.into();
        self
    }

    /// How it is started.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// static mut COUNT: i32 = 0;
    /// // SAFETY: there is no other thread.
    /// unsafe { COUNT = 5 };
    /// // SAFETY: the same.
    /// let child = Process::new(|()| unsafe { COUNT }, ()).method(StartMethod::Fork).start()?;
    /// assert_eq!(child.join()?, 5, "a fork has a copy of everything");
    /// # Ok(())
    /// # }
    /// ```
    pub fn method(mut self, method: StartMethod) -> Process<A, R> {
        self.method = method;
        self
    }

    /// A daemon never outlives the process that started it: it is killed when
    /// that process ends, however it ends, SIGKILL included. A process that is
    /// no daemon is waited for at the parent's normal end.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// fn endless(_: ()) {
    ///     loop {
    ///         std::thread::park();
    ///     }
    /// }
    /// let child = Process::new(endless, ()).daemon(true).start()?;
    /// // At the end of this process it is killed.
    /// assert!(child.is_alive() && child.is_daemon());
    /// # Ok(())
    /// # }
    /// ```
    pub fn daemon(mut self, daemon: bool) -> Process<A, R> {
        self.daemon = daemon;
        self
    }

    /// Fork even if other threads exist. The child must then call nothing that
    /// takes a lock which another thread may have held: no allocation, strictly
    /// speaking (fork(2): only async-signal-safe functions).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// let (stop, stopped) = std::sync::mpsc::channel::<()>();
    /// let thread = std::thread::spawn(move || stopped.recv());
    /// let fork = || Process::new(|()| 3, ()).method(StartMethod::Fork);
    /// assert!(fork().start().is_err(), "there is another thread");
    /// let child = fork().allow_threads().start()?;
    /// assert_eq!(child.join()?, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_threads(mut self) -> Process<A, R> {
        self.allow_threads = true;
        self
    }

    /// Starts it. Blocks until the child took its arguments if they are larger
    /// than what a socket buffers, else only until it exists. The first of a
    /// process is waited for until it comes to [`init`](crate::init).
    ///
    /// The arguments go with it; descriptors in them are closed here.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Process, StartMethod};
    /// let child = Process::new(|name: String| println!("hello {name}"), "bob".to_owned()).start()?;
    /// assert_eq!(child.join()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError`]; there is no child then.
    pub fn start(self) -> Result<Child, StartError> {
        if !entry::initialised() {
            return Err(StartError::NotInitialised);
        }
        let function = Function::exiting(self.function)?.to_raw();
        // What has ended gives back its descriptors before new ones are needed.
        children::collect_ended();
        let arguments = Message::encode(&self.arguments)?;
        // Before a fork: a child that also inherited these would keep the
        // parent's end of a pipe open.
        drop(self.arguments);
        let parent = match self.daemon {
            true => Some(Descriptor::from(
                pidfd_open(getpid(), PidfdFlags::empty()).map_err(io::Error::from)?,
            )),
            false => None,
        };
        let order = Order { name: self.name, parent, function, arguments };
        match self.method {
            StartMethod::Spawn => spawn(&order, self.daemon),
            StartMethod::Fork => fork(order, self.daemon, self.allow_threads),
        }
    }
}

fn spawn(order: &Order, daemon: bool) -> Result<Child, StartError> {
    let (ours, theirs) = socket_pair()?;
    // The order comes in through standard input: of all descriptors the only
    // ones that std's posix_spawn hands down without a race between threads.
    let spawned = Command::new("/proc/self/exe")
        .arg0(std::env::args_os().next().unwrap_or_default())
        .arg(entry::FLAG)
        .arg(&order.name)
        .stdin(theirs)
        .spawn()?;
    let child = children::register(spawned.id(), &order.name, daemon)?;
    let mut connection = Connection::from(ours);
    let sent = connection.send(order);
    // Whether main begins as it must is seen by the first child.
    if !entry::CHILDREN_COME.load(Ordering::Relaxed)
        && matches!(sent, Ok(()) | Err(SendError::Closed))
    {
        match connection.recv_while::<()>(&child) {
            Ok(()) => entry::CHILDREN_COME.store(true, Ordering::Relaxed),
            Err(_) => {
                let code = child.join().unwrap_or(1);
                return Err(if code < 0 { StartError::Died } else { StartError::NoInit { code } });
            }
        }
    }
    match sent {
        Ok(()) => Ok(child),
        Err(error) => {
            let _ = child.kill();
            let _ = child.join();
            Err(match error {
                SendError::Encode(error) => StartError::Arguments(error),
                SendError::Io(error) | SendError::Broken(error) => StartError::Io(error),
                SendError::Closed => StartError::Died,
                SendError::TooLarge { bytes } => StartError::TooLarge { bytes },
            })
        }
    }
}

fn fork(order: Order, daemon: bool, allow_threads: bool) -> Result<Child, StartError> {
    if !allow_threads {
        refuse_threads()?;
    }
    // What is buffered now would be printed by both.
    io::stdout().flush()?;
    let name = order.name.clone();
    // SAFETY: no other thread exists, so the child is a whole copy of this process; if some do,
    // the caller of `allow_threads` took on what the child may do.
    match unsafe { libc::fork() } {
        -1 => Err(StartError::Io(io::Error::last_os_error())),
        0 => {
            children::forget_all();
            entry::run_forked(order)
        }
        pid => Ok(children::register(pid as u32, &name, daemon)?),
    }
}

fn refuse_threads() -> Result<(), StartError> {
    let count = || std::fs::read_dir("/proc/self/task").map(Iterator::count);
    // The kernel lists a thread for a moment after it was joined, and there is
    // nothing to wait on for the end of that moment.
    for _ in 0..100 {
        if count()? == 1 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    Err(StartError::Threads { threads: count()? })
}
