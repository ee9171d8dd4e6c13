//! oneshot: one message, or the end of its sender.

use std::thread;
use std::time::Duration;

/// The message arrives, whoever comes first.
pub fn message() {
    let (sender, receiver) = oneshot::channel();
    let other = thread::spawn(move || sender.send(7).unwrap());
    assert_eq!(receiver.recv(), Ok(7));
    other.join().unwrap();
}

/// A sender that goes wakes the receiver.
pub fn no_message() {
    let (sender, receiver) = oneshot::channel::<u32>();
    let other = thread::spawn(move || drop(sender));
    assert!(receiver.recv().is_err());
    other.join().unwrap();
}

/// A receiver that goes gives the message back, or has taken it with it.
pub fn no_receiver() {
    let (sender, receiver) = oneshot::channel();
    let other = thread::spawn(move || drop(receiver));
    if let Err(error) = sender.send(String::from("seven")) {
        assert_eq!(error.into_inner(), "seven");
    }
    other.join().unwrap();
}

/// A message that comes when the time is up is not lost.
pub fn time_out() {
    let (sender, receiver) = oneshot::channel();
    let other = thread::spawn(move || sender.send(7).unwrap());
    let early = receiver.recv_timeout(Duration::from_millis(1));
    other.join().unwrap();
    let message = early.or_else(|_| receiver.try_recv());
    assert_eq!(message, Ok(7));
}
