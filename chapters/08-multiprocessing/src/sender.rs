//! The sending half of a connection.

use crate::descriptor::Descriptor;
use crate::message::{EncodeError, Message};
use rustix::io::Errno;
use rustix::net::{
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, sendmsg, shutdown,
};
use serde::Serialize;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use thiserror::Error;

/// The kernel passes at most this many descriptors with one `sendmsg`
/// (`SCM_MAX_FD`, unix(7)).
pub(crate) const DESCRIPTORS_AT_ONCE: usize = 253;

/// A frame's header: the number of bytes, and of descriptors, as little-endian `u32`.
pub(crate) const HEADER: usize = 8;

/// Why a value was not sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The value cannot be serialised. Nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The other end is closed, or its process is gone.
    #[error("nobody is at the other end of the connection any more")]
    Closed,
    /// The value is too large for one frame. Nothing was sent.
    #[error("the value takes {bytes} bytes; a frame holds less than 4 GiB")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// What the system reports. Nothing was sent, and the next value may go through.
    #[error("cannot send to the other process")]
    Io(#[source] io::Error),
    /// Half of the value was sent. The connection is of no more use: it ends
    /// for the other side, which finds the value truncated.
    #[error("the connection broke in the middle of a value")]
    Broken(#[source] io::Error),
}

impl SendError {
    /// Whether the connection is as it was before: nothing of the value was
    /// sent, and another may go through.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Message, pipe};
    /// let (a, _b) = pipe()?;
    /// let (mut sender, _receiver) = a.split();
    /// // serde's `skip` of a part of an enum: it cannot be serialised, and the connection is as it was.
    /// #[derive(serde::Serialize)]
    /// enum Mood {
    ///     #[serde(skip)]
    ///     Secret,
    /// }
    /// assert!(sender.send(&Mood::Secret).unwrap_err().nothing_was_sent());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self, SendError::Encode(_) | SendError::TooLarge { .. } | SendError::Io(_))
    }
}

/// The sending half of a [`Connection`](crate::Connection).
#[derive(Debug, Clone)]
pub struct Sender {
    pub(crate) socket: Arc<OwnedFd>,
}

impl Sender {
    /// Sends `value`; blocks while the other end is behind and the socket full.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Message, pipe};
    /// let (a, mut b) = pipe()?;
    /// let (mut sender, _receiver) = a.split();
    /// sender.send(&(1, "one"))?;
    /// assert_eq!(b.recv::<(i32, String)>()?, (1, "one".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn send<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendError> {
        self.send_message(&Message::encode(value)?)
    }

    /// Sends a value that is already serialised.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Message, pipe};
    /// let (a, mut b) = pipe()?;
    /// let (mut sender, _receiver) = a.split();
    /// let message = Message::encode(&7)?;
    /// sender.send_message(&message)?;
    /// sender.send_message(&message)?;
    /// assert_eq!(b.recv::<i32>()? + b.recv::<i32>()?, 14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let rest = || -> Result<(), SendError> {
            self.send_all(&header[sent.min(HEADER)..])?;
            self.send_all(&bytes[sent.saturating_sub(HEADER)..])?;
            // Each further batch needs a byte to travel with.
            for batch in more.chunks(DESCRIPTORS_AT_ONCE) {
                self.send_some(&[IoSlice::new(&[0])], batch)?;
            }
            Ok(())
        };
        rest().map_err(|error| match error {
            SendError::Io(error) => {
                // What would follow is not the rest of this value.
                let _ = shutdown(&*self.socket, Shutdown::Write);
                SendError::Broken(error)
            }
            other => other,
        })
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
