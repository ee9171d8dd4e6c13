//! One connection of a client to a manager.

use super::error::ManagerError;
use super::protocol::{LENGTH, MAX_FRAME, Reply, Request, frame, size};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send, sockopt};
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Why an exchange failed.
pub(super) enum Trouble {
    /// Nothing was sent; the connection is as before.
    Refused(ManagerError),
    Ended,
    /// What was waited for did not come until the deadline.
    Silent,
    Io(io::Error),
    Format(String),
}

/// A connection to a manager.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) socket: OwnedFd,
    /// What has arrived and was not yet asked for.
    buffer: Vec<u8>,
    /// Until when whatever is sent or waited for must be through.
    pub(super) deadline: Option<Instant>,
    /// Whether `recv` comes back from time to time.
    looks_up: bool,
}

/// How much is read at once.
const PORTION: usize = 64 * 1024;

/// How long `recv` waits before it comes back, for who has a deadline further away. That saves a `poll` before each.
const LOOK_UP: Duration = Duration::from_secs(1);

impl Channel {
    pub(super) fn new(socket: OwnedFd) -> Channel {
        Channel { socket, buffer: Vec::new(), deadline: None, looks_up: false }
    }

    /// Whether the other side has not hung up. Says nothing of one that is
    /// cut off and has not been missed yet.
    pub(super) fn is_open(&self) -> bool {
        let mut socket = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        matches!(poll(&mut socket, Some(&Timespec::default())), Ok(0) | Err(Errno::INTR))
    }

    pub(super) fn send(&mut self, request: &Request<'_>) -> Result<(), Trouble> {
        let refused = |error| Err(Trouble::Refused(error));
        match frame(request) {
            Ok(Ok(frame)) => self.send_all(&frame),
            Ok(Err(bytes)) => refused(ManagerError::TooLarge { bytes, max: MAX_FRAME }),
            Err(error) => refused(ManagerError::Format(error.to_string())),
        }
    }

    pub(super) fn receive(&mut self) -> Result<Reply, Trouble> {
        self.fill(LENGTH)?;
        let length = self.buffer[..LENGTH].try_into().unwrap_or_default();
        let size = size(length);
        if size > MAX_FRAME {
            return Err(Trouble::Format(format!("a frame of {size} bytes is too large")));
        }
        self.fill(LENGTH + size)?;
        let reply = postcard::from_bytes(&self.buffer[LENGTH..LENGTH + size]);
        self.buffer.drain(..LENGTH + size);
        if self.buffer.is_empty() && self.buffer.capacity() > 2 * PORTION {
            // One large answer is no reason to keep its room for ever.
            self.buffer = Vec::new();
        }
        reply.map_err(|error| Trouble::Format(error.to_string()))
    }

    pub(super) fn exactly<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        self.fill(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.buffer[..N]);
        self.buffer.drain(..N);
        Ok(bytes)
    }

    fn fill(&mut self, wanted: usize) -> Result<(), Trouble> {
        while self.buffer.len() < wanted {
            let flags = self.patient()?;
            // Room grows with what arrives, not with what a length claims.
            let room = self.buffer.try_reserve(PORTION);
            room.map_err(|_| Trouble::Io(io::ErrorKind::OutOfMemory.into()))?;
            let room = spare_capacity(&mut self.buffer);
            match recv(&self.socket, room, flags) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => return Err(Trouble::Ended),
                Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(Trouble::Io(error.into())),
            }
        }
        Ok(())
    }

    pub(super) fn send_all(&mut self, mut bytes: &[u8]) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            self.left()?;
            // Mostly there is room, and nothing to wait for.
            match send(&self.socket, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT)?,
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(Trouble::Ended),
                Err(error) => return Err(Trouble::Io(error.into())),
            }
        }
        Ok(())
    }

    /// Before a call of `recv`: waits until there is something if the deadline is near. Otherwise that call waits, and comes back to
    /// look at the clock. Returns the flags for it.
    fn patient(&mut self) -> Result<RecvFlags, Trouble> {
        if self.left()?.is_some_and(|left| left < LOOK_UP) {
            self.wait(PollFlags::IN)?;
            return Ok(RecvFlags::DONTWAIT);
        }
        if !self.looks_up && self.deadline.is_some() {
            let kind = sockopt::Timeout::Recv;
            let set = sockopt::set_socket_timeout(&self.socket, kind, Some(LOOK_UP));
            set.map_err(|error| Trouble::Io(error.into()))?;
            self.looks_up = true;
        }
        Ok(RecvFlags::empty())
    }

    /// How long there is still time, if not for ever.
    ///
    /// After the deadline it is too late even if the socket is ready: from somebody who says
    /// something all the time, and never what is waited for, nobody else would come away.
    fn left(&self) -> Result<Option<Duration>, Trouble> {
        let Some(deadline) = self.deadline else { return Ok(None) };
        match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(Trouble::Silent),
            left => Ok(Some(left)),
        }
    }

    /// Waits until the socket is ready.
    fn wait(&self, what: PollFlags) -> Result<(), Trouble> {
        loop {
            let left = self.left()?.map(|left| Timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            });
            match poll(&mut [PollFd::new(&self.socket, what)], left.as_ref()) {
                Ok(0) => return Err(Trouble::Silent),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(Trouble::Io(error.into())),
            }
        }
    }
}
