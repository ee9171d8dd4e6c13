//! [`TcpListener`].

use super::TcpStream;
use super::socket::{Direction, Socket};
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

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
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) =
            self.socket.when_ready(Direction::Read, None, mio::net::TcpListener::accept)?;
        Ok((TcpStream::new(stream)?, peer))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// What the system reports.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.io.local_addr()
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.io.fmt(f)
    }
}
