//! One run of the program.

use super::give_up;
use super::held::Held;
use super::output::Output;
use super::patience::{is_over, starved};
use jail::{How, Patience, ProcessInfo, Running};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

/// How soon [`Run::until`] looks again: what it waits for mostly comes at once, and otherwise perhaps never.
const LOOK: Duration = Duration::from_micros(500);
const LOOK_LATER: Duration = Duration::from_millis(20);

/// What can be sent to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGKILL: ends it at once.
    Kill,
    /// SIGTERM: asks it to end.
    Terminate,
    /// SIGINT: what Ctrl-C sends.
    Interrupt,
    /// SIGSTOP: stops it.
    Stop,
    /// SIGCONT: lets it go on.
    Continue,
}

impl Signal {
    fn number(self) -> i32 {
        match self {
            Signal::Kill => libc::SIGKILL,
            Signal::Terminate => libc::SIGTERM,
            Signal::Interrupt => libc::SIGINT,
            Signal::Stop => libc::SIGSTOP,
            Signal::Continue => libc::SIGCONT,
        }
    }
}

/// A run of the program, in its jail. Dropping it kills everything in the jail.
///
/// Methods that wait do so until the program ends, which it does at the latest at the check's limit of time. They panic with a sentence
/// for the student when the program does not do what they wait for.
#[derive(Debug)]
pub struct Run {
    running: Running,
    stdout: Output,
    stderr: Output,
    /// How much it may print.
    output_bytes: usize,
    /// How long it may still take.
    patience: Patience,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// What came on standard output and was not taken as lines or bytes.
    pub stdout: String,
    /// What came on standard error.
    pub stderr: String,
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl Run {
    pub(super) fn new(mut running: Running, output_bytes: usize, started: Instant) -> Run {
        let Some(patience) = running.patience() else {
            give_up("nobody keeps the program", "it has no number")
        };
        let patience = patience.since(started);
        let left = Arc::new(AtomicUsize::new(output_bytes));
        let read = |pipe| match pipe {
            Some(pipe) => Output::of(pipe, Arc::clone(&left)),
            None => Ok(Output::default()),
        };
        let outputs = (|| Ok((read(running.stdout.take())?, read(running.stderr.take())?)))();
        match outputs {
            Ok((stdout, stderr)) => Run { running, stdout, stderr, output_bytes, patience },
            Err(error) => {
                let error: std::io::Error = error;
                give_up("the program's output cannot be read", error)
            }
        }
    }

    /// Writes to the program's standard input. Blocks while the pipe is full.
    ///
    /// # Panics
    ///
    /// When the program has closed it, or has ended.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let Some(stdin) = &mut self.running.stdin else { panic!("the judge has closed the input") };
        if stdin.write_all(bytes.as_ref()).is_err() {
            panic!("the program no longer reads its input{}", self.last_words());
        }
    }

    /// As [`send`](Run::send), with a line and its end.
    ///
    /// # Panics
    ///
    /// As [`send`](Run::send).
    #[track_caller]
    pub fn send_line(&mut self, line: &str) {
        self.send(format!("{line}\n"));
    }

    /// Writes everything that is still to come on standard input, in a thread of its own, and closes it then. Returns at once.
    ///
    /// # Panics
    ///
    /// When the judge has closed the input.
    #[track_caller]
    pub fn send_all(&mut self, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        let Some(mut stdin) = self.running.stdin.take() else {
            panic!("the judge has closed the input")
        };
        // A program may read less than that, and end. What it makes of it is seen elsewhere.
        std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    }

    /// Closes the program's standard input: it has read everything then.
    pub fn close_input(&mut self) {
        self.running.stdin = None;
    }

    /// The next line of standard output. Blocks until it comes.
    ///
    /// # Panics
    ///
    /// When the program ends its output first.
    #[track_caller]
    pub fn line(&mut self) -> String {
        // Not in a closure, which would have this line for its caller's.
        match self.stdout.line() {
            Some(line) => line,
            None => self.no_more("the next line"),
        }
    }

