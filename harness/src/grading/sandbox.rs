//! Where everything runs that a stranger has a say in: his compiler runs and his code.

use crate::execution::{End, execute};
use crate::{interrupt, stop};
use anyhow::{Context, bail};
use jail::{Jail, Layers, Limits, Processes, SystemPrograms};
use rustix::fd::{AsRawFd, OwnedFd, RawFd};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// What stands between strangers' code and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// A jail with these layers.
    Jail(Layers),
    /// Nothing: whoever asked for it has said that it is unsafe.
    None,
}

impl Sandbox {
    /// What is asked for, as far as this machine has it.
    ///
    /// # Errors
    ///
    /// When it has no jail that is worth the name.
    pub fn find(protection: Protection) -> anyhow::Result<Sandbox> {
        let mut jail = Jail::new("/bin/true").system_programs();
        match protection {
            Protection::Best => {}
            Protection::NoNamespaces => jail = jail.without_namespaces(),
            Protection::None => return Ok(Sandbox::None),
        }
        let ended = jail.run().context(
            "this machine has no sandbox, and submissions are strangers' code; `--unsafe-no-sandbox` runs them all the same",
        )?;
        Ok(Sandbox::Jail(ended.layers))
    }
}

impl Sandbox {
    /// Whether what runs is another user outside as well, who has to get to its files under an id of his own.
    pub fn is_another_user(self) -> bool {
        matches!(self, Sandbox::Jail(layers) if layers.uid && !layers.namespaces)
    }
}

/// What protection to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// As many layers as the machine has.
    Best,
    /// All but namespaces, as on a machine that refuses them.
    NoNamespaces,
    /// None. Whoever asks for it has said that it is unsafe.
    None,
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sandbox::Jail(layers) => layers.fmt(f),
            Sandbox::None => f.write_str("none"),
        }
    }
}

/// Why nobody can tell whether a job would have ended in time.
const STARVED: &str =
    "this machine is too busy: in four times its limit it did not get the time that it may use";

/// A command and what it gets.
#[derive(Debug)]
pub struct Job {
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    folder: PathBuf,
    read_only: Vec<PathBuf>,
    writable: Vec<PathBuf>,
    descriptors: Vec<(RawFd, OwnedFd)>,
    /// Whether it starts none of the system's programs, and needs no more of the system than libraries.
    alone: bool,
    bounds: Bounds,
}

/// The libraries that code of Rust's needs to run, if this system can tell.
fn libraries() -> Option<&'static SystemPrograms> {
    static FOUND: OnceLock<Option<SystemPrograms>> = OnceLock::new();
    let find = || {
        let mut found = SystemPrograms::default();
        // They are those of this one.
        found.libraries_of(&std::env::current_exe().ok()?).ok()?;
        Some(found)
    };
    FOUND.get_or_init(find).as_ref()
}

/// What a job may use.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Of wall-clock time.
    pub wall: Duration,
    /// Of processor time, of each process.
    pub cpu: Duration,
    /// Of memory: of each process, and of all of them together.
    pub memory_mb: u64,
    /// At a time; 1 means that it may start none.
    pub processes: u32,
    /// Of what it prints.
    pub output_bytes: u64,
}

/// How a job ended.
#[derive(Debug)]
pub struct Ended {
    /// By itself, or what stopped it.
    pub how: How,
    /// Its standard output, as far as it is kept.
    pub stdout: Vec<u8>,
    /// Its standard error, as far as it is kept.
    pub stderr: Vec<u8>,
    /// From start to end.
    pub wall: Duration,
}

/// What ended a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It exited with this code.
    Exited(i32),
    /// This signal killed it.
    Signalled(i32),
    /// It ran into a limit of time.
    Time,
    /// It ran into its limit of output.
    OutputLimit,
    /// All its processes together ran into its limit of memory.
    Memory,
}

impl How {
    /// Whether a signal ended it that neither a fault of its own raises nor a limit. Most often it is the system's, which is out of memory,
    /// or somebody's at the machine; but a program can send it to itself.
    pub fn is_from_outside(self) -> bool {
        const OWN: [i32; 10] = [
            libc::SIGABRT,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGPIPE,
            libc::SIGSEGV,
            libc::SIGSYS,
            libc::SIGTRAP,
            libc::SIGXCPU,
            libc::SIGXFSZ,
        ];
        matches!(self, How::Signalled(signal) if !OWN.contains(&signal))
    }
}

impl Job {
    /// A command that gets nothing yet, and starts in `folder`.
    pub fn new(program: &Path, folder: &Path, bounds: Bounds) -> Job {
        Job {
            program: program.to_owned(),
            arguments: Vec::new(),
            variables: Vec::new(),
            folder: folder.to_owned(),
            read_only: vec![folder.to_owned()],
            writable: Vec::new(),
            descriptors: Vec::new(),
            alone: false,
            bounds,
        }
    }

