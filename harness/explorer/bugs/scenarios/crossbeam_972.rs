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

/// Two senders, and a receiver that goes.
pub fn receiver_goes_beside_two_senders() {
    let (sender, receiver) = unbounded();
    let second = sender.clone();
    let one = thread::spawn(move || drop(sender.send(1)));
    let two = thread::spawn(move || drop(second.send(2)));
    drop(receiver);
    one.join().unwrap();
    two.join().unwrap();
}
