//! The others misbehave: objects, values, peers.

use crate::{comes_to, in_time};
use ch08_multiprocessing::Queue as SharedQueue;
use ch08_multiprocessing::{Message, Process, PutError, pipe};
use ch09_shared_data::manager::{
    Address, Caller, List, Manager, ManagerError, Object, Registry, RemoteError, Shared, Types,
};
use serde::{Deserialize, Serialize, Serializer, ser};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::task::Poll;
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;

#[derive(Deserialize)]
struct Fails(bool);

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        if self.0 {
            panic!("a bug in a value");
        }
        Err(ser::Error::custom("it cannot be"))
    }
}

pub fn message_fails() {
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    let (mut a, b) = pipe().unwrap();
    for _ in 0..5 {
        assert!(Message::encode(&(&list, Fails(false))).is_err());
        assert!(a.send(&(&list, Fails(false))).is_err());
        let panicked = thread::scope(|scope| {
            scope.spawn(|| Message::encode(&(&list, Fails(true))).map(drop)).join()
        });
        assert!(panicked.is_err());
        let queue = SharedQueue::new(0).unwrap();
        assert!(matches!(queue.put(&list), Err(PutError::Descriptor)));
        assert!(Process::new(|_: (List, Fails)| {}, (list.clone(), Fails(false))).start().is_err());
    }
    drop(b);
    assert!(a.send(&list).is_err());
    drop(list);
    comes_to(&manager, 0);
}

pub fn nobody_reads() {
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    let (mut a, b) = pipe().unwrap();
    let (_, mut receiver) = b.split();
    for _ in 0..5 {
        a.send(&list).unwrap();
    }
    let message = receiver.recv_message().unwrap();
    let copies: Vec<_> = (0..5).map(|_| message.try_clone().unwrap()).collect();
    // As something else.
    assert!(copies.into_iter().all(|copy| copy.decode::<u64>().is_err()));
    drop((message, receiver, a));
    let message = Message::encode(&[&list, &list, &list]).unwrap();
    assert!(message.decode::<(List, List, u8)>().is_err());
    drop(list);
    comes_to(&manager, 0);
}

struct Odd;

struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("a payload's destructor")
    }
}

impl Shared for Odd {
    fn call(
        &mut self,
        _: Caller,
        method: &str,
        arguments: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        match method {
            "number" => std::panic::panic_any(42),
            "loud" => std::panic::panic_any(Loud),
            "long" => panic!("{}", "x".repeat(80 << 20)),
            "thread" => {
                let panic = thread::spawn(|| panic!("in a thread")).join().unwrap_err();
                std::panic::resume_unwind(panic)
            }
            "index" => Poll::Ready(Ok(arguments[7].clone())),
            "exit" => std::process::exit(3),
            _ => Poll::Ready(Ok(1.into())),
        }
    }
}

struct Odds;

impl Types for Odds {
    fn register(registry: &mut Registry) {
        registry.register("Odd", |_| Ok(Box::new(Odd)));
        registry.register("Loud", |_| std::panic::panic_any(Loud));
    }
}

pub fn panics() {
    let manager = Manager::builder().types::<Odds>().start().unwrap();
    let precious = manager.list([1]).unwrap();
    let odd = manager.create("Odd", []).unwrap();
    for method in ["number", "loud", "long", "thread", "index"] {
        let error = odd.call::<i64>(method, []).unwrap_err();
        let text = error.to_string();
        let told = if method == "long" { "bytes; " } else { "panicked in" };
        assert!(text.contains(told), "{text}");
        assert_eq!(precious.len().unwrap(), 1, "{method}");
    }
    let error = manager.create("Loud", []).unwrap_err();
    assert!(error.to_string().contains("panicked in its constructor"), "{error}");
    let batch = odd.batch([("loud", vec![]), ("number", vec![]), ("ok", vec![])]).unwrap();
    assert_eq!(batch[2].as_ref().unwrap(), &Object::from(1));
    assert_eq!(precious.len().unwrap(), 1);
    let error = odd.call::<i64>("exit", []).unwrap_err();
    assert!(matches!(error, ManagerError::Gone { .. }), "{error:?}");
}

pub fn strange_peers() {
    let serve = |serve: fn(std::net::TcpStream)| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap());
        thread::spawn(move || {
            for client in listener.incoming() {
                thread::spawn(move || serve(client.unwrap()));
            }
        });
        address
    };
    let short = Duration::from_millis(300);
    let good = Manager::start().unwrap();
    let list = good.list([1]).unwrap();
    // A reset instead of an end.
    let reset = serve(|client| {
        rustix::net::sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
    });
    // It may come while the connection is made, or after that.
    let error = Manager::connect_timeout(reset, "k", PATIENCE).map(drop).unwrap_err();
    let is_over = matches!(error, ManagerError::Gone { .. } | ManagerError::Connect { .. });
    assert!(is_over, "{error:?}");
    // It greets, and says nothing more.
    let dumb = serve(|mut client| {
        client.write_all(&[b"every-in", &[7; 32][..]].concat()).unwrap();
        let _ = client.read_to_end(&mut Vec::new());
    });
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let dumb = dumb.clone();
            thread::spawn(move || Manager::connect_timeout(dumb, "k", short).map(drop))
        })
        .collect();
    assert_eq!(list.len().unwrap(), 1);
    for one in threads {
        let error = in_time(move || one.join().unwrap()).unwrap_err();
        assert!(matches!(error, ManagerError::Silent { .. }), "{error:?}");
    }
    // It computes for ever, and says so faster than anybody reads.
    let busy = serve(|mut client| {
        let words = [b"every-on", &[0; 32][..]].concat().repeat(10_000);
        while client.write_all(&words).is_ok() {}
    });
    let error = in_time(move || Manager::connect_timeout(busy, "k", short).map(drop)).unwrap_err();
    assert!(
        matches!(error, ManagerError::Computes { .. } | ManagerError::Silent { .. }),
        "{error:?}"
    );
    assert_eq!(list.len().unwrap(), 1);
}
