//! async-channel: room for one, with callers that block.

use std::thread;

/// One message.
pub fn one_message() {
    let (sender, receiver) = async_channel::bounded(1);
    let producer = thread::spawn(move || sender.send_blocking(1).unwrap());
    assert_eq!(receiver.recv_blocking(), Ok(1));
    producer.join().unwrap();
}

/// Closing wakes who waits.
pub fn close() {
    let (sender, receiver) = async_channel::bounded::<u32>(1);
    let other = thread::spawn(move || sender.close());
    assert!(receiver.recv_blocking().is_err());
    other.join().unwrap();
}
