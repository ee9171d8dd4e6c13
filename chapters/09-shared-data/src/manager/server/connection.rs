//! One client's socket: what has arrived of its next frame, and what it has
//! not yet taken of its replies.

use crate::manager::error::RemoteError;
use crate::manager::handshake::{self, INTRODUCTION, Key, NONCE, Who};
use crate::manager::object::MAX_DEPTH;
use crate::manager::protocol::{LENGTH, MAX_FRAME, Reply, Request, frame, size};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::EventFlags;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How long a stranger may take to prove that it has the key.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the server is told of from the beginning.
pub(super) const FIRST_INTEREST: EventFlags = EventFlags::IN.union(EventFlags::RDHUP);
/// How much is read at once.
const PORTION: usize = 64 * 1024;

pub(super) struct Connection {
    socket: OwnedFd,
    stage: Stage,
    received: Vec<u8>,
    to_send: Vec<u8>,
    /// A request is under way; the next one has to wait.
    busy: bool,
    /// The client will send nothing more.
    ended: bool,
    interest: EventFlags,
}

enum Stage {
    Greeted { nonce: [u8; NONCE], deadline: Instant },
    Known(Who),
}

/// What a connection has for the server.
pub(super) enum Event {
    Nothing,
    Introduced(Who),
    Request(Who, Request<'static>),
}

impl Connection {
    pub(super) fn greet(socket: OwnedFd) -> io::Result<Connection> {
        let nonce = handshake::nonce()?;
        let mut connection = Connection {
            socket,
            stage: Stage::Greeted { nonce, deadline: Instant::now() + PATIENCE },
            received: Vec::new(),
            to_send: handshake::greeting(&nonce),
            busy: false,
            ended: false,
            interest: FIRST_INTEREST,
        };
        // Does nothing on a Unix socket, which does not wait anyway.
        let _ = rustix::net::sockopt::set_tcp_nodelay(&connection.socket, true);
        connection.flush()?;
        Ok(connection)
    }

    pub(super) fn socket(&self) -> &OwnedFd {
        &self.socket
    }

    /// Who the client is, once it has proved that it has the key.
    pub(super) fn who(&self) -> Option<Who> {
        match self.stage {
            Stage::Known(who) => Some(who),
            Stage::Greeted { .. } => None,
        }
    }

    /// Until when it must have introduced itself.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Greeted { deadline, .. } => Some(deadline),
            Stage::Known(_) => None,
        }
    }

    /// Takes in what the client has sent, up to a portion; the rest stays in
    /// the socket, whose buffer the kernel bounds.
    pub(super) fn receive(&mut self) -> io::Result<()> {
        // For one client's large request the others must not lose their objects.
        let room = self.received.try_reserve(PORTION);
        room.map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        loop {
            let room = spare_capacity(&mut self.received);
            match recv(&self.socket, room, RecvFlags::empty()) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => self.ended = true,
                Ok(_) | Err(Errno::AGAIN) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            return Ok(());
        }
    }

    /// The next thing that the client wants.
    ///
    /// # Errors
    ///
    /// The client must be sent away, and why.
    pub(super) fn next(&mut self, key: &Key) -> io::Result<Event> {
        let wanted = match self.stage {
            Stage::Greeted { .. } => INTRODUCTION,
            Stage::Known(_) if self.received.len() < LENGTH => LENGTH,
            Stage::Known(_) => LENGTH + self.size()?,
        };
        if self.ended && (self.busy || self.received.len() < wanted) {
            return match self.received.is_empty() || self.busy {
                true => Err(ended()),
                false => Err(io::Error::other("it ended in the middle of a frame")),
            };
        }
        if self.busy || self.received.len() < wanted {
            return Ok(Event::Nothing);
        }
        let bytes = &self.received[..wanted];
        let event = match self.stage {
            Stage::Greeted { nonce, .. } => {
                let introduction = bytes.try_into().map_err(|_| ended())?;
                let Some((who, proof)) = handshake::check(key, &nonce, introduction) else {
                    self.to_send.extend(handshake::other_key());
                    self.flush()?;
                    return Err(io::Error::other("it has another key"));
                };
                self.stage = Stage::Known(who);
                self.to_send.extend(proof);
                self.flush()?;
                Event::Introduced(who)
            }
            Stage::Known(who) => {
                let request: Request = postcard::from_bytes(&bytes[LENGTH..])
                    .map_err(|error| io::Error::other(format!("it sent no request: {error}")))?;
                self.busy = !matches!(request, Request::Release { .. });
                Event::Request(who, request)
            }
        };
        self.received.drain(..wanted);
        if self.received.is_empty() && self.received.capacity() > 2 * PORTION {
            // One large request is no reason to keep its room for ever.
            self.received = Vec::new();
        }
        Ok(event)
    }

    fn size(&self) -> io::Result<usize> {
        let length = self.received[..LENGTH].try_into().map_err(io::Error::other)?;
        match size(length) {
            size if size > MAX_FRAME => {
                let what = format!("it announced a frame of {size} bytes; {MAX_FRAME} are allowed");
                Err(io::Error::other(what))
            }
            size => Ok(size),
        }
    }

    pub(super) fn reply(&mut self, reply: &Reply) -> io::Result<()> {
        self.busy = false;
        let refuse = |what: String| {
            let refusal = frame(&Reply::One(Err(RemoteError::Value(what))));
            refusal.map(Result::unwrap_or_default).map_err(io::Error::other)
        };
        let frame = if reply.is_deeper_than(MAX_DEPTH) {
            refuse(format!("the answer is nested more than {MAX_DEPTH} levels deep"))?
        } else {
            match frame(reply).map_err(io::Error::other)? {
                Ok(frame) => frame,
                Err(size) => {
                    refuse(format!("the answer takes {size} bytes; {MAX_FRAME} are allowed"))?
                }
            }
        };
        self.to_send.extend(frame);
        self.flush()
    }

    /// Sends as much as the client takes.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let mut sent = 0;
        while sent < self.to_send.len() {
            match send(&self.socket, &self.to_send[sent..], SendFlags::NOSIGNAL) {
                Ok(count) => sent += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(ended()),
                Err(error) => return Err(error.into()),
            }
        }
        self.to_send.drain(..sent);
        if self.to_send.is_empty() && self.to_send.capacity() > 2 * PORTION {
            self.to_send = Vec::new();
        }
        Ok(())
    }

    /// What the server must be told of from now on, if that is news: not of
    /// further requests while one is under way or a reply is not yet taken.
    pub(super) fn changed_interest(&mut self) -> Option<EventFlags> {
        let mut flags = EventFlags::RDHUP;
        flags.set(EventFlags::IN, !self.busy && self.to_send.is_empty());
        flags.set(EventFlags::OUT, !self.to_send.is_empty());
        (flags != std::mem::replace(&mut self.interest, flags)).then_some(flags)
    }
}

/// The normal end, of which nothing need be said.
fn ended() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}
