//! What a program is given, and the start of it.

use crate::error::Trouble;
use crate::running::Running;
use crate::wire::{self, Failure, Given, Order, Said, Sent};
use crate::{Ended, Error, Layers, Limits, Processes};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long the inner stage may take until the program starts. It takes
/// milliseconds; this is for an executable that does not call
/// [`enter_if_asked`](crate::enter_if_asked) and does something else for ever.
const START: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

/// A limit on time above this is this: a century, which no clock overflows.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A command and everything that it is given.
///
/// What is not given is not there: no file but those of the methods below, no
/// environment, no descriptor, no network, no other process. In `/tmp`, which
/// is empty at first and lives in memory, it may write.
///
/// ```no_run
/// # jail::enter_if_asked();
/// use jail::Jail;
///
/// let ended = Jail::new("/bin/sh").args(["-c", "ls /; env"]).system_programs().run()?;
/// println!("{}", String::from_utf8_lossy(&ended.stdout));
/// # Ok::<(), jail::Error>(())
/// ```
///
/// # Without namespaces
///
/// Some systems refuse namespaces to ordinary users, and some to everybody.
/// The program then runs in the file system of the machine, of which Landlock
/// shows it the same paths. It cannot see them under other names, so that
/// [`read_only_at`](Jail::read_only_at) and [`writable_at`](Jail::writable_at)
/// need namespaces. `TMPDIR` names its temporary folder. [`Jail::require`]
/// with [`Layers::FULL`] refuses such a run.
#[derive(Debug)]
pub struct Jail {
    order: Order,
    given: Vec<(PathBuf, PathBuf, bool)>,
    descriptors: Vec<OwnedFd>,
    input: Option<Vec<u8>>,
    inner_stage: PathBuf,
}

