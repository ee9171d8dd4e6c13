//! tokio's `oneshot`: a receiver that closes beside a send.
//!
//! `close` says that no value is wanted. A `send` that came after it put its value into the channel all the same, saw that the channel was
//! closed, and took the value out again. Meanwhile `try_recv` or a poll could find the mark "there is a value", and take it as well:
//! two threads in one cell.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2021-0124>, mended by a compare-exchange that does not set the mark in a closed channel.
//!
//! Expected of tokio 1.13.0: a data race or a use after free on the value. Of 1.13.1: proved.

use std::thread;
use tokio::sync::oneshot;

/// Either the receiver has the value, or `send` gives it back.
pub fn close_beside_send() {
    let (sender, mut receiver) = oneshot::channel();
    let other = thread::spawn(move || sender.send(Box::new(7)).is_ok());
    receiver.close();
    let received = receiver.try_recv();
    let sent = other.join().unwrap();
    assert_eq!(received.is_ok(), sent);
}
