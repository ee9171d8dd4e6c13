//! crossbeam-channel's unbounded channel: the last receiver goes while the first block is put in place.
//!
//! A sender links the first block into the tail, and then into the head. In between, another sender can already send. A receiver that goes
//! then waits for the block of the head, throws away what is in it, and frees it; but it only read the head's pointer and left it there.
//! When the last sender went, the channel freed the block again.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2025-0024>, mended by taking the pointer out of the head (`swap`).
//!
//! Expected of crossbeam-channel 0.5.14: a double free, or a use after free of the block. Of 0.5.17: proved.

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
