//! The receiving half of a connection.

use crate::child::Child;
use crate::descriptor::Descriptor;
use crate::message::Message;
use crate::readiness::{readable, readable_until};
use crate::recv_error::RecvError;
use crate::sender::{DESCRIPTORS_AT_ONCE, HEADER};
use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, Shutdown, recvmsg, shutdown,
};
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// [`RecvError::DescriptorsLost`] from now on.
    descriptors_lost: bool,
}

/// How long somebody waits.
#[derive(Clone, Copy)]
enum Patience<'a> {
    Endless,
    Until(Instant),
    While(&'a Child),
}

impl Patience<'_> {
    fn is_over(self) -> bool {
        matches!(self, Patience::Until(deadline) if Instant::now() >= deadline)
    }
}

/// How often somebody who waits for a child looks whether it is still there.
const LOOK_UP: Duration = Duration::from_millis(50);

/// More than what a socket holds by itself.
const A_SOCKETFUL: usize = 1 << 20;

/// What is read at once, and what a buffer keeps of its room.
const AT_LEAST: usize = 32 * 1024;

impl Receiver {
    pub(crate) fn new(socket: Arc<OwnedFd>) -> Receiver {
        Receiver {
            socket,
            buffer: Vec::new(),
            unread: 0..0,
            descriptors: VecDeque::new(),
            looks_up: false,
            descriptors_lost: false,
        }
    }

