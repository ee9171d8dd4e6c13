//! Names of machines, looked up while other tasks run.

use super::socket::{Direction, Socket};
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;

/// The addresses of `host`, with this port. Blocks the task.
///
/// The system looks names up by a call that blocks, for seconds if a server
/// is silent. It is made in a thread of its own, which tells the hub when it is done.
/// An address in digits needs no looking up, and no thread.
///
/// # Errors
///
/// What the system says of the name; that it has no thread or no descriptor left.
///
/// # Panics
///
/// Outside tasks.
///
/// ```
/// # use ch12_coroutines::hub;
/// let found = hub::run(|| hub::net::lookup("localhost", 80)).unwrap()?;
/// assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 80));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let done = Socket::new(mio::net::UnixStream::from_std(UnixStream::from(OwnedFd::from(ours))))?;
    let (found, answer) = channel();
    let host = host.to_owned();
    std::thread::Builder::new().name("lookup".to_owned()).spawn(move || {
        // A task that was killed meanwhile has let go of both.
        let _ = found.send((host.as_str(), port).to_socket_addrs().map(Iterator::collect));
        // Its end is the sign: whoever has the answer has no descriptor of ours left.
        drop(theirs);
    })?;
    done.when_ready(Direction::Read, None, |mut socket| socket.read(&mut [0]))?;
    answer.recv().map_err(|_| io::Error::other("the thread that looks names up ended"))?
}
