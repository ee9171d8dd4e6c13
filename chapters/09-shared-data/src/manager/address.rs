//! Where a manager listens.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener, UnixStream};

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
        match self {
            Address::Local(name) => {
                let listener = UnixListener::bind_addr(&UnixAddr::from_abstract_name(name)?)?;
                Ok((listener.into(), self.clone()))
            }
            Address::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                let address = Address::Tcp(listener.local_addr()?);
                Ok((listener.into(), address))
            }
        }
    }

    pub(super) fn connect(&self) -> io::Result<OwnedFd> {
        match self {
            Address::Local(name) => {
                let address = UnixAddr::from_abstract_name(name)?;
                Ok(UnixStream::connect_addr(&address)?.into())
            }
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                // A request and its answer are one packet each; waiting for
                // more to send with them costs 40 ms.
                stream.set_nodelay(true)?;
                Ok(stream.into())
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Local(name) => write!(f, "local:{name}"),
            Address::Tcp(address) => write!(f, "{address}"),
        }
    }
}

impl std::str::FromStr for Address {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Address> {
        match text.strip_prefix("local:") {
            Some(name) => Ok(Address::Local(name.to_owned())),
            None => text.parse().map(Address::Tcp).map_err(|_| {
                io::Error::other(format!("{text} is neither local:NAME nor IP-ADDRESS:PORT"))
            }),
        }
    }
}
