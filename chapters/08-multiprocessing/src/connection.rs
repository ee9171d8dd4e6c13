//! Values through a socket, from one process to another.

use crate::child::Child;
use crate::children::with_room;
use crate::descriptor::Descriptor;
use crate::reason::Reason;
use crate::receiver::Receiver;
use crate::recv_error::RecvError;
use crate::sender::{SendError, Sender};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

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
    let pair = || socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None);
    with_room(|| Ok(pair()?))
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

impl Connection {
    /// Sends `value`. See [`Sender::send`].
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (mut a, mut b) = pipe()?;
    /// a.send(&vec![1, 2, 3])?;
    /// assert_eq!(b.recv::<Vec<i32>>()?, [1, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub fn send<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SendError> {
        self.sender.send(value)
    }

    /// Waits for a value. See [`Receiver::recv`].
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (mut a, mut b) = pipe()?;
    /// a.send("hello")?;
    /// drop(a);
    /// assert_eq!(b.recv::<String>()?, "hello");
    /// assert!(b.recv::<String>().is_err(), "nobody is there any more");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`].
    pub fn recv<T: DeserializeOwned>(&mut self) -> Result<T, RecvError> {
        self.receiver.recv()
    }

    /// Waits for a value, at most `timeout`. See [`Receiver::recv_timeout`].
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// use std::time::Duration;
    /// let (_a, mut b) = pipe()?;
    /// assert_eq!(b.recv_timeout::<u8>(Duration::from_millis(1))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Waits until there is something to receive. See [`Receiver::wait`].
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (mut a, b) = pipe()?;
    /// a.send("hello")?;
    /// b.wait()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Receiver::wait`].
    pub fn wait(&self) -> io::Result<()> {
        self.receiver.wait()
    }

    /// Waits until there is something to receive, at most for `timeout`. See
    /// [`Receiver::wait_timeout`].
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// use std::time::Duration;
    /// let (mut a, b) = pipe()?;
    /// assert!(!b.wait_timeout(Duration::from_millis(1))?);
    /// a.send("hello")?;
    /// assert!(b.wait_timeout(Duration::from_millis(1))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Receiver::wait`].
    pub fn wait_timeout(&self, timeout: Duration) -> io::Result<bool> {
        self.receiver.wait_timeout(timeout)
    }

    /// Waits for a value from `child`. See [`Receiver::recv_while`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch08_multiprocessing::pipe;
    /// use ch08_multiprocessing::{Connection, Process};
    /// let (mut ours, theirs) = pipe()?;
    /// let child = Process::new(|mut main: Connection| main.send(&7).unwrap(), theirs).start()?;
    /// assert_eq!(ours.recv_while::<i32>(&child)?, 7);
    /// assert!(ours.recv_while::<i32>(&child).is_err(), "it has ended");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv_while`].
    pub fn recv_while<T: DeserializeOwned>(&mut self, child: &Child) -> Result<T, RecvError> {
        self.receiver.recv_while(child)
    }

    /// The two halves, for a thread each. The connection closes when both are dropped.
    ///
    /// ```
    /// # use ch08_multiprocessing::pipe;
    /// let (a, mut b) = pipe()?;
    /// let (mut sender, mut receiver) = a.split();
    /// let echo = std::thread::spawn(move || receiver.recv::<u32>().unwrap());
    /// b.send(&5_u32)?;
    /// assert_eq!(echo.join().unwrap(), 5);
    /// sender.send(&6_u32)?;
    /// assert_eq!(b.recv::<u32>()?, 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            receiver: Receiver::new(socket),
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
        let copy = with_room(|| self.sender.socket.try_clone());
        let keep = |error| serde::ser::Error::custom(Reason::new(error).keep());
        Descriptor::from(copy.map_err(keep)?).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Connection {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Connection, D::Error> {
        Descriptor::deserialize(deserializer).map(|socket| OwnedFd::from(socket).into())
    }
}
