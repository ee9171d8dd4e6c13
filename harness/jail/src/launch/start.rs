//! The start of a program: the inner stage, its order, and what it answers.

use super::Jail;
use crate::error::Trouble;
use crate::running::Running;
use crate::wire::{self, Failure, Given, Said, Sent};
use crate::{Error, Layers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// How long the inner stage may take until the program starts. It takes
/// milliseconds; this is for an executable that does not call
/// [`enter_if_asked`](crate::enter_if_asked) and does something else for ever.
const START: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

impl Jail {
    pub(super) fn start(mut self, with_stdin: bool) -> Result<Running, Error> {
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