    /// Waits for a value.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (a, mut b) = pipe()?;
    /// let (_sender, mut receiver) = a.split();
    /// b.send(&'x')?;
    /// assert_eq!(receiver.recv::<char>()?, 'x');
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError`]. After `Decode` the next value can be received as usual.
    pub fn recv<T: DeserializeOwned>(&mut self) -> Result<T, RecvError> {
        Ok(self.recv_message()?.decode()?)
    }

    /// Waits for a value, at most `timeout`; `None` if it did not come, or not
    /// all of it. What came of it is kept for the next call.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// use std::time::Duration;
    /// let (a, _b) = pipe()?;
    /// let (_sender, mut receiver) = a.split();
    /// assert_eq!(receiver.recv_timeout::<u8>(Duration::from_millis(1))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv).
    pub fn recv_timeout<T: DeserializeOwned>(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<T>, RecvError> {
        // A time-out beyond what a clock can hold is as good as none.
        let patience =
            Instant::now().checked_add(timeout).map_or(Patience::Endless, Patience::Until);
        match self.message(patience)? {
            Some(message) => Ok(Some(message.decode()?)),
            None => Ok(None),
        }
    }

    /// Waits until there is something to receive, and receives nothing:
    /// another process that has the connection too can still take it. Comes
    /// back as well when the other end is closed, which
    /// [`recv`](Receiver::recv) then tells.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (a, mut b) = pipe()?;
    /// let (_sender, mut receiver) = a.split();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| b.send(&'x').unwrap());
    ///     receiver.wait()
    /// })?;
    /// assert_eq!(receiver.recv::<char>()?, 'x');
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the system cannot wait: it has no memory for it.
    pub fn wait(&self) -> io::Result<()> {
        self.wait_until(None).map(drop)
    }

    /// As [`wait`](Receiver::wait), at most for `timeout` (Python's `poll`);
    /// false if the time ran out.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// use std::time::Duration;
    /// let (a, mut b) = pipe()?;
    /// let (_sender, receiver) = a.split();
    /// assert!(!receiver.wait_timeout(Duration::ZERO)?);
    /// b.send(&'x')?;
    /// assert!(receiver.wait_timeout(Duration::ZERO)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](Receiver::wait).
    pub fn wait_timeout(&self, timeout: Duration) -> io::Result<bool> {
        self.wait_until(Some(timeout))
    }

    fn wait_until(&self, timeout: Option<Duration>) -> io::Result<bool> {
        // What was read ahead the system no longer has.
        Ok(!self.unread.is_empty() || readable(&*self.socket, timeout)?)
    }

    /// Waits for a value as long as `child` lives.
    ///
    /// The end of the connection is not enough to tell that its process is
    /// gone: a process that the child forked may hold it open. That is then
    /// noticed after 50 ms or so.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::pipe;
    /// use ch08_multiprocessing::{Connection, Process};
    /// let (ours, theirs) = pipe()?;
    /// let (_sender, mut receiver) = ours.split();
    /// let child = Process::new(|mut main: Connection| main.send(&7).unwrap(), theirs).start()?;
    /// assert_eq!(receiver.recv_while::<i32>(&child)?, 7);
    /// # Ok(())
    /// # }
    /// ```
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
        let message = self.message(Patience::While(child))?.ok_or(RecvError::Closed)?;
        Ok(message.decode()?)
    }

    /// Waits for a value and leaves it serialised.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (a, mut b) = pipe()?;
    /// let (_sender, mut receiver) = a.split();
    /// b.send(&300_u16)?;
    /// let message = receiver.recv_message()?;
    /// assert_eq!(message.decode::<u16>()?, 300);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`recv`](Receiver::recv), without `Decode`.
    pub fn recv_message(&mut self) -> Result<Message, RecvError> {
        self.message(Patience::Endless)?.ok_or(RecvError::Closed)
    }

    /// Nothing is taken before the whole value is there, so that a wait that
    /// ends early loses nothing. `None` if it ended early.
    fn message(&mut self, patience: Patience<'_>) -> Result<Option<Message>, RecvError> {
        if self.descriptors_lost {
            return Err(RecvError::DescriptorsLost);
        }
        if !self.fill(HEADER, patience)? {
            return Ok(None);
        }
        let header = &self.buffer[self.unread.start..];
        let number = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
                as usize
        };
        let (size, count) = (number(0), number(4));
        let batches = count.saturating_sub(1) / DESCRIPTORS_AT_ONCE;
        if !self.fill(HEADER + size + batches, patience)? {
            return Ok(None);
        }
        if self.descriptors.len() < count {
            return Err(RecvError::Truncated);
        }
        let bytes = self.take(size, batches);
        let descriptors = self.descriptors.drain(..count).collect();
        if self.unread.is_empty() {
            // Whatever else came along belongs to no value.
            self.descriptors.clear();
        }
        Ok(Some(Message { bytes, descriptors }))
    }

    /// The bytes of the value, which is all there. One large value is no
    /// reason to keep its room for ever: its room goes with it.
    fn take(&mut self, size: usize, batches: usize) -> Vec<u8> {
        let start = self.unread.start + HEADER;
        self.unread.start = start + size + batches;
        if size < 2 * AT_LEAST {
            let bytes = self.buffer[start..start + size].to_vec();
            if self.unread.is_empty() && self.buffer.len() > 4 * AT_LEAST {
                self.buffer = Vec::new();
                self.unread = 0..0;
            }
            return bytes;
        }
        let rest = self.buffer[self.unread.clone()].to_vec();
        self.unread = 0..rest.len();
        let mut bytes = std::mem::replace(&mut self.buffer, rest);
        bytes.copy_within(start..start + size, 0);
        bytes.truncate(size);
        bytes.shrink_to_fit();
        bytes
    }

    /// Receives until at least `count` bytes are unread. False if patience ended before. Then what had come by the deadline
    /// is still taken, but who sends on and on is not followed.
    fn fill(&mut self, count: usize, patience: Patience<'_>) -> Result<bool, RecvError> {
        let mut late = 0;
        while self.unread.len() < count {
            if late > A_SOCKETFUL {
                return Ok(false);
            }
            self.make_room()?;
            match self.receive_some(patience)? {
                None => return Ok(false),
                Some(0) if self.unread.is_empty() => return Err(RecvError::Closed),
                Some(0) => return Err(RecvError::Truncated),
                Some(received) => {
                    self.unread.end += received;
                    if patience.is_over() {
                        late += received;
                    }
                }
            }
        }
        Ok(true)
    }

    /// Room grows with what arrives, not with what a header claims.
    fn make_room(&mut self) -> io::Result<()> {
        if self.buffer.len() - self.unread.end < AT_LEAST {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
            let room = (2 * self.unread.end).max(2 * AT_LEAST);
            let more = room.saturating_sub(self.buffer.len());
            self.buffer.try_reserve_exact(more).map_err(io::Error::other)?;
            self.buffer.resize(self.buffer.len() + more, 0);
        }
        Ok(())
    }

    /// Receives what there is, at least a byte; none at the end of the
    /// connection, or of a child that left nothing. `None` if patience ended.
    fn receive_some(&mut self, patience: Patience<'_>) -> Result<Option<usize>, RecvError> {
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_AT_ONCE))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let end = self.buffer.len().min(self.unread.end + A_SOCKETFUL);
        let mut parts = [IoSliceMut::new(&mut self.buffer[self.unread.end..end])];
        let mut flags = RecvFlags::CMSG_CLOEXEC;
        if let Patience::Until(_) = patience {
            flags |= RecvFlags::DONTWAIT;
        }
        let received = loop {
            match recvmsg(&*self.socket, &mut parts, &mut control, flags) {
                Ok(message) => break message,
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => return Ok(Some(0)),
                Err(Errno::AGAIN) => match patience {
                    Patience::Until(deadline) => {
                        if !readable_until(&*self.socket, Some(deadline))? {
                            return Ok(None);
                        }
                    }
                    // It had ended before, and nothing was there even so.
                    Patience::While(_) if flags.contains(RecvFlags::DONTWAIT) => {
                        return Ok(Some(0));
                    }
                    // Time to look up, which for others who share the socket means to wait again.
                    Patience::While(child) => {
                        if readable(child.sentinel(), Some(Duration::ZERO))? {
                            flags |= RecvFlags::DONTWAIT;
                        }
                    }
                    Patience::Endless => drop(readable(&*self.socket, None)?),
                },
                Err(error) => return Err(RecvError::Io(error.into())),
            }
        };
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors.map(Descriptor::from));
            }
        }
        if received.flags.contains(ReturnFlags::CTRUNC) {
            self.descriptors_lost = true;
            self.descriptors.clear();
            self.buffer = Vec::new();
            self.unread = 0..0;
            let _ = shutdown(&*self.socket, Shutdown::Read);
            return Err(RecvError::DescriptorsLost);
        }
        Ok(Some(received.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::AT_LEAST;
    use crate::pipe;
    use std::thread;

    #[test]
    fn a_large_value_leaves_no_room_behind() {
        let (mut a, b) = pipe().unwrap();
        let (_, mut receiver) = b.split();
        let sender = thread::spawn(move || {
            for _ in 0..2 {
                a.send(&vec![7_u8; 8 << 20]).unwrap();
                for small in 0..100_u32 {
                    a.send(&small).unwrap();
                }
                a.send(&vec![0_u8; 3 * AT_LEAST]).unwrap();
            }
            a
        });
        for _ in 0..2 {
            assert_eq!(receiver.recv::<Vec<u8>>().unwrap(), vec![7; 8 << 20]);
            for small in 0..100 {
                assert_eq!(receiver.recv::<u32>().unwrap(), small);
            }
            assert_eq!(receiver.recv::<Vec<u8>>().unwrap().len(), 3 * AT_LEAST);
        }
        drop(sender.join().unwrap());
        assert!(receiver.buffer.capacity() <= 4 * AT_LEAST, "{}", receiver.buffer.capacity());
    }
}
