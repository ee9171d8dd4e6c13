//! What a connection does when the other end misbehaves or is gone.

use ch08_multiprocessing::{Descriptor, Message, RecvError, SendError, pipe};
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

#[test]
fn values_arrive_whole_and_in_order() {
    let (mut a, mut b) = pipe().unwrap();
    for n in 0..1000_u32 {
        a.send(&(n, "x".repeat(n as usize % 97))).unwrap();
        if n % 10 == 9 {
            for n in n - 9..=n {
                assert_eq!(b.recv::<(u32, String)>().unwrap(), (n, "x".repeat(n as usize % 97)));
            }
        }
    }
}

#[test]
fn a_value_larger_than_the_socket_arrives() {
    let (mut a, mut b) = pipe().unwrap();
    let value = vec![7_u64; 1_000_000];
    let sent = value.clone();
    let sender = thread::spawn(move || a.send(&sent).unwrap());
    assert_eq!(b.recv::<Vec<u64>>().unwrap(), value);
    sender.join().unwrap();
}

#[test]
fn the_end_comes_after_everything_that_was_sent() {
    let (mut a, mut b) = pipe().unwrap();
    a.send(&1).unwrap();
    drop(a);
    assert_eq!(b.recv::<i32>().unwrap(), 1);
    assert!(matches!(b.recv::<i32>(), Err(RecvError::Closed)));
    assert!(matches!(b.send(&2), Err(SendError::Closed)));
}

#[test]
fn a_value_of_another_type_is_an_error_and_the_next_one_arrives() {
    let (mut a, mut b) = pipe().unwrap();
    a.send(&(1_u64, 2_u64)).unwrap();
    a.send("next").unwrap();
    let error = b.recv::<u64>().unwrap_err();
    assert!(error.to_string().contains("left over"), "{error}");
    assert_eq!(b.recv::<String>().unwrap(), "next");
}

#[test]
fn a_time_out_gives_none_and_loses_nothing() {
    let (mut a, mut b) = pipe().unwrap();
    assert_eq!(b.recv_timeout::<i32>(Duration::ZERO).unwrap(), None);
    a.send(&1).unwrap();
    a.send(&2).unwrap();
    assert_eq!(b.recv_timeout::<i32>(Duration::MAX).unwrap(), Some(1));
    // Already read ahead: the socket itself is empty.
    assert_eq!(b.recv_timeout::<i32>(Duration::ZERO).unwrap(), Some(2));
}

/// A socket that holds more than others. Only root may have one.
fn is_made_large(socket: &UnixStream, bytes: i32) -> bool {
    let (fd, size) = (socket.as_raw_fd(), size_of::<i32>() as u32);
    let (level, option) = (libc::SOL_SOCKET, libc::SO_SNDBUFFORCE);
    // SAFETY: the option's value is an int, which lives as long as the call.
    unsafe { libc::setsockopt(fd, level, option, (&raw const bytes).cast(), size) == 0 }
}

#[test]
fn who_sends_on_and_on_is_not_followed_beyond_the_time_out() {
    let (mut raw, other) = UnixStream::pair().unwrap();
    if !is_made_large(&raw, 64 << 20) {
        return eprintln!("skipped: only root can have so large a socket");
    }
    let mut connection = ch08_multiprocessing::Connection::from(OwnedFd::from(other));
    let value = vec![7_u64 << 40; 2 << 20];
    let message = Message::encode(&value).unwrap();
    let mut header = [0; 8];
    header[..4].copy_from_slice(&(message.bytes().len() as u32).to_le_bytes());
    raw.write_all(&header).unwrap();
    // As if there were always more to read when one has read something.
    raw.write_all(message.bytes()).unwrap();
    for _ in 0..4 {
        assert!(connection.recv_timeout::<Vec<u64>>(Duration::ZERO).unwrap().is_none());
    }
    assert!(connection.recv::<Vec<u64>>().unwrap() == value);
}

#[test]
fn waiting_takes_nothing_away() {
    let (mut a, mut b) = pipe().unwrap();
    assert!(!b.wait_timeout(Duration::ZERO).unwrap());
    assert!(!b.wait_timeout(Duration::from_millis(1)).unwrap());
    a.send(&1).unwrap();
    a.send(&2).unwrap();
    assert!(b.wait_timeout(Duration::ZERO).unwrap());
    b.wait().unwrap();
    assert_eq!(b.recv::<i32>().unwrap(), 1);
    // Already read ahead: the socket itself is empty.
    assert!(b.wait_timeout(Duration::MAX).unwrap());
    assert_eq!(b.recv::<i32>().unwrap(), 2);
    assert!(!b.wait_timeout(Duration::ZERO).unwrap());
    drop(a);
    assert!(b.wait_timeout(Duration::MAX).unwrap(), "to be told of the end, one need not wait");
    assert!(matches!(b.recv::<i32>(), Err(RecvError::Closed)));
}

#[test]
fn an_end_in_the_middle_of_a_value_is_a_truncation() {
    for bytes in
        [&[1, 2, 3][..], &[10, 0, 0, 0, 0, 0, 0, 0], &[0xff; 8], &[1, 0, 0, 0, 9, 0, 0, 0, 5]]
    {
        let (mut raw, other) = UnixStream::pair().unwrap();
        let mut connection = ch08_multiprocessing::Connection::from(OwnedFd::from(other));
        raw.write_all(bytes).unwrap();
        drop(raw);
        assert!(matches!(connection.recv::<i32>(), Err(RecvError::Truncated)), "{bytes:?}");
    }
}

#[test]
fn a_descriptor_is_refused_outside_a_message() {
    let (_reader, writer) = std::io::pipe().unwrap();
    let descriptor = Descriptor::from(OwnedFd::from(writer));
    let error = serde_json::to_string(&descriptor).unwrap_err();
    assert!(error.to_string().contains("can only be sent to another process"), "{error}");
    let error = serde_json::from_str::<Descriptor>("0").unwrap_err();
    assert!(error.to_string().contains("can only be sent to another process"), "{error}");
}

#[test]
fn a_descriptor_in_bytes_that_carry_none_is_an_error() {
    let message = Message::encode(&0_u32).unwrap();
    assert!(message.decode::<Descriptor>().is_err());
}

#[test]
fn descriptors_that_nobody_takes_are_closed() {
    let (reader, writer) = std::io::pipe().unwrap();
    let message = Message::encode(&Descriptor::from(OwnedFd::from(writer))).unwrap();
    assert!(message.decode::<u32>().is_ok(), "the position of a descriptor is a number");
    // With every writer closed a reader sees the end at once.
    let mut set =
        [rustix::event::PollFd::from_borrowed_fd(reader.as_fd(), rustix::event::PollFlags::IN)];
    assert_eq!(rustix::event::poll(&mut set, None).unwrap(), 1);
    assert!(set[0].revents().contains(rustix::event::PollFlags::HUP));
}

#[test]
fn messages_inside_messages_keep_their_descriptors_apart() {
    let (a, b) = pipe().unwrap();
    let inner = Message::encode(&a).unwrap();
    let outer = Message::encode(&(inner, b)).unwrap();
    let (inner, mut b) = outer.decode::<(Message, ch08_multiprocessing::Connection)>().unwrap();
    let mut a = inner.decode::<ch08_multiprocessing::Connection>().unwrap();
    a.send("through").unwrap();
    assert_eq!(b.recv::<String>().unwrap(), "through");
}
