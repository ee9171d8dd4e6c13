//! What the launcher and the jail's own processes say to each other.
//!
//! Three channels, none of which the jailed program can reach:
//!
//! * a pair of sockets: the launcher sends one [`Order`] with all descriptors;
//!   the keeper sends a [`Told`] back before it ends the run, and one when everything is over. When
//!   the launcher's end closes, because it asks or because it died, the keeper kills the run;
//! * the report, a pipe closed on exec: every step before the program starts
//!   can fail there, and its end of file says that the program has started;
//! * a pipe from the jail's first process to the keeper with the program's wait status.

use crate::error::Trouble;
use crate::{Layers, Limits, Processes};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// The first argument of the re-executed inner stage. It looks like an option,
/// so that an executable that does not know it refuses it.
pub(crate) const MARK: &str = "--enter-jail";

/// The kernel's bound on the descriptors of one message, SCM_MAX_FD.
pub(crate) const MOST_DESCRIPTORS: usize = 253;

/// The largest order: well under the default send buffer of a socket.
const LARGEST_ORDER: usize = 128 << 10;

/// Everything that the inner stage needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(OsString, OsString)>,
    pub current_dir: Option<OsString>,
    pub paths: Vec<Given>,
    pub limits: Limits,
    pub processes: Processes,
    pub socket_pairs: bool,
    pub memory_files: bool,
    /// The numbers of the descriptors after the first four, see [`Sent`].
    pub numbers: Vec<i32>,
    pub required: Layers,
    /// Whether to use namespaces; if they fail, the launcher orders again without.
    pub namespaces: bool,
    /// Where the run's own `/tmp` lies without namespaces.
    pub temp_dir: OsString,
}

/// A path that is visible in the jail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    pub outside: OsString,
    pub inside: OsString,
    pub writable: bool,
}

/// What goes through the report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Said {
    /// The order has arrived.
    Entered,
    /// The program is about to be executed with these layers, by the process of this number.
    Ready(Layers, i32),
    /// It was not executed.
    Failed(Failure),
}

/// Why the program was not executed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Failure {
    Namespaces(Trouble),
    Isolate(Trouble),
    Missing(Layers, Option<Trouble>),
    Execute(Trouble),
}

/// What the keeper tells the launcher.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Told {
    /// From now on processes of the jail are killed. Who has counted them before this was there to
    /// be read has counted none that was missing only because the run was over.
    Ending,
    /// All of them are dead.
    Over(Account),
}

/// How the run ended, as the keeper saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The program's wait status, if it ended by itself.
    pub status: Option<i32>,
    pub cause: Cause,
    pub wall: Duration,
    pub cpu: Duration,
    pub peak_memory: u64,
}

/// What made the keeper end the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cause {
    Finished,
    Deadline,
    Starved,
    Memory,
    Asked,
}

/// The descriptors of a run: the program's standard streams, the report, and what else it is given.
#[derive(Debug)]
pub(crate) struct Sent<Fd> {
    pub stdin: Fd,
    pub stdout: Fd,
    pub stderr: Fd,
    pub report: Fd,
    pub others: Vec<Fd>,
}

fn encoded(value: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

pub(crate) fn send_order(
    socket: impl AsFd,
    order: &Order,
    sent: &Sent<BorrowedFd<'_>>,
) -> io::Result<()> {
    let bytes = encoded(order)?;
    if bytes.len() > LARGEST_ORDER {
        let message = "the command line and the environment are longer than 128 KiB";
        return Err(io::Error::new(io::ErrorKind::ArgumentListTooLong, message));
    }
    let mut descriptors = vec![sent.stdin, sent.stdout, sent.stderr, sent.report];
    descriptors.extend(&sent.others);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("more than 249 descriptors for a jail"));
    }
    sendmsg(socket, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

pub(crate) fn receive_order(socket: impl AsFd) -> io::Result<(Order, Sent<OwnedFd>)> {
    let mut bytes = vec![0; LARGEST_ORDER];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut into = [IoSliceMut::new(&mut bytes)];
    let message = recvmsg(socket, &mut into, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for part in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = part {
            descriptors.extend(rights);
        }
    }
    let order = postcard::from_bytes(&bytes[..message.bytes]).map_err(io::Error::other)?;
    let mut descriptors = descriptors.into_iter();
    let mut next = || descriptors.next().ok_or_else(|| io::Error::other("descriptors are missing"));
    let (stdin, stdout, stderr, report) = (next()?, next()?, next()?, next()?);
    Ok((order, Sent { stdin, stdout, stderr, report, others: descriptors.collect() }))
}

/// Writes to the report. Each message is shorter than PIPE_BUF, hence whole.
pub(crate) fn say(report: impl AsFd, said: &Said) {
    if let Ok(bytes) = encoded(said) {
        // The launcher may be gone; then nobody needs to know.
        let _ = rustix::io::write(report, &bytes);
    }
}

/// Everything that was said; what is left of a torn message is dropped.
pub(crate) fn heard(mut bytes: &[u8]) -> Vec<Said> {
    let mut all = Vec::new();
    while let Ok((said, rest)) = postcard::take_from_bytes(bytes) {
        all.push(said);
        bytes = rest;
    }
    all
}

pub(crate) fn tell(socket: impl AsFd, told: &Told) -> io::Result<()> {
    rustix::net::send(socket, &encoded(told)?, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Blocks until the keeper tells something; `None` if it died before.
pub(crate) fn receive_told(socket: impl AsFd) -> Option<Told> {
    let mut bytes = [0; 256];
    let (length, _) = rustix::net::recv(socket, &mut bytes, RecvFlags::empty()).ok()?;
    postcard::from_bytes(&bytes[..length]).ok()
}
