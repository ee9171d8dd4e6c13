//! A child that was started: to wait for it, to ask how it is, to end it.

use crate::children;
use crate::readiness::readable;
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, pidfd_open,
    pidfd_send_signal, waitid, waitpid,
};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// A process that was started.
///
/// Dropping it ends nothing. A child that is no daemon is waited for when this
/// process ends normally; a daemon is then killed.
#[derive(Debug, Clone)]
pub struct Child {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pid: u32,
    name: String,
    daemon: bool,
    pidfd: OwnedFd,
    /// The process that started it; only that one can wait for it.
    parent: u32,
    exit_code: Mutex<Option<i32>>,
}

/// Why a child could not be waited for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JoinError {
    /// A process can wait for its own children only; this one is a copy of the parent.
    #[error("process {pid} is not a child of this process, only its parent can join it")]
    NotOurChild {
        /// The process that was to be joined.
        pid: u32,
    },
    /// Somebody else collected its exit code (`waitpid(-1)`, or SIGCHLD is ignored).
    #[error("process {pid} ended, but its exit code was collected elsewhere in this process")]
    Lost {
        /// The process that was to be joined.
        pid: u32,
    },
    /// What the system reports.
    #[error("cannot wait for the process")]
    Io(#[from] io::Error),
}

impl Child {
    /// The child with this process id, which was just started and which nobody has waited for.
    pub(crate) fn of(pid: u32, name: &str, daemon: bool) -> io::Result<Child> {
        let no_such = || io::Error::from(Errno::SRCH);
        let raw = Pid::from_raw(i32::try_from(pid).map_err(|_| no_such())?).ok_or_else(no_such)?;
        let pidfd = pidfd_open(raw, PidfdFlags::empty()).inspect_err(|_| {
            // Nobody could ever end it or wait for it.
            let _ = kill_process(raw, Signal::KILL);
            let _ = waitpid(Some(raw), WaitOptions::empty());
        })?;
        let inner = Inner {
            pid,
            name: name.to_owned(),
            daemon,
            pidfd,
            parent: std::process::id(),
            exit_code: Mutex::new(None),
        };
        Ok(Child { inner: Arc::new(inner) })
    }

    /// Whether this process has started it, and is not a copy of that one.
    pub(crate) fn is_ours(&self) -> bool {
        self.inner.parent == std::process::id()
    }

    /// Whether both are handles of one child.
    pub(crate) fn is_same(&self, other: &Child) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Waits until it ends and returns its exit code: what the function's
    /// [`Outcome`](crate::Outcome) or `std::process::exit` said, 1 after a
    /// panic, or the negative number of the signal that killed it.
    ///
    /// Can be called as often as one likes, from any number of threads.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(|n: i32| n, 7).start()?;
    /// assert_eq!(child.join()?, 7);
    /// assert_eq!(child.join()?, 7, "as often as one likes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`JoinError`].
    pub fn join(&self) -> Result<i32, JoinError> {
        loop {
            if let Some(code) = self.wait(None)? {
                children::forget(self);
                return Ok(code);
            }
        }
    }

    /// As [`join`](Child::join), but waits at most `timeout`; `None` if the
    /// child still runs.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// use std::time::Duration;
    /// let child = Process::new(waits, theirs).start()?;
    /// assert_eq!(child.join_timeout(Duration::from_millis(1))?, None);
    /// drop(gate);
    /// assert_eq!(child.join()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`JoinError`].
    pub fn join_timeout(&self, timeout: Duration) -> Result<Option<i32>, JoinError> {
        let code = self.wait(Some(timeout))?;
        if code.is_some() {
            children::forget(self);
        }
        Ok(code)
    }

