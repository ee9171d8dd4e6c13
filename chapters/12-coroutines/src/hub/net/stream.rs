//! [`TcpStream`].

use super::socket::{Direction, Socket};
use crate::hub::wait::moment_in;
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

/// A connection; `std::net::TcpStream` for tasks.
///
/// `&TcpStream` reads and writes too, so that one task can read what another
/// one's writing answers.
pub struct TcpStream {
    socket: Socket<mio::net::TcpStream>,
    read_timeout: Cell<Option<Duration>>,
    write_timeout: Cell<Option<Duration>>,
}

impl TcpStream {
    pub(super) fn new(stream: mio::net::TcpStream) -> io::Result<TcpStream> {
        Ok(TcpStream {
            socket: Socket::new(stream)?,
            read_timeout: Cell::new(None),
            write_timeout: Cell::new(None),
        })
    }

    /// Connects to the first of the addresses that accepts. Blocks the task.
    ///
    /// Looking up a host name blocks the whole thread; [`lookup`](super::lookup) does not.
    ///
    /// # Errors
    ///
    /// That of the last address tried.
    ///
    /// # Panics
    ///
    /// Outside tasks.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect(listener.local_addr()?)?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
        let mut result = Err(io::Error::new(io::ErrorKind::InvalidInput, "no address to try"));
        for address in address.to_socket_addrs()? {
            result = TcpStream::connect_until(address, None);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Connects within `timeout`. Blocks the task.
    ///
    /// # Errors
    ///
    /// What the system reports; `TimedOut` when the time is over.
    ///
    /// # Panics
    ///
    /// Outside tasks.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// use std::time::Duration;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_secs(60))?;
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn connect_timeout(address: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        TcpStream::connect_until(*address, moment_in(timeout))
    }

    fn connect_until(address: SocketAddr, due: Option<Instant>) -> io::Result<TcpStream> {
        let stream = TcpStream::new(mio::net::TcpStream::connect(address)?)?;
        // Connected is who has a peer; the steps are those of mio's documentation.
        stream.socket.when_ready(Direction::Write, due, |socket| {
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            match socket.peer_addr() {
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    Err(io::ErrorKind::WouldBlock.into())
                }
                result => result,
            }
        })?;
        Ok(stream)
    }

    /// How long a read may wait for the first byte; `None`, as at first, is for ever.
    ///
    /// A read that waits longer ends with an error of the kind `TimedOut`.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let mut stream = TcpStream::connect(listener.local_addr()?)?;
    /// use std::io::{ErrorKind, Read};
    /// use std::time::Duration;
    ///
    /// stream.set_read_timeout(Some(Duration::from_millis(1)));
    /// let silent = stream.read(&mut [0]).unwrap_err();
    /// assert_eq!(silent.kind(), ErrorKind::TimedOut);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn set_read_timeout(&self, timeout: Option<Duration>) {
        self.read_timeout.set(timeout);
    }

    /// How long a write may wait until the system takes a byte; `None`, as at first, is for ever.
    ///
    /// A write that waits longer ends with an error of the kind `TimedOut`.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let mut stream = TcpStream::connect(listener.local_addr()?)?;
    /// use std::io::{ErrorKind, Write};
    /// use std::time::Duration;
    ///
    /// // Nobody reads: when the system's buffers are full, a write waits.
    /// stream.set_write_timeout(Some(Duration::from_millis(1)));
    /// let full = stream.write_all(&vec![0; 64 << 20]).unwrap_err();
    /// assert_eq!(full.kind(), ErrorKind::TimedOut);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn set_write_timeout(&self, timeout: Option<Duration>) {
        self.write_timeout.set(timeout);
    }

    /// Ends one direction or both; the peer reads the end of the stream.
    ///
    /// # Errors
    ///
    /// What the system reports.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let mut stream = TcpStream::connect(listener.local_addr()?)?;
    /// use std::io::Read;
    /// use std::net::Shutdown;
    ///
    /// let (peer, _) = listener.accept()?;
    /// peer.shutdown(Shutdown::Write)?;
    /// assert_eq!(stream.read(&mut [0])?, 0, "the end of the stream");
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.socket.io.shutdown(how)
    }

    /// Who is at the other end.
    ///
    /// # Errors
    ///
    /// What the system reports.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect(listener.local_addr()?)?;
    /// assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.io.peer_addr()
    }

    /// This end.
    ///
    /// # Errors
    ///
    /// What the system reports.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect(listener.local_addr()?)?;
    /// let (_, peer) = listener.accept()?;
    /// assert_eq!(stream.local_addr()?, peer);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.io.local_addr()
    }
}

impl Read for &TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            // The system would let this wait for something to read.
            return Ok(0);
        }
        let due = self.read_timeout.get().and_then(moment_in);
        self.socket.when_ready(Direction::Read, due, |mut socket| socket.read(buffer))
    }
}

impl Write for &TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let due = self.write_timeout.get().and_then(moment_in);
        self.socket.when_ready(Direction::Write, due, |mut socket| socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.io.fmt(f)
    }
}

// A wait that ends by a panic leaves the socket as it was.
impl UnwindSafe for TcpStream {}
impl RefUnwindSafe for TcpStream {}
