//! A copy of the process, which a task has made by `fork`, shares what its hub waits with, and must take nothing from it.

#![cfg(target_os = "linux")]

use ch12_coroutines::hub::net::{TcpListener, TcpStream};
use ch12_coroutines::hub::{self, JoinHandle, RunError};
use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;
use test_support::copies::in_a_copy;
use test_support::limits::PATIENCE;

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

/// A task that waits for a byte.
fn reader(mut stream: TcpStream) -> JoinHandle<io::Result<u8>> {
    let reader = hub::spawn(move || {
        let mut byte = [0];
        stream.read_exact(&mut byte).map(|()| byte[0])
    });
    hub::sleep(Duration::ZERO);
    reader
}

fn is_parted<T: std::fmt::Debug>(result: io::Result<T>) {
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotConnected);
}

#[test]
fn what_a_copy_lets_go_of_its_creator_still_has() {
    hub::run(|| {
        let (mut client, server) = pair();
        let server = Cell::new(Some(server));
        in_a_copy(|| {
            let mut server = server.take().unwrap();
            is_parted(server.read(&mut [0]));
            drop(server);
        });
        let reader = reader(server.take().unwrap());
        client.write_all(&[7]).unwrap();
        let byte = hub::timeout(PATIENCE, || reader.join());
        assert_eq!(byte.unwrap().unwrap().unwrap(), 7);
    })
    .unwrap();
}

#[test]
fn who_waits_in_a_copy_hears_that_nothing_comes_and_takes_nothing() {
    hub::run(|| {
        let (mut client, server) = pair();
        let reader = Cell::new(Some(reader(server)));
        // It has come, and nobody has looked yet.
        client.write_all(&[7]).unwrap();
        in_a_copy(|| is_parted(reader.take().unwrap().join().unwrap()));
        let byte = hub::timeout(PATIENCE, || reader.take().unwrap().join());
        assert_eq!(byte.unwrap().unwrap().unwrap(), 7);
    })
    .unwrap();
}

#[test]
fn a_copy_has_sockets_of_its_own() {
    hub::run(|| {
        let (mut client, server) = pair();
        let before = Cell::new(Some(reader(server)));
        in_a_copy(|| {
            let (mut mine, theirs) = pair();
            let own = reader(theirs);
            mine.write_all(&[9]).unwrap();
            assert_eq!(own.join().unwrap().unwrap(), 9);
            is_parted(before.take().unwrap().join().unwrap());
            // The task that made the copy is on a hub in the copy, too.
            assert!(matches!(hub::run(|| ()), Err(RunError::Nested)));
        });
        client.write_all(&[7]).unwrap();
        let byte = hub::timeout(PATIENCE, || before.take().unwrap().join());
        assert_eq!(byte.unwrap().unwrap().unwrap(), 7);
    })
    .unwrap();
}
