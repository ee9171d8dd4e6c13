//! crossbeam-channel: searches that take long.

use crossbeam_channel::{RecvError, bounded};
use std::thread;

/// One place: the second message waits for the first to leave.
pub fn bounded_one_two_messages() {
    let (sender, receiver) = bounded(1);
    let producer = thread::spawn(move || {
        sender.send(1).unwrap();
        sender.send(2).unwrap();
    });
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(receiver.recv(), Ok(2));
    producer.join().unwrap();
}

/// One message, and then the end.
pub fn bounded_one_and_its_end() {
    let (sender, receiver) = bounded(1);
    let producer = thread::spawn(move || sender.send(1).unwrap());
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(receiver.recv(), Err(RecvError));
    producer.join().unwrap();
}