    /// One more argument.
    pub fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Job {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// More arguments.
    pub fn args<A: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = A>) -> &mut Job {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// An environment variable. There are no others.
    pub fn env(&mut self, name: &'static str, value: impl AsRef<OsStr>) -> &mut Job {
        self.variables.push((name, value.as_ref().to_owned()));
        self
    }

    /// A file or a folder that it may read.
    pub fn read_only(&mut self, path: impl Into<PathBuf>) -> &mut Job {
        self.read_only.push(path.into());
        self
    }

    /// A folder that it may change.
    pub fn writable(&mut self, path: impl Into<PathBuf>) -> &mut Job {
        self.writable.push(path.into());
        self
    }

    /// It starts no programs of the system: there are none.
    pub fn alone(&mut self) -> &mut Job {
        self.alone = true;
        self
    }

    /// A descriptor that it finds open under this number.
    pub fn descriptor(&mut self, number: RawFd, descriptor: OwnedFd) -> &mut Job {
        self.descriptors.push((number, descriptor));
        self
    }

    /// Runs it and blocks until it and everything it has started have ended.
    ///
    /// # Errors
    ///
    /// When it cannot be run as asked. That is never the job's fault.
    pub fn run(self, sandbox: Sandbox) -> anyhow::Result<Ended> {
        if stop::is_stopped() {
            bail!("it was stopped before it began");
        }
        match sandbox {
            Sandbox::Jail(layers) => self.jailed(layers),
            Sandbox::None => Ok(self.bare()?),
        }
    }

    fn jailed(self, layers: Layers) -> anyhow::Result<Ended> {
        let Bounds { wall, cpu, memory_mb, processes, output_bytes } = self.bounds;
        let jail = Jail::new(self.program).args(self.arguments);
        let jail = match libraries().filter(|_| self.alone) {
            Some(libraries) => jail.only(libraries),
            None => jail.system_programs(),
        };
        let mut jail = jail
            .current_dir(self.folder)
            .require(layers)
            .processes(match processes {
                0 | 1 => Processes::Single,
                n => Processes::AtMost(n.into()),
            })
            .limits(Limits {
                wall,
                cpu,
                memory_bytes: memory_mb << 20,
                output_bytes: usize::try_from(output_bytes)?,
                file_bytes: 256 << 20,
                ..Limits::default()
            });
        if !layers.namespaces {
            jail = jail.without_namespaces();
        }
        for (name, value) in self.variables {
            jail = jail.env(name, value);
        }
        for path in self.read_only {
            jail = jail.read_only(path);
        }
        for path in self.writable {
            jail = jail.writable(path);
        }
        for (number, descriptor) in self.descriptors {
            jail = jail.descriptor(number, descriptor);
        }
        let running = jail.spawn()?;
        let killer = running.killer()?;
        let stoppable = stop::Running::new(move || killer.kill());
        let killer = running.killer()?;
        let _ended_with_the_harness = interrupt::Running::new(move || killer.kill());
        let ended = running.wait()?;
        drop(stoppable);
        let how = match ended.how {
            jail::How::Exited(code) => How::Exited(code),
            jail::How::Signalled(signal) => How::Signalled(signal),
            jail::How::WallTime | jail::How::CpuTime => How::Time,
            jail::How::OutputLimit => How::OutputLimit,
            jail::How::Memory => How::Memory,
            jail::How::Starved => bail!("{STARVED}"),
            jail::How::Killed => bail!("the jail was ended from outside"),
        };
        Ok(Ended { how, stdout: ended.stdout, stderr: ended.stderr, wall: ended.wall })
    }

    /// Without any protection but an end to everything at the limit of time.
    fn bare(self) -> io::Result<Ended> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).env_clear().envs(self.variables);
        // Out of the way of the numbers that they are to have.
        let descriptors = self
            .descriptors
            .iter()
            .map(|(number, fd)| Ok((*number, rustix::io::fcntl_dupfd_cloexec(fd, 64)?)))
            .collect::<io::Result<Vec<(RawFd, OwnedFd)>>>()?;
        drop(self.descriptors);
        let place = move || {
            for (number, descriptor) in &descriptors {
                // SAFETY: both are open; the number is nobody's in the new process.
                if unsafe { libc::dup2(descriptor.as_raw_fd(), *number) } < 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            Ok(())
        };
        // SAFETY: `dup2` is all that happens between fork and exec, and is async-signal-safe.
        unsafe { command.pre_exec(place) };
        let execution = execute(&mut command, "", self.bounds.wall)?;
        let how = match execution.end {
            End::Deadline(_) => How::Time,
            End::Exited(status) => match (status.code(), status.signal()) {
                (Some(code), _) => How::Exited(code),
                (None, Some(signal)) => How::Signalled(signal),
                (None, None) => return Err(io::Error::other("the job ended in no known way")),
            },
        };
        let (stdout, stderr) = (execution.stdout.into_bytes(), execution.stderr.into_bytes());
        Ok(Ended { how, stdout, stderr, wall: execution.took })
    }
}

#[cfg(test)]
pub(super) mod scripts {
    use std::path::Path;
    use std::process::Command;

    /// Writes a shell script that can be executed. Another process does it: a thread of this one that forks meanwhile would hold the file
    /// open, and nobody could execute it.
    pub fn write(path: &Path, text: &str) {
        let write = "printf '#!/bin/sh\n%s\n' \"$1\" >\"$0\" && chmod 755 \"$0\"";
        let status = Command::new("sh").arg("-c").arg(write).arg(path).arg(text).status();
        assert!(status.unwrap().success());
    }
}
