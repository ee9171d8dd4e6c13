//! Sockets that block the task and not the thread.

use ch12_coroutines::hub::net::{TcpListener, TcpStream};
use ch12_coroutines::hub::{self, JoinError, Timeout};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

const AGES: Duration = Duration::from_secs(100_000);
const A_MOMENT: Duration = Duration::from_millis(1);

fn run<R: 'static>(main: impl FnOnce() -> R + 'static) -> R {
    hub::run(main).unwrap()
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Both ends of a connection.
fn pair() -> (TcpStream, TcpStream) {
    let (listener, address) = listen();
    let client = TcpStream::connect(address).unwrap();
    let (server, peer) = listener.accept().unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(client.peer_addr().unwrap(), address);
    (client, server)
}

#[test]
fn many_clients_and_one_echo_server() {
    let answers = run(|| {
        let (listener, address) = listen();
        hub::spawn(move || {
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                hub::spawn(move || {
                    let mut bytes = [0; 64];
                    while let Ok(read @ 1..) = stream.read(&mut bytes) {
                        stream.write_all(&bytes[..read]).unwrap();
                    }
                });
            }
        });
        let clients = (0..100u8).map(|n| {
            hub::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                let mut answer = [0; 3];
                stream.write_all(&[n, n, n]).unwrap();
                stream.read_exact(&mut answer).unwrap();
                answer
            })
        });
        hub::join_all(clients)
    });
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.unwrap(), [n as u8; 3]);
    }
}

#[test]
fn more_than_the_system_buffers_in_both_directions() {
    const LENGTH: usize = 8 << 20;
    run(|| {
        let (left, right) = pair();
        let tasks = [left, right].map(|stream| {
            let stream = Rc::new(stream);
            let writer = hub::spawn({
                let stream = stream.clone();
                move || {
                    (&*stream).write_all(&vec![7; LENGTH]).unwrap();
                    stream.shutdown(Shutdown::Write).unwrap();
                }
            });
            hub::spawn(move || {
                let mut bytes = Vec::new();
                (&*stream).read_to_end(&mut bytes).unwrap();
                writer.join().unwrap();
                bytes.len()
            })
        });
        for read in hub::join_all(tasks) {
            assert_eq!(read.unwrap(), LENGTH);
        }
    });
}

#[test]
fn a_thread_outside_wakes_a_task() {
    run(|| {
        let (listener, address) = listen();
        let outside = std::thread::spawn(move || {
            std::net::TcpStream::connect(address).unwrap().write_all(b"hi").unwrap();
        });
        let mut text = String::new();
        listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hi");
        outside.join().unwrap();
    });
}

#[test]
fn a_wait_for_a_socket_can_be_limited_and_killed() {
    run(|| {
        let (mut left, right) = pair();
        left.set_read_timeout(Some(A_MOMENT));
        assert_eq!(left.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
        left.set_read_timeout(None);
        assert_eq!(hub::timeout(A_MOMENT, || left.read(&mut [0]).is_ok()), Err(Timeout));

        right.set_write_timeout(Some(A_MOMENT));
        let endless = vec![0; 1 << 26];
        assert_eq!((&right).write_all(&endless).unwrap_err().kind(), ErrorKind::TimedOut);

        let (listener, _) = listen();
        let accepting = hub::spawn(move || listener.accept().is_ok());
        hub::sleep(Duration::ZERO);
        accepting.kill();
        assert!(matches!(accepting.join(), Err(JoinError::Killed)));
    });
}

#[test]
fn nobody_listens() {
    run(|| {
        let (listener, address) = listen();
        drop(listener);
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        let late = TcpStream::connect_timeout(&address, AGES);
        assert_eq!(late.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        let none: &[SocketAddr] = &[];
        assert_eq!(TcpStream::connect(none).unwrap_err().kind(), ErrorKind::InvalidInput);
        // The next address is tried when the first refuses.
        let (_listener, good) = listen();
        assert!(TcpStream::connect(&[address, good][..]).is_ok());
    });
}

#[test]
fn a_socket_of_a_hub_that_has_ended_says_so() {
    let (mut left, _right) = run(pair);
    let error = run(move || left.read(&mut [0]).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::NotConnected);
}

#[test]
fn with_sockets_open_a_deadlock_is_still_found() {
    let result = hub::run(|| {
        let (mut left, _right) = pair();
        left.set_read_timeout(Some(A_MOMENT));
        assert!(left.read(&mut [0]).is_err()); // waited for, and no more
        hub::Event::new().wait();
    });
    assert!(matches!(result, Err(hub::RunError::Deadlock)));
}