impl Jail {
    /// A jail for `program`, the path of an executable as it is seen inside.
    pub fn new(program: impl Into<OsString>) -> Jail {
        Jail {
            order: Order {
                program: program.into(),
                arguments: Vec::new(),
                environment: Vec::new(),
                current_dir: None,
                paths: Vec::new(),
                limits: Limits::default(),
                processes: Processes::Single,
                socket_pairs: false,
                memory_files: false,
                numbers: Vec::new(),
                required: Layers::NONE,
                namespaces: true,
                temp_dir: OsString::new(),
            },
            given: Vec::new(),
            descriptors: Vec::new(),
            input: None,
            inner_stage: "/proc/self/exe".into(),
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Jail {
        self.order.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Jail {
        self.order.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the environment, which is empty at first. (Without
    /// namespaces `TMPDIR` is set.)
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Jail {
        self.order.environment.push((key.into(), value.into()));
        self
    }

    /// Sets the directory in which the program starts, as it is seen inside. `/tmp` without this.
    pub fn current_dir(mut self, directory: impl Into<PathBuf>) -> Jail {
        self.order.current_dir = Some(directory.into().into());
        self
    }

    /// Shows a file or a directory under its own name. What is in it can be read and executed.
    pub fn read_only(self, path: impl Into<PathBuf>) -> Jail {
        let path = path.into();
        self.give(path.clone(), path, false)
    }

    /// Shows a file or a directory as `inside`, an absolute path. Needs namespaces.
    pub fn read_only_at(self, path: impl Into<PathBuf>, inside: impl Into<PathBuf>) -> Jail {
        self.give(path.into(), inside.into(), false)
    }

    /// Lets the program write in a directory.
    ///
    /// As root, the directory itself (not what is in it) belongs to the
    /// program's user id during the run; do not give it to two runs at a time.
    /// Its size is not bounded, only that of each file. And what the program
    /// leaves in it may be anything, such as a link to anywhere: look before you follow.
    pub fn writable(self, path: impl Into<PathBuf>) -> Jail {
        let path = path.into();
        self.give(path.clone(), path, true)
    }

    /// As [`writable`](Jail::writable), as `inside`, an absolute path. Needs namespaces.
    pub fn writable_at(self, path: impl Into<PathBuf>, inside: impl Into<PathBuf>) -> Jail {
        self.give(path.into(), inside.into(), true)
    }

    fn give(mut self, outside: PathBuf, inside: PathBuf, writable: bool) -> Jail {
        self.given.push((outside, inside, writable));
        self
    }

    /// Shows the programs and libraries of the system, read-only: `/usr`,
    /// `/bin`, `/lib*`, and what the dynamic loader and `cc` need of `/etc`.
    pub fn system_programs(mut self) -> Jail {
        let system = [
            "/usr",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/etc/ld.so.cache",
            "/etc/alternatives",
        ];
        for path in system.iter().map(Path::new).filter(|path| path.exists()) {
            self = self.read_only(path);
        }
        self
    }

    /// Sets the bounds; [`Limits::default`] without this.
    pub fn limits(mut self, limits: Limits) -> Jail {
        let (wall, cpu) = (limits.wall.min(LONGEST), limits.cpu.min(LONGEST));
        self.order.limits = Limits { wall, cpu, ..limits };
        self
    }

    /// Whether it may start processes; [`Processes::Single`] without this.
    pub fn processes(mut self, processes: Processes) -> Jail {
        self.order.processes = processes;
        self
    }

    /// Allows pairs of connected Unix sockets, for programs whose processes talk through them.
    /// No other socket is ever allowed.
    pub fn socket_pairs(mut self) -> Jail {
        self.order.socket_pairs = true;
        self
    }

    /// Allows memory files (memfd_create), for programs whose processes share memory through
    /// them. Of their size only [`Limits::file_bytes`] times [`Limits::open_files`] is a bound.
    pub fn memory_files(mut self) -> Jail {
        self.order.memory_files = true;
        self
    }

    /// Gives the program an open descriptor under this number. Your copy is closed when the
    /// program has started.
    ///
    /// # Panics
    ///
    /// If `number` is one of the standard streams, negative, or above 200.
    pub fn descriptor(mut self, number: i32, descriptor: impl Into<OwnedFd>) -> Jail {
        assert!((3..=200).contains(&number), "a descriptor for a jail is numbered 3 to 200");
        self.order.numbers.push(number);
        self.descriptors.push(descriptor.into());
        self
    }

    /// Sets what [`run`](Jail::run) writes to standard input, which is at its end at once
    /// without this. [`spawn`](Jail::spawn) gives you the pipe instead.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Jail {
        self.input = Some(bytes.into());
        self
    }

    /// Refuses to run with less than these layers: [`Error::Missing`].
    ///
    /// Never less than seccomp, resource limits and one of namespaces and Landlock, even without this.
    pub fn require(mut self, layers: Layers) -> Jail {
        self.order.required = layers;
        self
    }

    /// Does without namespaces, as on a system that refuses them.
    pub fn without_namespaces(mut self) -> Jail {
        self.order.namespaces = false;
        self
    }

    /// The executable of the inner stage, for processes whose own `main` does
    /// not begin with [`enter_if_asked`](crate::enter_if_asked): the binary
    /// `jail` of this package, for example.
    pub fn inner_stage(mut self, executable: impl Into<PathBuf>) -> Jail {
        self.inner_stage = executable.into();
        self
    }

    /// Runs the program and blocks until everything that it started is dead.
    ///
    /// May be called by many threads at a time. Uses no more memory than
    /// [`Limits::output_bytes`] and a constant.
    ///
    /// # Errors
    ///
    /// If the program was not run, or its end is not known. A program that fails
    /// is no error: see [`Ended::how`].
    pub fn run(mut self) -> Result<Ended, Error> {
        let input = self.input.take();
        let mut running = self.start(input.is_some())?;
        let stdin = running.stdin.take();
        running.finish(stdin.zip(input))
    }

    /// Starts the program and returns as soon as it runs.
    ///
    /// # Errors
    ///
    /// If the program could not be started.
    pub fn spawn(self) -> Result<Running, Error> {
        self.start(true)
    }

    fn start(mut self, with_stdin: bool) -> Result<Running, Error> {
        self.resolve_paths()?;
        let at = |step| move |source| Error::Start { step, source };
        let (stdin, to_stdin): (OwnedFd, _) = if with_stdin {
            let (reader, writer) = io::pipe().map_err(at("make a pipe"))?;
            (reader.into(), Some(writer))
        } else {
            (File::open("/dev/null").map_err(at("open /dev/null"))?.into(), None)
        };
        let (from_stdout, stdout) = io::pipe().map_err(at("make a pipe"))?;
        let (from_stderr, stderr) = io::pipe().map_err(at("make a pipe"))?;
        let streams = [stdin, stdout.into(), stderr.into()];
        let inner = match self.attempt(&streams) {
            Err(Attempt::Namespaces(trouble)) if !self.order.required.namespaces => {
                self.order.namespaces = false;
                self.check_names(Some(trouble))?;
                self.attempt(&streams)
            }
            first => first,
        };
        let Inner { child, socket, ready } = inner.map_err(|attempt| match attempt {
            Attempt::Failed(error) => error,
            Attempt::Namespaces(trouble) => Error::Missing {
                missing: Layers { namespaces: true, ..Layers::NONE },
                reason: Some(trouble),
            },
        })?;
        Ok(Running::new(
            child,
            socket,
            ready,
            self.order.limits,
            to_stdin,
            from_stdout,
            from_stderr,
        ))
    }

    fn resolve_paths(&mut self) -> Result<(), Error> {
        let failed = |step: &str, path: &Path, error: io::Error| {
            Error::Isolate(Trouble::new(format!("{step} {}", path.display()), error))
        };
        for (outside, inside, writable) in self.given.drain(..) {
            outside.metadata().map_err(|error| failed("give", &outside, error))?;
            let absolute = |path: &Path| {
                std::path::absolute(path).map_err(|error| failed("find", path, error))
            };
            self.order.paths.push(Given {
                outside: absolute(&outside)?.into(),
                inside: absolute(&inside)?.into(),
                writable,
            });
        }
        self.order.temp_dir = std::env::temp_dir().into();
        if self.order.namespaces { Ok(()) } else { self.check_names(None) }
    }

    fn check_names(&self, reason: Option<Trouble>) -> Result<(), Error> {
        match self.order.paths.iter().find(|given| given.outside != given.inside) {
            None => Ok(()),
            Some(given) => Err(Error::Missing {
                missing: Layers { namespaces: true, ..Layers::NONE },
                reason: reason.or_else(|| {
                    let (outside, inside) = (given.outside.display(), given.inside.display());
                    Some(Trouble { step: format!("show {outside} as {inside}"), errno: 0 })
                }),
            }),
        }
    }

    fn attempt(&self, [stdin, stdout, stderr]: &[OwnedFd; 3]) -> Result<Inner, Attempt> {
        let at = |step| move |source| Attempt::Failed(Error::Start { step, source });
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .map_err(io::Error::from)
                .map_err(at("make a socket"))?;
        let (mut heard, report) = io::pipe().map_err(at("make a pipe"))?;
        let child = Command::new(&self.inner_stage)
            .arg(wire::MARK)
            .env_clear()
            .current_dir("/")
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(at("execute it"))?;
        let mut inner = Inner { child, socket: ours, ready: (Layers::NONE, 0) };
        let sent = Sent {
            stdin: stdin.as_fd(),
            stdout: stdout.as_fd(),
            stderr: stderr.as_fd(),
            report: report.as_fd(),
            others: self.descriptors.iter().map(AsFd::as_fd).collect(),
        };
        let outcome = match wire::send_order(&inner.socket, &self.order, &sent) {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
                Err(at("give it its order")(source))
            }
            _ => {
                drop(report);
                listen(&mut heard)
            }
        };
        match outcome {
            Ok(ready) => inner.ready = ready,
            Err(failure) => {
                // Whoever has entered sees the end of the socket and puts its things in order.
                let Inner { mut child, socket, .. } = inner;
                drop(socket);
                if matches!(failure, Attempt::Failed(Error::NotEntered | Error::Start { .. })) {
                    let _ = child.kill();
                }
                let _ = child.wait();
                return Err(failure);
            }
        }
        Ok(inner)
    }
}

/// The inner stage, with the program running in it.
struct Inner {
    child: Child,
    socket: OwnedFd,
    /// The layers, and the program's own number in the jail.
    ready: (Layers, i32),
}

enum Attempt {
    Namespaces(Trouble),
    Failed(Error),
}

/// Blocks until the program runs, or does not.
fn listen(report: &mut io::PipeReader) -> Result<(Layers, i32), Attempt> {
    let mut bytes = Vec::new();
    loop {
        let mut watched = [PollFd::new(&*report, PollFlags::IN)];
        match poll(&mut watched, Some(&START)) {
            Err(rustix::io::Errno::INTR) => continue,
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let mut buffer = [0; 4096];
        match report.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
    let mut ready = None;
    let mut entered = false;
    for said in wire::heard(&bytes) {
        match said {
            Said::Entered => entered = true,
            Said::Ready(layers, program) => ready = Some((layers, program)),
            Said::Failed(Failure::Namespaces(trouble)) => return Err(Attempt::Namespaces(trouble)),
            Said::Failed(failure) => {
                return Err(Attempt::Failed(match failure {
                    Failure::Namespaces(trouble) | Failure::Isolate(trouble) => {
                        Error::Isolate(trouble)
                    }
                    Failure::Missing(missing, reason) => Error::Missing { missing, reason },
                    Failure::Execute(trouble) => Error::Execute(trouble),
                }));
            }
        }
    }
    ready.ok_or(Attempt::Failed(if entered { Error::Lost } else { Error::NotEntered }))
}
