//! What a program is given.

mod start;

use crate::running::Running;
use crate::system::SystemPrograms;
use crate::wire::Order;
use crate::{Ended, Error, Layers, Limits, Processes};
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

    /// Shows these programs of the system and the libraries that they need, and nothing else of it.
    pub fn only(self, programs: &SystemPrograms) -> Jail {
        programs.paths().fold(self, |jail, path| jail.read_only(path))
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
}