    fn wait(&self, timeout: Option<Duration>) -> Result<Option<i32>, JoinError> {
        let pid = self.inner.pid;
        if !self.is_ours() {
            return Err(JoinError::NotOurChild { pid });
        }
        // Waiting happens without the lock, so that nobody's time-out waits for it.
        let stored = || self.inner.exit_code.lock().unwrap_or_else(PoisonError::into_inner);
        if stored().is_none() && !readable(&self.inner.pidfd, timeout)? {
            return Ok(None);
        }
        let mut stored = stored();
        if stored.is_none() {
            let id = WaitId::PidFd(self.inner.pidfd.as_fd());
            let status = match waitid(id, WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {
                Ok(Some(status)) => status,
                Ok(None) => return Ok(None),
                Err(Errno::CHILD) => return Err(JoinError::Lost { pid }),
                Err(error) => return Err(JoinError::Io(error.into())),
            };
            *stored = match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => Some(code),
                (None, Some(signal)) => Some(-signal),
                (None, None) => return Err(JoinError::Lost { pid }),
            };
        }
        Ok(*stored)
    }

    /// The exit code as [`join`](Child::join) gives it; `None` while it runs,
    /// or if it cannot be known. Never blocks.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(waits, theirs).start()?;
    /// assert_eq!(child.exit_code(), None, "it runs");
    /// drop(gate);
    /// child.join()?;
    /// assert_eq!(child.exit_code(), Some(0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn exit_code(&self) -> Option<i32> {
        self.wait(Some(Duration::ZERO)).ok().flatten()
    }

    /// Whether it still runs. Never blocks; works in any process.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(waits, theirs).start()?;
    /// assert!(child.is_alive());
    /// drop(gate);
    /// child.join()?;
    /// assert!(!child.is_alive());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_alive(&self) -> bool {
        // Collects the exit code too, so that no zombie stays behind.
        match self.wait(Some(Duration::ZERO)) {
            Ok(code) => code.is_none(),
            Err(_) => !readable(&self.inner.pidfd, Some(Duration::ZERO)).unwrap_or(true),
        }
    }

    /// Sends SIGTERM, which ends the child unless it handles that signal.
    /// Does nothing if it has already ended. Does not wait.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(waits, theirs).start()?;
    /// child.terminate()?;
    /// assert_eq!(child.join()?, -15);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the system refuses to send it.
    pub fn terminate(&self) -> io::Result<()> {
        self.signal(Signal::TERM)
    }

    /// Sends SIGKILL, which ends the child. Does nothing if it has already
    /// ended. Does not wait.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(waits, theirs).start()?;
    /// child.kill()?;
    /// assert_eq!(child.join()?, -9);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the system refuses to send it.
    pub fn kill(&self) -> io::Result<()> {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.inner.pidfd, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Its process id.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(|()| {}, ()).start()?;
    /// assert_ne!(child.pid(), std::process::id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn pid(&self) -> u32 {
        self.inner.pid
    }

    /// Its name, for people.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(|()| {}, ()).start()?;
    /// assert_eq!(child.name(), "Process-1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Whether it is killed when its parent ends.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(|()| {}, ()).start()?;
    /// assert!(!child.is_daemon());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_daemon(&self) -> bool {
        self.inner.daemon
    }

    /// A descriptor (pidfd) that becomes readable when the child ends: for
    /// `poll`, `epoll` and event loops built on them.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// use std::os::fd::AsRawFd;
    /// let child = Process::new(|()| {}, ()).start()?;
    /// assert!(child.sentinel().as_raw_fd() > 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sentinel(&self) -> BorrowedFd<'_> {
        self.inner.pidfd.as_fd()
    }

    /// Gives up the handle to a child that has ended. Whoever would use it
    /// afterwards hears from the compiler; its clones live on. Never blocks.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
    /// # let (gate, theirs) = pipe()?;
    /// # let waits = |mut main: Connection| drop(main.recv::<()>());
    /// let child = Process::new(waits, theirs).start()?;
    /// let child = child.close().unwrap_err().0;
    /// drop(gate);
    /// child.join()?;
    /// child.close()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StillRuns`] if the child has not ended, with the handle in it.
    pub fn close(self) -> Result<(), StillRuns> {
        if self.is_alive() { Err(StillRuns(self)) } else { Ok(()) }
    }
}

/// A child was to be [closed](Child::close) that has not ended.
#[derive(Debug, Error)]
#[error("process {} still runs: join it first", .0.pid())]
pub struct StillRuns(pub Child);
