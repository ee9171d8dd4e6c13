//! A program in its jail.

use crate::patience::{LONGEST, Patience};
use crate::processes::{self, ProcessInfo};
use crate::wire::{self, Account, Cause, Told};
use crate::{Ended, Error, How, Layers, Limits};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{Shutdown, shutdown};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How much longer than the longest run the keeper may take to end everything.
const GRACE: Duration = Duration::from_secs(30);

/// A pipe takes this many bytes at once when it is ready for any (PIPE_BUF).
const AT_ONCE: usize = 4096;

/// A program that runs in its jail. Dropping it kills the program and
/// everything that it started, and blocks until all of it is dead.
///
/// ```no_run
/// # jail::enter_if_asked();
/// use jail::{How, Jail};
/// use std::io::{BufRead, BufReader, Write};
///
/// let mut cat = Jail::new("/bin/cat").system_programs().spawn()?;
/// let mut to = cat.stdin.take().expect("not taken yet");
/// let mut from = BufReader::new(cat.stdout.take().expect("not taken yet"));
/// writeln!(to, "hello").expect("cat reads");
/// let mut line = String::new();
/// from.read_line(&mut line).expect("cat writes");
/// assert_eq!(line, "hello\n");
/// drop(to);
/// assert_eq!(cat.wait()?.how, How::Exited(0));
/// # Ok::<(), jail::Error>(())
/// ```
#[derive(Debug)]
pub struct Running {
    /// The program's standard input. Taking and dropping it is the end of the input.
    pub stdin: Option<PipeWriter>,
    /// The program's standard output, for who takes it; otherwise [`wait`](Running::wait) reads it.
    pub stdout: Option<PipeReader>,
    /// The program's standard error, likewise.
    pub stderr: Option<PipeReader>,
    keeper: Child,
    socket: OwnedFd,
    layers: Layers,
    /// The program's own number, as the processes in the jail see it.
    program: i32,
    limits: Limits,
    started: Instant,
    ended: bool,
}

impl Running {
    pub(crate) fn new(
        keeper: Child,
        socket: OwnedFd,
        (layers, program): (Layers, i32),
        limits: Limits,
        stdin: Option<PipeWriter>,
        stdout: PipeReader,
        stderr: PipeReader,
    ) -> Running {
        let (stdout, stderr) = (Some(stdout), Some(stderr));
        let started = Instant::now();
        let ended = false;
        Running { stdin, stdout, stderr, keeper, socket, layers, program, limits, started, ended }
    }

    /// What protects the machine from it.
    pub fn layers(&self) -> Layers {
        self.layers
    }

    /// Kills the program and everything that it started. Returns at once;
    /// [`wait`](Running::wait) then blocks only until all of it is dead.
    pub fn kill(&self) {
        // The keeper may have ended by itself.
        let _ = shutdown(&self.socket, Shutdown::Write);
    }

    /// What kills it from another thread while this one [waits](Running::wait).
    ///
    /// # Errors
    ///
    /// If there are too many open files.
    pub fn killer(&self) -> io::Result<Killer> {
        Ok(Killer { socket: self.socket.try_clone()? })
    }

    /// The processes in the jail now, the program's own first, then all that it started, in the order in
    /// which they were started. None when the program has ended or the jail is about to be: whoever
    /// counts what a program leaves behind never counts what the end of the run has left.
    ///
    /// Zombies are among them: see [`ProcessInfo::is_alive`].
    ///
    /// # Errors
    ///
    /// If `/proc` cannot be read.
    pub fn processes(&self) -> io::Result<Vec<ProcessInfo>> {
        let Some(keeper) = i32::try_from(self.keeper.id()).ok().and_then(Pid::from_raw) else {
            return Ok(Vec::new());
        };
        let mut all = processes::descendants(keeper)?;
        let first =
            all.iter().position(|process| process.host_parent == keeper.as_raw_nonzero().get());
        let first = first.map(|index| all.remove(index).host);
        if self.layers.namespaces {
            processes::renumber(&mut all, first);
        }
        processes::in_order(&mut all, self.program, self.layers);
        let runs = all.iter().any(|process| process.pid == self.program && process.is_alive());
        // Asked after they were counted: what is counted while the keeper kills is not returned.
        if !runs || self.is_told_something() {
            all.clear();
        }
        Ok(all)
    }

