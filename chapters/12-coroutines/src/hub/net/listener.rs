//! [`TcpListener`].

use super::TcpStream;
use super::socket::{Direction, Socket};
use crate::hub::wait::moment_in;
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

/// Accepts connections; `std::net::TcpListener` for tasks.
pub struct TcpListener {
    socket: Socket<mio::net::TcpListener>,
}

impl TcpListener {
    /// Listens on the first of the addresses that can be had; port 0 is any free one.
    ///
    /// # Errors
    ///
    /// As `std::net::TcpListener::bind`.
    ///
    /// # Panics
    ///
    /// Outside [`run`](fn@crate::hub::run).
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// assert_ne!(listener.local_addr()?.port(), 0);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(TcpListener { socket: Socket::new(mio::net::TcpListener::from_std(listener))? })
    }

    /// Blocks the task until somebody connects.
    ///
    /// # Errors
    ///
    /// What the system reports; some errors, as "too many open files", are worth
    /// another try.
    ///
    /// # Panics
    ///
    /// Outside tasks, if nobody has connected yet.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let address = listener.local_addr()?;
    /// hub::spawn(move || TcpStream::connect(address));
    /// let (_stream, peer) = listener.accept()?;
    /// assert!(peer.ip().is_loopback());
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.accept_until(None)
    }

    /// As [`accept`](TcpListener::accept), for at most `timeout`.
    ///
    /// # Errors
    ///
    /// What the system reports; `TimedOut` when the time is over.
    ///
    /// # Panics
    ///
    /// Outside tasks, if nobody has connected yet.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// use std::io::ErrorKind::TimedOut;
    /// use std::time::Duration;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let nobody = listener.accept_timeout(Duration::from_millis(1)).unwrap_err();
    /// assert_eq!(nobody.kind(), TimedOut);
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn accept_timeout(&self, timeout: Duration) -> io::Result<(TcpStream, SocketAddr)> {
        self.accept_until(moment_in(timeout))
    }

    fn accept_until(&self, due: Option<Instant>) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) =
            self.socket.when_ready(Direction::Read, due, mio::net::TcpListener::accept)?;
        Ok((TcpStream::new(stream)?, peer))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// What the system reports.
    ///
    /// ```
    /// # use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
    /// # hub::run(|| -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// assert!(listener.local_addr()?.ip().is_loopback());
    /// # Ok(())
    /// # }).unwrap().unwrap();
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.io.local_addr()
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.io.fmt(f)
    }
}

// As for `TcpStream`.
impl UnwindSafe for TcpListener {}
impl RefUnwindSafe for TcpListener {}
