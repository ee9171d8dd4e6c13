//! A manager that says nothing more after the handshake, and one whose method takes its time.

use super::{Address, Key, Link, ManagerError};
use crate::manager::error::RemoteError;
use crate::manager::handshake::{self, INTRODUCTION, NONCE};
use crate::manager::object::Object;
use crate::manager::protocol::{Call, LENGTH, Reply, Request, frame, size};
use crate::manager::server::serve_and_tell;
use crate::manager::shared::{Caller, Registry, Shared};
use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

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

/// What the one object's method is told, and tells.
static METHOD: Mutex<Option<(Sender<()>, Receiver<()>)>> = Mutex::new(None);

/// Computes until it is told to stop.
struct Slow;

impl Shared for Slow {
    fn call(&mut self, _: Caller, _: &str, _: &mut [Object]) -> Poll<Result<Object, RemoteError>> {
        let method = METHOD.lock().unwrap();
        let (begins, ends) = method.as_ref().unwrap();
        begins.send(()).unwrap();
        ends.recv().unwrap();
        Poll::Ready(Ok(42.into()))
    }
}

#[test]
fn a_manager_whose_method_computes_is_not_silent() {
    let (begins, begun) = channel();
    let (end, ends) = channel();
    *METHOD.lock().unwrap() = Some((begins, ends));
    let address = Address::unique().unwrap();
    let (listener, address) = address.listen().unwrap();
    let mut registry = Registry::default();
    registry.register("slow", |_| Ok(Box::new(Slow)));
    thread::spawn(move || serve_and_tell(listener, key(), registry, Duration::ZERO));
    let answer = Duration::from_secs(5);
    let link = || Link::new(address.clone(), key(), answer);
    let caller = link();
    let create = Request::Create { type_name: "slow".into(), arguments: Vec::new() };
    let Reply::One(Ok(Object::Proxy(slow))) = caller.exchange(&create).unwrap() else { panic!() };
    let call = Call { method: "compute".into(), arguments: Vec::new() };
    let request = Request::Call { id: slow.id, call, timeout: None };
    thread::scope(|scope| {
        let called = scope.spawn(|| caller.exchange(&request).unwrap());
        begun.recv().unwrap();
        // Whoever asks is answered, again and again.
        assert!((0..3).all(|_| link().lives()));
        // A newcomer that will not wait hears why…
        let soon = Instant::now() + Duration::from_secs(3);
        let refused = link().check(soon);
        assert!(matches!(refused, Err(ManagerError::Computes { .. })), "{refused:?}");
        // …and one that waits is served in the end.
        let newcomer = scope.spawn(|| link().exchange(&Request::Count).unwrap());
        end.send(()).unwrap();
        let Reply::One(Ok(answer)) = called.join().unwrap() else { panic!() };
        assert_eq!(answer, Object::from(42));
        let Reply::One(Ok(count)) = newcomer.join().unwrap() else { panic!() };
        assert_eq!(count, Object::from(1));
    });
}