    fn is_told_something(&self) -> bool {
        let mut socket = [PollFd::new(&self.socket, PollFlags::IN)];
        poll(&mut socket, Some(&Timespec::default())) != Ok(0)
    }

    /// Sends a signal to one process in the jail, by its number inside.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) if the jail has no such process.
    pub fn signal(&self, pid: i32, signal: i32) -> io::Result<()> {
        let signal = Signal::from_named_raw(signal).ok_or(io::ErrorKind::InvalidInput)?;
        let of = |all: Vec<ProcessInfo>| all.into_iter().find(|process| process.pid == pid);
        let process = of(self.processes()?).ok_or(io::ErrorKind::NotFound)?;
        let handle = pidfd_open(process.host, PidfdFlags::empty())?;
        // The number may have gone to another process before it was opened.
        if of(self.processes()?).is_none_or(|again| again.host != process.host) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(pidfd_send_signal(handle, signal)?)
    }

    /// How long it may still take. `None` if it is not known who keeps it.
    ///
    /// ```no_run
    /// # jail::enter_if_asked();
    /// use jail::{Jail, Left};
    ///
    /// let sleep = Jail::new("/bin/sleep").args(["1"]).system_programs().spawn()?;
    /// let patience = sleep.patience().expect("it has been started");
    /// assert!(matches!(patience.left(), Left::Time(_)));
    /// # Ok::<(), jail::Error>(())
    /// ```
    pub fn patience(&self) -> Option<Patience> {
        let keeper = i32::try_from(self.keeper.id()).ok().and_then(Pid::from_raw)?;
        Some(Patience::new(keeper, self.started, self.limits.wall))
    }

    /// Blocks until the program has ended and everything that it started is dead.
    ///
    /// Closes standard input and reads what is left of standard output and
    /// standard error, if you did not take them.
    ///
    /// # Errors
    ///
    /// [`Error::Lost`] if the end is not known.
    pub fn wait(mut self) -> Result<Ended, Error> {
        self.stdin = None;
        self.finish(None)
    }

    pub(crate) fn finish(
        mut self,
        mut input: Option<(PipeWriter, Vec<u8>)>,
    ) -> Result<Ended, Error> {
        let mut written = 0;
        let mut output = [Output::of(self.stdout.take()), Output::of(self.stderr.take())];
        let mut exceeded = false;
        let mut account = None;
        let mut said = false;
        let deadline = self.started + self.limits.wall.saturating_mul(LONGEST) + GRACE;
        while !said || output.iter().any(|output| output.pipe.is_some()) {
            let left = deadline.saturating_duration_since(Instant::now());
            let ready = self.ready(&output, input.as_ref(), said, left)?;
            for (output, ready) in output.iter_mut().zip(&ready[..2]) {
                if *ready {
                    output.read();
                }
            }
            if output.iter().map(|output| output.kept.len()).sum::<usize>()
                > self.limits.output_bytes
            {
                exceeded = true;
                self.kill();
                output.iter_mut().for_each(|output| output.pipe = None);
            }
            if let Some((pipe, bytes)) = &input
                && ready[2]
            {
                let next = &bytes[written..bytes.len().min(written + AT_ONCE)];
                // A program that does not read its input is free to do so.
                written += rustix::io::write(pipe, next).unwrap_or(bytes.len());
                if written >= bytes.len() {
                    input = None;
                }
            }
            if ready[3] {
                match wire::receive_told(&self.socket) {
                    Some(Told::Ending) => {}
                    Some(Told::Over(told)) => (said, account) = (true, Some(told)),
                    None => said = true,
                }
            }
        }
        let account = account.ok_or(Error::Lost)?;
        let _ = self.keeper.wait();
        self.ended = true;
        let [mut stdout, mut stderr] = output.map(|output| output.kept);
        if exceeded {
            stdout.truncate(self.limits.output_bytes);
            stderr.truncate(self.limits.output_bytes - stdout.len());
        }
        let how = if exceeded { How::OutputLimit } else { self.how(&account)? };
        let Account { wall, cpu, peak_memory, .. } = account;
        Ok(Ended { how, stdout, stderr, wall, cpu, peak_memory, layers: self.layers })
    }

