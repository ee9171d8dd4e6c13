//! The receiving half of a connection.

use crate::children::Child;
use crate::descriptor::Descriptor;
use crate::message::{DecodeError, Message};
use crate::readiness::readable;
use crate::sender::{DESCRIPTORS_AT_ONCE, HEADER};
use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Why no value was received.
#[derive(Debug, Error)]
pub enum RecvError {
    /// The other end is closed, or its process is gone, and all that it sent
    /// has been received.
    #[error("nobody is at the other end of the connection any more")]
    Closed,
    /// The other end was closed in the middle of a value.
    #[error("the connection ended in the middle of a value")]
    Truncated,
    /// The value is of another type.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What the system reports.
    #[error("cannot receive from the other process")]
    Io(#[from] io::Error),
}

/// The receiving half of a [`Connection`](crate::Connection).
#[derive(Debug)]
pub struct Receiver {
    socket: Arc<OwnedFd>,
    buffer: Vec<u8>,
    /// The part of the buffer that was received and not yet returned.
    unread: Range<usize>,
    descriptors: VecDeque<Descriptor>,
    /// The socket's own time-out is set, so that a receive ends now and then.
    looks_up: bool,
}

/// How often somebody who waits for a child looks whether it is still there.
const LOOK_UP: Duration = Duration::from_millis(50);

impl Receiver {
    pub(crate) fn new(socket: Arc<OwnedFd>) -> Receiver {
        Receiver {
            socket,
            buffer: Vec::new(),
            unread: 0..0,
            descriptors: VecDeque::new(),
            looks_up: false,
        }
    }

    /// Waits for a value.
    ///
    /// # Errors
    ///
    /// [`RecvError`]. After `Decode` the next value can be received as usual.
    pub fn recv<T: DeserializeOwned>(&mut self) -> Result<T, RecvError> {
        Ok(self.recv_message()?.decode()?)
    }

    /// Waits for the beginning of a value, at most `timeout`; `None` if none came.
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv).
    pub fn recv_timeout<T: DeserializeOwned>(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<T>, RecvError> {
        if self.unread.is_empty() && !readable(&*self.socket, Some(timeout))? {
            return Ok(None);
        }
        self.recv().map(Some)
    }

    /// Waits for a value as long as `child` lives.
    ///
    /// The end of the connection is not enough to tell that its process is
    /// gone: a process that the child forked may hold it open. That is then
    /// noticed after 50 ms or so.
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv); [`RecvError::Closed`] if the child ended
    /// and left no value.
    pub fn recv_while<T: DeserializeOwned>(&mut self, child: &Child) -> Result<T, RecvError> {
        if !self.looks_up {
            let kind = sockopt::Timeout::Recv;
            sockopt::set_socket_timeout(&*self.socket, kind, Some(LOOK_UP))
                .map_err(io::Error::from)?;
            self.looks_up = true;
        }
        Ok(self.message_while(Some(child))?.decode()?)
    }

    /// Waits for a value and leaves it serialised.
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv), without `Decode`.
    pub fn recv_message(&mut self) -> Result<Message, RecvError> {
        self.message_while(None)
    }

    fn message_while(&mut self, child: Option<&Child>) -> Result<Message, RecvError> {
        self.fill(HEADER, child)?;
        let header = self.take(HEADER);
        let number = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
                as usize
        };
        let (size, count) = (number(0), number(4));
        // What follows belongs to a value that has begun: an end is now a truncation.
        let truncated = |error| match error {
            RecvError::Closed => RecvError::Truncated,
            other => other,
        };
        self.fill(size, child).map_err(truncated)?;
        let bytes = self.take(size);
        let batches = count.saturating_sub(1) / DESCRIPTORS_AT_ONCE;
        self.fill(batches, child).map_err(truncated)?;
        self.take(batches);
        if self.descriptors.len() < count {
            return Err(RecvError::Truncated);
        }
        let descriptors = self.descriptors.drain(..count).collect();
        Ok(Message { bytes, descriptors })
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let start = self.unread.start;
        self.unread.start += count;
        self.buffer[start..start + count].to_vec()
    }

    /// Receives until at least `count` bytes are unread.
    fn fill(&mut self, count: usize, child: Option<&Child>) -> Result<(), RecvError> {
        while self.unread.len() < count {
            self.make_room();
            match self.receive_some(child)? {
                0 if self.unread.is_empty() => return Err(RecvError::Closed),
                0 => return Err(RecvError::Truncated),
                received => self.unread.end += received,
            }
        }
        Ok(())
    }

    /// Room grows with what arrives, not with what a header claims.
    fn make_room(&mut self) {
        const AT_LEAST: usize = 32 * 1024;
        if self.buffer.len() - self.unread.end < AT_LEAST {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
            self.buffer.resize((2 * self.unread.end).max(2 * AT_LEAST), 0);
        }
    }

    /// Receives what there is, at least a byte; none at the end of the
    /// connection, or of `child` if it left nothing.
    fn receive_some(&mut self, child: Option<&Child>) -> Result<usize, RecvError> {
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_AT_ONCE))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut self.buffer[self.unread.end..])];
        let mut flags = RecvFlags::CMSG_CLOEXEC;
        let received = loop {
            match recvmsg(&*self.socket, &mut parts, &mut control, flags) {
                Ok(message) => break message.bytes,
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => break 0,
                // It had ended before, and nothing was there even so.
                Err(Errno::AGAIN) if flags.contains(RecvFlags::DONTWAIT) => break 0,
                // Time to look up, which for others who share the socket means to wait again.
                Err(Errno::AGAIN) => match child {
                    Some(child) if readable(child.sentinel(), Some(Duration::ZERO))? => {
                        flags |= RecvFlags::DONTWAIT;
                    }
                    Some(_) => {}
                    None => drop(readable(&*self.socket, None)?),
                },
                Err(error) => return Err(RecvError::Io(error.into())),
            }
        };
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors.map(Descriptor::from));
            }
        }
        Ok(received)
    }
}
