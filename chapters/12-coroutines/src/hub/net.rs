//! Sockets that block the task and not the thread.
//!
//! They read like those of `std::net`. The system's own calls never block here:
//! when one would, the task waits until the system reports the socket ready.
//!
//! In a forked copy of the process a socket from before waits no more: that is
//! [`NotConnected`](std::io::ErrorKind::NotConnected), as what has come is the creator's.
//!
//! ```
//! use ch12_coroutines::hub::{self, net::{TcpListener, TcpStream}};
//! use std::io::{self, Read, Write};
//!
//! let answer = hub::run(|| -> io::Result<String> {
//!     let listener = TcpListener::bind("127.0.0.1:0")?;
//!     let address = listener.local_addr()?;
//!     hub::spawn(move || listener.accept().and_then(|(mut peer, _)| peer.write_all(b"hello")));
//!     let mut text = String::new();
//!     TcpStream::connect(address)?.read_to_string(&mut text)?;
//!     Ok(text)
//! });
//! assert_eq!(answer.unwrap().unwrap(), "hello");
//! ```

mod listener;
mod lookup;
mod socket;
mod stream;

pub use listener::TcpListener;
pub use lookup::lookup;
pub use stream::TcpStream;