    /// Blocks until one of the streams or the keeper is ready.
    fn ready(
        &mut self,
        output: &[Output; 2],
        input: Option<&(PipeWriter, Vec<u8>)>,
        said: bool,
        left: Duration,
    ) -> Result<[bool; 4], Error> {
        let mut watched = Vec::with_capacity(4);
        let mut places = Vec::with_capacity(4);
        let mut watch = |place, fd, flags| {
            watched.push(PollFd::from_borrowed_fd(fd, flags));
            places.push(place);
        };
        for (place, output) in output.iter().enumerate() {
            if let Some(pipe) = &output.pipe {
                watch(place, pipe.as_fd(), PollFlags::IN);
            }
        }
        if let Some((pipe, _)) = input {
            watch(2, pipe.as_fd(), PollFlags::OUT);
        }
        if !said {
            watch(3, self.socket.as_fd(), PollFlags::IN);
        }
        let mut ready = [false; 4];
        match poll(&mut watched, Timespec::try_from(left).ok().as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) | Ok(0) => return Err(Error::Lost),
            Ok(_) => {
                for (place, watched) in places.into_iter().zip(&watched) {
                    ready[place] = !watched.revents().is_empty();
                }
            }
        }
        Ok(ready)
    }

    fn how(&self, account: &Account) -> Result<How, Error> {
        match (account.cause, account.status) {
            (Cause::Deadline, _) => Ok(How::WallTime),
            (Cause::Starved, _) => Ok(How::Starved),
            (Cause::Memory, _) => Ok(How::Memory),
            (Cause::Asked, _) => Ok(How::Killed),
            (Cause::Finished, None) => Err(Error::Lost),
            (Cause::Finished, Some(status)) => {
                let status = ExitStatus::from_raw(status);
                Ok(match (status.code(), status.signal()) {
                    (_, Some(libc::SIGXCPU)) => How::CpuTime,
                    (_, Some(libc::SIGKILL)) if account.cpu > self.limits.cpu => How::CpuTime,
                    (_, Some(signal)) => How::Signalled(signal),
                    (code, None) => How::Exited(code.unwrap_or_default()),
                })
            }
        }
    }
}

/// Kills a program in its jail, from any thread; see [`Running::killer`].
#[derive(Debug)]
pub struct Killer {
    socket: OwnedFd,
}

impl Killer {
    /// As [`Running::kill`]. Does nothing when the program has ended.
    pub fn kill(&self) {
        // The keeper may have ended by itself.
        let _ = shutdown(&self.socket, Shutdown::Write);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.kill();
        let deadline = self.started + self.limits.wall.saturating_mul(LONGEST) + GRACE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut keeper = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut keeper, Timespec::try_from(left).ok().as_ref()) {
                Ok(0) => {
                    let _ = self.keeper.kill();
                    break;
                }
                Err(rustix::io::Errno::INTR) => {}
                _ if matches!(wire::receive_told(&self.socket), Some(Told::Ending)) => {}
                _ => break,
            }
        }
        let _ = self.keeper.wait();
    }
}

/// One stream of the program and what came through it.
struct Output {
    pipe: Option<PipeReader>,
    kept: Vec<u8>,
}

impl Output {
    fn of(pipe: Option<PipeReader>) -> Output {
        Output { pipe, kept: Vec::new() }
    }

    fn read(&mut self) {
        let mut buffer = [0; 64 << 10];
        match self.pipe.as_mut().map(|pipe| pipe.read(&mut buffer)) {
            Some(Ok(length)) if length > 0 => self.kept.extend_from_slice(&buffer[..length]),
            Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => self.pipe = None,
        }
    }
}
