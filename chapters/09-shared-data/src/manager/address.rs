//! Where a manager listens.

use ch08_multiprocessing::active_children;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with, sockopt,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Where a manager listens.
///
/// `Display` writes it as [`Manager::connect`](super::Manager::connect) takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Address {
    /// A Unix socket with a name but without a file (unix(7), "abstract"):
    /// on this machine, and nothing is left behind.
    Local(String),
    /// A TCP socket.
    Tcp(SocketAddr),
    /// A TCP socket of a machine that has this name. Whoever connects looks it
    /// up, and tries each of its addresses.
    Host {
        /// What the machine is called.
        name: String,
        /// The port.
        port: u16,
    },
}

impl Address {
    /// A local address that nobody else has.
    pub(super) fn unique() -> io::Result<Address> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Address::Local(format!("every-interleaving-{:032x}", u128::from_ne_bytes(random))))
    }

    /// Starts to listen. Returns the socket, and the address with the port that
    /// the system chose for port 0.
    pub(super) fn listen(&self) -> io::Result<(OwnedFd, Address)> {
        with_room(|| match self {
            Address::Local(name) => {
                let listener = UnixListener::bind_addr(&UnixAddr::from_abstract_name(name)?)?;
                Ok((listener.into(), self.clone()))
            }
            Address::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                let address = Address::Tcp(listener.local_addr()?);
                Ok((listener.into(), address))
            }
            Address::Host { name, port } => {
                let listener = TcpListener::bind((name.as_str(), *port))?;
                let port = listener.local_addr()?.port();
                Ok((listener.into(), Address::Host { name: name.clone(), port }))
            }
        })
    }

    /// Connects, until `deadline`.
    ///
    /// # Errors
    ///
    /// `TimedOut` or `WouldBlock` if nobody accepted by then.
    pub(super) fn connect(&self, deadline: Instant) -> io::Result<OwnedFd> {
        with_room(|| match self {
            Address::Local(name) => connect_local(name, deadline),
            Address::Tcp(address) => connect_tcp(*address, deadline),
            Address::Host { name, port } => {
                let mut last = io::Error::other(format!("{name} has no address"));
                let place = (name.clone(), *port);
                for address in by(deadline, move || place.to_socket_addrs())? {
                    match connect_tcp(address, deadline) {
                        Ok(socket) => return Ok(socket),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        })
    }
}

/// What the work comes to, which the system does not let anybody wait for less long than it takes: looking up a name, whose
/// server may not answer. Without a thread for it, that long.
fn by<T: Send + 'static>(
    deadline: Instant,
    work: impl Fn() -> io::Result<T> + Send + Clone + 'static,
) -> io::Result<T> {
    let (sender, result) = channel();
    let there = work.clone();
    let builder = thread::Builder::new().name("name look-up".to_owned());
    if builder.spawn(move || sender.send(there())).is_err() {
        return work();
    }
    match result.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("the look-up panicked")),
    }
}

/// A full queue of those who want to connect blocks, unlike with TCP.
fn connect_local(name: &str, deadline: Instant) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let address = SocketAddrUnix::new_abstract_name(name.as_bytes())?;
    loop {
        // 0 would mean for ever.
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(left))?;
        match connect(&socket, &address) {
            Err(Errno::INTR) if Instant::now() >= deadline => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Err(Errno::INTR) => {}
            result => break result?,
        }
    }
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, None)?;
    Ok(socket)
}

fn connect_tcp(address: SocketAddr, deadline: Instant) -> io::Result<OwnedFd> {
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let stream = TcpStream::connect_timeout(&address, left)?;
    // A request and its answer are one packet each; waiting for
    // more to send with them costs 40 ms.
    stream.set_nodelay(true)?;
    let socket = OwnedFd::from(stream);
    notice_a_cut(&socket);
    Ok(socket)
}

/// Has the system miss the other machine, within some ten seconds. Does nothing
/// on a socket that is not TCP's.
pub(super) fn notice_a_cut(socket: &OwnedFd) {
    let _ = sockopt::set_socket_keepalive(socket, true);
    let _ = sockopt::set_tcp_keepidle(socket, Duration::from_secs(3));
    let _ = sockopt::set_tcp_keepintvl(socket, Duration::from_secs(1));
    let _ = sockopt::set_tcp_keepcnt(socket, 5);
    let _ = sockopt::set_tcp_user_timeout(socket, 8000);
}

/// Opens something, once more if that may help: children that have ended hold a descriptor each until somebody asks for them.
pub(super) fn with_room<T>(open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match open() {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::MFILE) => {
            active_children();
            open()
        }
        result => result,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Local(name) => write!(f, "local:{name}"),
            Address::Tcp(address) => write!(f, "{address}"),
            Address::Host { name, port } => write!(f, "{name}:{port}"),
        }
    }
}

impl std::str::FromStr for Address {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Address> {
        if let Some(name) = text.strip_prefix("local:") {
            return Ok(Address::Local(name.to_owned()));
        }
        if let Ok(address) = text.parse() {
            return Ok(Address::Tcp(address));
        }
        // An IPv6 address has brackets, so that its port can be told.
        let host =
            text.rsplit_once(':').filter(|(name, _)| !name.is_empty() && !name.contains(':'));
        match host.and_then(|(name, port)| Some((name, port.parse().ok()?))) {
            Some((name, port)) => Ok(Address::Host { name: name.to_owned(), port }),
            None => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{text} is none of local:NAME, HOST:PORT, IPV4:PORT and [IPV6]:PORT"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_that_does_not_end_is_not_waited_for() {
        let soon = Instant::now() + Duration::from_millis(20);
        let (never, wait) = channel::<()>();
        let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
        let error = by(soon, move || wait.lock().unwrap().recv().map_err(io::Error::other));
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(never);
        let later = Instant::now() + Duration::from_secs(600);
        assert_eq!(by(later, || Ok(7)).unwrap(), 7);
        assert!(by(later, || ("nobody.invalid", 80).to_socket_addrs().map(drop)).is_err());
    }
}
