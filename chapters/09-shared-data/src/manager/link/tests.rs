//! A manager that says nothing more after the handshake, and one whose method takes its time.

use super::{Address, Key, Link, ManagerError};
use crate::manager::handshake::{self, INTRODUCTION, NONCE};
use crate::manager::object::Object;
use crate::manager::protocol::{Call, LENGTH, Reply, Request, frame, size};
use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

fn key() -> Key {
    Key(b"key".to_vec())
}

/// Takes clients in as a manager does, and gives each to a thread that runs `then`.
fn manager<T: Send + 'static>(then: fn(UnixStream, Sender<T>)) -> (Address, Receiver<T>) {
    let address = Address::unique().unwrap();
    let Address::Local(name) = &address else { unreachable!() };
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name).unwrap()).unwrap();
    let (tell, told) = channel();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let tell = tell.clone();
            thread::spawn(move || {
                let nonce = [7; NONCE];
                client.write_all(&handshake::greeting(&nonce)).unwrap();
                let mut introduction = [0; INTRODUCTION];
                client.read_exact(&mut introduction).unwrap();
                let (_, proof) = handshake::check(&key(), &nonce, &introduction).unwrap();
                client.write_all(&proof).unwrap();
                then(client, tell);
            });
        }
    });
    (address, told)
}

fn length() -> Request<'static> {
    let call = Call { method: "len".into(), arguments: Vec::new() };
    Request::Call { id: 1, call, timeout: None }
}

#[test]
fn one_that_falls_silent_after_the_handshake_is_silent() {
    let (address, _told) = manager(
        |mut client, _: Sender<()>| while client.read(&mut [0; 64]).is_ok_and(|n| n > 0) {},
    );
    let link = Link::new(address, key(), Duration::from_millis(20));
    for request in [length(), Request::Count, Request::Adopt { id: 1 }] {
        let answer = link.exchange(&request);
        assert!(matches!(answer, Err(ManagerError::Silent { .. })), "{answer:?}");
    }
    let lent = link.lend(1);
    assert!(matches!(lent, Err(ManagerError::Silent { .. })), "{lent:?}");
}

/// Answers who counts at once, and tells of it.
fn answers_later(mut client: UnixStream, tell: Sender<Option<UnixStream>>) {
    let mut length = [0; LENGTH];
    while client.read_exact(&mut length).is_ok() {
        let mut request = vec![0; size(length)];
        client.read_exact(&mut request).unwrap();
        match postcard::from_bytes(&request).unwrap() {
            Request::Count => {
                client.write_all(&frame(&Reply::One(Ok(0.into()))).unwrap().unwrap()).unwrap();
                tell.send(None).unwrap();
            }
            _ => tell.send(Some(client.try_clone().unwrap())).unwrap(),
        }
    }
}

#[test]
fn a_method_may_take_longer_than_the_manager_needs_for_an_answer() {
    let (address, told) = manager(answers_later);
    let link = Link::new(address, key(), Duration::from_secs(2));
    let late = thread::spawn(move || {
        let mut caller = told.recv().unwrap().expect("the call comes first");
        assert!(told.recv().unwrap().is_none(), "then somebody asks whether it is still there");
        caller.write_all(&frame(&Reply::One(Ok(42.into()))).unwrap().unwrap()).unwrap();
    });
    let Reply::One(Ok(answer)) = link.exchange(&length()).unwrap() else { panic!() };
    assert_eq!(answer, Object::from(42));
    late.join().unwrap();
}
