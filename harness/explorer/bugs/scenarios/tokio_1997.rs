//! tokio's `mpsc`: a message that has been sent is not there.
//!
//! A sender takes a place in the queue first, and puts its message there afterwards. `try_recv` looked at the first place only: if its
//! sender was not done yet, the channel counted as empty, although another message, behind it, had been sent before the call.
//!
//! <https://github.com/tokio-rs/tokio/pull/1997>; the method was taken out, and came back in 1.12 with a wait for the sender.
//!
//! Expected of tokio 0.2.25: a panic of the scenario. Of 1.13.1: proved.

use std::thread;
use tokio::sync::mpsc;

/// There is a message when one has been sent.
pub fn own_message_beside_another() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let theirs = sender.clone();
    let other = thread::spawn(move || theirs.send(1).unwrap());
    sender.send(2).unwrap();
    assert!(receiver.try_recv().is_ok());
    other.join().unwrap();
}
