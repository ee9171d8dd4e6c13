//! async-channel: a search that takes long.

use std::thread;

/// The second message waits for the first to leave.
pub fn two_messages() {
    let (sender, receiver) = async_channel::bounded(1);
    let producer = thread::spawn(move || {
        sender.send_blocking(1).unwrap();
        sender.send_blocking(2).unwrap();
    });
    assert_eq!(receiver.recv_blocking(), Ok(1));
    assert_eq!(receiver.recv_blocking(), Ok(2));
    producer.join().unwrap();
}
