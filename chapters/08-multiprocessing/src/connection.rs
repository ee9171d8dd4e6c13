//! Values through a socket, from one process to another.

use crate::descriptor::Descriptor;
use crate::message::{DecodeError, EncodeError, Message};
use crate::readiness::readable;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// The kernel passes at most this many descriptors with one `sendmsg`
/// (`SCM_MAX_FD`, unix(7)).
const DESCRIPTORS_AT_ONCE: usize = 253;

/// A frame's header: the number of bytes, and of descriptors, as little-endian `u32`.
const HEADER: usize = 8;

/// Why a value was not sent.
#[derive(Debug, Error)]
pub enum SendError {
    /// The value cannot be serialised.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The other end is closed, or its process is gone.
    #[error("nobody is at the other end of the connection any more")]
    Closed,
    /// The value is too large for one frame.
    #[error("the value takes {bytes} bytes; a frame holds less than 4 GiB")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// What the system reports.
    #[error("cannot send to the other process")]
    Io(#[from] io::Error),
}

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

/// Two connected ends: what is sent into one is received from the other.
/// Both ends can send and receive (Python's `Pipe()`).
///
/// ```
/// let (mut a, mut b) = ch08_multiprocessing::pipe()?;
/// a.send(&("square", 7))?;
/// assert_eq!(b.recv::<(String, i32)>()?, ("square".to_owned(), 7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the process may open no more descriptors.
pub fn pipe() -> io::Result<(Connection, Connection)> {
    let (a, b) = socket_pair()?;
    Ok((Connection::from(a), Connection::from(b)))
}

/// Two connected sockets that a program started by this one does not inherit.
pub(crate) fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

/// One end of a [`pipe`]: sends and receives values of any serialisable type.
///
/// It can itself be sent to another process; what it has already read ahead
/// stays behind, so send it before the first [`recv`](Connection::recv) or do
/// not use it afterwards.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    receiver: Receiver,
}

/// The sending half of a [`Connection`].
#[derive(Debug, Clone)]
pub struct Sender {
    socket: Arc<OwnedFd>,
}

/// The receiving half of a [`Connection`].
#[derive(Debug)]
pub struct Receiver {
    socket: Arc<OwnedFd>,
    buffer: Vec<u8>,
    /// The part of the buffer that was received and not yet returned.
    unread: Range<usize>,
    descriptors: VecDeque<Descriptor>,
}

impl Connection {
    /// Sends `value`. See [`Sender::send`].
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub fn send<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendError> {
        self.sender.send(value)
    }

    /// Waits for a value. See [`Receiver::recv`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`].
    pub fn recv<T: DeserializeOwned>(&mut self) -> Result<T, RecvError> {
        self.receiver.recv()
    }

    /// Waits for a value, at most `timeout`. See [`Receiver::recv_timeout`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv_timeout`].
    pub fn recv_timeout<T: DeserializeOwned>(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<T>, RecvError> {
        self.receiver.recv_timeout(timeout)
    }

    /// The two halves, for a thread each. The connection closes when both are dropped.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }
}

impl From<OwnedFd> for Connection {
    /// A connection over `socket`, a connected Unix stream socket.
    fn from(socket: OwnedFd) -> Connection {
        let socket = Arc::new(socket);
        Connection {
            sender: Sender { socket: Arc::clone(&socket) },
            receiver: Receiver {
                socket,
                buffer: Vec::new(),
                unread: 0..0,
                descriptors: VecDeque::new(),
            },
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sender.socket.as_fd()
    }
}

impl Serialize for Connection {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let socket = self.sender.socket.try_clone().map_err(serde::ser::Error::custom)?;
        Descriptor::from(socket).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Connection {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Connection, D::Error> {
        Descriptor::deserialize(deserializer).map(|socket| OwnedFd::from(socket).into())
    }
}

impl Sender {
    /// Sends `value`; blocks while the other end is behind and the socket full.
    ///
    /// # Errors
    ///
    /// [`SendError`]. After `Io` the other end may have got half a value, and
    /// the connection is of no more use.
    pub fn send<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendError> {
        self.send_message(&Message::encode(value)?)
    }

    /// Sends a value that is already serialised.
    ///
    /// # Errors
    ///
    /// As [`send`](Sender::send).
    pub fn send_message(&mut self, message: &Message) -> Result<(), SendError> {
        let Message { bytes, descriptors } = message;
        let size = u32::try_from(bytes.len())
            .map_err(|_| SendError::TooLarge { bytes: bytes.len() })?
            .to_le_bytes();
        let count = (descriptors.len() as u32).to_le_bytes();
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&size);
        header[4..].copy_from_slice(&count);

        let (first, more) = descriptors.split_at(descriptors.len().min(DESCRIPTORS_AT_ONCE));
        let sent = self.send_some(&[IoSlice::new(&header), IoSlice::new(bytes)], first)?;
        self.send_all(&header[sent.min(HEADER)..])?;
        self.send_all(&bytes[sent.saturating_sub(HEADER)..])?;
        // Each further batch needs a byte to travel with.
        for batch in more.chunks(DESCRIPTORS_AT_ONCE) {
            self.send_some(&[IoSlice::new(&[0])], batch)?;
        }
        Ok(())
    }

    fn send_all(&self, mut bytes: &[u8]) -> Result<(), SendError> {
        while !bytes.is_empty() {
            let sent = self.send_some(&[IoSlice::new(bytes)], &[])?;
            bytes = &bytes[sent..];
        }
        Ok(())
    }

    fn send_some(&self, parts: &[IoSlice], batch: &[Descriptor]) -> Result<usize, SendError> {
        let batch: Vec<BorrowedFd> = batch.iter().map(AsFd::as_fd).collect();
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_AT_ONCE))];
        loop {
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !batch.is_empty() {
                control.push(SendAncillaryMessage::ScmRights(&batch));
            }
            // NOSIGNAL: a closed other end is an error here, not a SIGPIPE.
            match sendmsg(&*self.socket, parts, &mut control, SendFlags::NOSIGNAL) {
                Ok(sent) => return Ok(sent),
                Err(Errno::INTR) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(SendError::Closed),
                Err(error) => return Err(SendError::Io(error.into())),
            }
        }
    }
}

impl Receiver {
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

    /// Waits for a value and leaves it serialised.
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv), without `Decode`.
    pub fn recv_message(&mut self) -> Result<Message, RecvError> {
        self.fill(HEADER)?;
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
        self.fill(size).map_err(truncated)?;
        let bytes = self.take(size);
        let batches = count.saturating_sub(1) / DESCRIPTORS_AT_ONCE;
        self.fill(batches).map_err(truncated)?;
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
    fn fill(&mut self, count: usize) -> Result<(), RecvError> {
        while self.unread.len() < count {
            self.make_room();
            match self.receive_some()? {
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

    fn receive_some(&mut self) -> Result<usize, RecvError> {
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_AT_ONCE))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut self.buffer[self.unread.end..])];
        let received = loop {
            match recvmsg(&*self.socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
                Ok(message) => break message.bytes,
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => break 0,
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
