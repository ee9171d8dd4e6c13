//! crossbeam-channel's unbounded channel: the last receiver goes before there is a first block.
//!
//! A sender links the first block into the tail, and then into the head. In between, another sender can already send. A receiver that goes
//! saw that there is a message, took the block of the head, which was null, and looked for the message in it.
//!
//! <https://github.com/crossbeam-rs/crossbeam/issues/972>, mended by waiting for the block (which had a mistake of its own:
//! `rustsec_2025_0024.rs`).
//!
//! Expected of crossbeam-channel 0.5.7: a read through a null pointer. Of 0.5.17: proved.

use crossbeam_channel::unbounded;
use std::thread;

/// A first message is on its way while another is sent and the receiver goes.
pub fn receiver_goes_beside_first_message() {
    let (sender, receiver) = unbounded();
    let theirs = sender.clone();
    let other = thread::spawn(move || drop(theirs.send(1)));
    sender.send(2).unwrap();
    drop(receiver);
    drop(sender);
    other.join().unwrap();
}