    /// The next so many bytes of standard output, whether they are text or not. Blocks until they
    /// come.
    ///
    /// # Panics
    ///
    /// When the program ends its output first.
    #[track_caller]
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        match self.stdout.bytes(count) {
            Some(bytes) => bytes,
            None => self.no_more(&format!("{count} bytes more had come")),
        }
    }

    #[track_caller]
    fn no_more(&self, wanted: &str) -> ! {
        if is_over(&self.patience) {
            let length = self.patience.limit().as_secs();
            panic!(
                "the program had said nothing more after {length} s; something waits or runs for ever"
            );
        }
        panic!("the program ended its output before {wanted}{}", self.last_words())
    }

    /// What the program says on standard error when something is amiss, for a message.
    fn last_words(&self) -> String {
        // Whatever is still to come is of no interest.
        self.running.kill();
        let said = self.stderr.rest();
        match said.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("; the last that it said on standard error: {line}"),
            None => String::new(),
        }
    }

    /// The processes that are alive in the jail now, the program's own first. Zombies are not alive.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        match self.running.processes() {
            Ok(all) => all.into_iter().filter(ProcessInfo::is_alive).collect(),
            Err(error) => give_up("the jail's processes cannot be counted", error),
        }
    }

    /// With which arguments a process was started, its own name first. Empty if it has ended.
    pub fn arguments(&self, process: &ProcessInfo) -> Vec<String> {
        let path = format!("/proc/{}/cmdline", process.host_pid());
        let bytes = std::fs::read(path).unwrap_or_default();
        let all = bytes.split(|byte| *byte == 0);
        let mut all: Vec<String> =
            all.map(|argument| String::from_utf8_lossy(argument).into_owned()).collect();
        // The last one ends with a zero as well.
        all.pop();
        all
    }

    /// Blocks until the processes are as `wanted`, or until the program has ended.
    ///
    /// # Panics
    ///
    /// With `what`, when the program ends first.
    #[track_caller]
    pub fn until(&self, what: &str, wanted: impl Fn(&[ProcessInfo]) -> bool) -> Vec<ProcessInfo> {
        let mut pause = LOOK;
        loop {
            let processes = self.processes();
            if wanted(&processes) {
                return processes;
            }
            if processes.is_empty() {
                if is_over(&self.patience) {
                    let length = self.patience.limit();
                    panic!("{what}, and so it was after {} s", length.as_secs());
                }
                panic!("{what}, and so it was until the program ended{}", self.last_words());
            }
            // There is nothing to wait on: the processes are not this one's children.
            std::thread::sleep(pause);
            pause = (pause * 2).min(LOOK_LATER);
        }
    }

    /// Sends a signal to a process of the jail. One that has ended meanwhile gets none.
    pub fn signal(&self, pid: i32, signal: Signal) {
        match self.running.signal(pid, signal.number()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                give_up("a process of the jail cannot be signalled", error)
            }
            _ => {}
        }
    }

    /// Takes hold of a process that has stopped itself before it becomes the program: from then on it goes on only as it is told. Blocks
    /// until it has become the program.
    ///
    /// # Panics
    ///
    /// When it ends first.
    #[track_caller]
    pub fn hold(&self, pid: i32) -> Held {
        let stopped = |all: &[ProcessInfo]| all.iter().any(|p| p.pid == pid && p.state == 'T');
        let all = self.until("a process does not start", stopped);
        let Some(process) = all.iter().find(|process| process.pid == pid) else {
            give_up("a process cannot be held", "it is gone")
        };
        match Held::take(process.host_pid(), self.patience) {
            Ok(Some(held)) => held,
            // Nobody else in the jail could.
            Ok(None) => panic!(
                "a process was killed before it became the program: something that the program left behind kills others"
            ),
            Err(_) if is_over(&self.patience) => panic!(
                "{} s were not enough; something waits or runs for ever",
                self.patience.limit().as_secs()
            ),
            Err(error) => give_up("a process of the jail cannot be traced", error),
        }
    }

    /// Closes the input and blocks until everything in the jail has ended.
    ///
    /// # Panics
    ///
    /// When the program is still running at the limit of time, or prints more than its limit.
    #[track_caller]
    pub fn finish(self) -> Finished {
        let Run { running, stdout, stderr, output_bytes, .. } = self;
        let ended = match running.wait() {
            Ok(ended) => ended,
            Err(error) => give_up("the end of the program is not known", error),
        };
        let (code, signal) = match ended.how {
            _ if stdout.is_full() || stderr.is_full() => too_much(output_bytes),
            How::Exited(code) => (Some(code), None),
            How::Signalled(signal) => (None, Some(signal)),
            How::Starved => starved(),
            How::WallTime | How::CpuTime => panic!(
                "the program was still running after {:.0} s; something waits or runs for ever",
                ended.wall.as_secs_f64()
            ),
            How::OutputLimit => too_much(output_bytes),
            How::Memory => panic!(
                "the program and what it has started had more in memory than they may have together"
            ),
            How::Killed => give_up("the program was ended", "by nobody known"),
        };
        Finished { stdout: stdout.rest(), stderr: stderr.rest(), code, signal }
    }
}

/// It may print for ever, or much: nobody has waited for the end of it.
#[track_caller]
fn too_much(limit: usize) -> ! {
    panic!("the program printed more than {} KB, which is the limit", limit >> 10)
}
