//! Asks somebody on the network for the answers.
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

fn main() {
    let found = [
        TcpListener::bind("127.0.0.1:0").is_ok(),
        TcpStream::connect("127.0.0.1:22").is_ok(),
        UdpSocket::bind("0.0.0.0:0").is_ok(),
        UnixListener::bind("socket").is_ok(),
        UnixDatagram::unbound().is_ok(),
        UnixStream::connect("/run/systemd/journal/stdout").is_ok(),
    ];
    println!("{found:?}");
}
