//! crossbeam-channel: room for one, a rendezvous, a select.

use crossbeam_channel::{RecvError, bounded, select};
use std::thread;

/// One message through one place.
pub fn bounded_one() {
    let (sender, receiver) = bounded(1);
    let producer = thread::spawn(move || {
        sender.send(1).unwrap();
        sender
    });
    assert_eq!(receiver.recv(), Ok(1));
    let _sender = producer.join().unwrap();
}

/// The end of the sender wakes the receiver.
pub fn bounded_one_ends() {
    let (sender, receiver) = bounded::<u32>(1);
    let producer = thread::spawn(move || drop(sender));
    assert_eq!(receiver.recv(), Err(RecvError));
    producer.join().unwrap();
}

/// No place at all: both sides meet.
pub fn rendezvous() {
    let (sender, receiver) = bounded(0);
    let producer = thread::spawn(move || sender.send(1).unwrap());
    assert_eq!(receiver.recv(), Ok(1));
    producer.join().unwrap();
}

/// A receiver that goes gives the message back.
pub fn rendezvous_that_fails() {
    let (sender, receiver) = bounded(0);
    let other = thread::spawn(move || drop(receiver));
    assert!(sender.send(1).is_err());
    other.join().unwrap();
}

/// A select takes what is there.
pub fn select_of_two() {
    let (sender, first) = bounded(0);
    let (_kept, second) = bounded::<u32>(0);
    let producer = thread::spawn(move || sender.send(1).unwrap());
    select! {
        recv(first) -> message => assert_eq!(message, Ok(1)),
        recv(second) -> _ => panic!("nobody sends there"),
    }
    producer.join().unwrap();
}
