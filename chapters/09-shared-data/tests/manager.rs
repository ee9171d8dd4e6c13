//! The manager as a whole: proxies in other processes, references, keys, types.

use ch08_multiprocessing::{Process, StartMethod};
use ch09_shared_data::manager::{
    Address, Caller, Dict, List, Manager, ManagerError, Object, Registry, RemoteError, Shared,
    StartError, Types, arguments, no_method,
};
use std::task::Poll;
use std::thread;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("proxies_work_in_children_by_either_method", children),
            ("proxies_work_in_threads", threads),
            ("an_object_lives_as_long_as_somebody_refers_to_it", references),
            ("objects_refer_to_each_other", nested),
            ("over_tcp_with_a_key_of_its_own", tcp),
            ("another_key_is_refused_by_both_sides", other_key),
            ("types_of_ones_own", own_types),
            ("a_batch_is_one_round_trip_and_one_step", batch),
            ("what_is_too_large_is_refused_before_it_is_sent", too_large),
        ],
    );
}

fn fill(dict: Dict) -> Result<(), ManagerError> {
    dict.insert("from", "the child")
}

fn children() {
    let manager = Manager::start().unwrap();
    for method in [StartMethod::Spawn, StartMethod::Fork] {
        let dict = manager.dict().unwrap();
        let child = Process::new(fill, dict.clone()).method(method).start().unwrap();
        assert_eq!(child.join().unwrap(), 0);
        assert_eq!(dict.get("from").unwrap(), Object::from("the child"));
    }
}

fn threads() {
    let manager = Manager::start().unwrap();
    let list = manager.list([0; 0]).unwrap();
    thread::scope(|scope| {
        for n in 0..4 {
            let list = list.clone();
            scope.spawn(move || {
                for _ in 0..50 {
                    list.append(n).unwrap();
                }
            });
        }
    });
    for n in 0..4 {
        assert_eq!(list.count(n).unwrap(), 50);
    }
    // Made by a thread that is gone.
    let made = thread::scope(|scope| scope.spawn(|| manager.list([7])).join().unwrap().unwrap());
    assert_eq!(made.len().unwrap(), 1);
}

fn references() {
    let manager = Manager::start().unwrap();
    assert_eq!(manager.count().unwrap(), 0);
    let list = manager.list([1]).unwrap();
    let clone = list.clone();
    drop(list);
    assert_eq!(manager.count().unwrap(), 1);
    // On its way, nobody has it but the manager.
    let message = ch08_multiprocessing::Message::encode(&clone).unwrap();
    drop(clone);
    assert_eq!(manager.count().unwrap(), 1);
    let arrived: List = message.decode().unwrap();
    assert_eq!(arrived.get(0).unwrap(), Object::from(1));
    drop(arrived);
    assert_eq!(manager.count().unwrap(), 0);
}

fn nested() {
    let manager = Manager::start().unwrap();
    let outer = manager.dict().unwrap();
    outer.insert("inner", manager.list([1]).unwrap()).unwrap();
    assert_eq!(manager.count().unwrap(), 2);
    let inner = List::try_from(outer.get("inner").unwrap()).unwrap();
    inner.append(2).unwrap();
    drop(outer);
    assert_eq!(manager.count().unwrap(), 1, "the inner one is still referred to");
    assert_eq!(inner.len().unwrap(), 2);
    assert!(Dict::try_from(Object::from(inner.clone())).is_err(), "it is no dict");

    let other = Manager::start().unwrap().list([0; 0]).unwrap();
    assert!(matches!(inner.append(other), Err(ManagerError::OtherManager { .. })));
    inner.append(inner.clone()).unwrap();
    drop(inner);
    assert_eq!(manager.count().unwrap(), 1, "a list in itself is never freed, as in Python");
}

fn tcp() {
    let any_port = "127.0.0.1:0".parse().unwrap();
    assert!(matches!(Manager::builder().listen(any_port).start(), Err(StartError::KeyNeeded)));
    let empty = Manager::builder().listen(any_port).key("").start();
    assert!(matches!(empty, Err(StartError::KeyNeeded)));
    let manager = Manager::builder().listen(any_port).key("secret").start().unwrap();
    let list = manager.list([1]).unwrap();
    let address: Address = manager.address().to_string().parse().unwrap();
    let same = Manager::connect(address, "secret").unwrap();
    assert_eq!(same.count().unwrap(), 1);
    assert!(!format!("{manager:?} {list:?}").contains("secret"));
    same.shutdown();
    assert_eq!(list.len().unwrap(), 1, "only who started it can end it");
}

fn other_key() {
    let manager = Manager::builder().key("right").start().unwrap();
    for key in ["wrong", ""] {
        let refused = Manager::connect(manager.address().clone(), key);
        assert!(matches!(refused, Err(ManagerError::WrongKey { .. })));
    }
    assert_eq!(manager.count().unwrap(), 0, "the others are unharmed");
    // The other way round: somebody listens who only pretends.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap());
    let pretender = thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&[b"every-in".as_slice(), &[0; 32]].concat()).unwrap();
        stream.read_exact(&mut [0; 81]).unwrap();
        stream.write_all(&[0; 32]).unwrap();
    });
    assert!(matches!(Manager::connect(address, "right"), Err(ManagerError::WrongKey { .. })));
    pretender.join().unwrap();
}

/// A type of a test's own: a counter with a limit.
struct Counter(i64);

impl Shared for Counter {
    fn call(
        &mut self,
        _: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        Poll::Ready(match method {
            "add" => arguments(given).and_then(|(n,): (i64,)| {
                let sum = self.0 + n;
                if sum > 10 {
                    let message = format!("{sum} is more than 10");
                    return Err(RemoteError::Other { kind: "Overflow".to_owned(), message });
                }
                self.0 = sum;
                Ok(sum.into())
            }),
            _ => no_method("Counter", method),
        })
    }
}

struct Counters;

impl Types for Counters {
    fn register(registry: &mut Registry) {
        registry.register("Counter", |given| {
            let (start,) = arguments(given)?;
            Ok(Box::new(Counter(start)))
        });
    }
}

fn own_types() {
    let manager = Manager::builder().types::<Counters>().start().unwrap();
    let counter = manager.create("Counter", [5.into()]).unwrap();
    assert_eq!(counter.call::<i64>("add", [3.into()]).unwrap(), 8);
    let error = counter.call::<i64>("add", [3.into()]).unwrap_err();
    assert_eq!(error.to_string(), "Overflow: 11 is more than 10");
    let error = counter.call::<i64>("add", ["x".into()]).unwrap_err();
    assert_eq!(error.to_string(), "'x' is not a i64");
    assert!(counter.call::<i64>("add", []).unwrap_err().to_string().contains("1 arguments"));
    let error = counter.call::<()>("subtract", []).unwrap_err();
    assert_eq!(error.to_string(), "a Counter has no method subtract");
    let error = counter.call::<String>("add", [1.into()]).unwrap_err();
    assert!(matches!(error, ManagerError::Unexpected { answer: Object::Int(9) }));
    assert!(matches!(
        manager.create("Unknown", []),
        Err(ManagerError::Remote(RemoteError::NoType(_)))
    ));
}

fn batch() {
    let manager = Manager::start().unwrap();
    let queue = manager.queue(2).unwrap();
    let put = |n: i64| ("put", vec![n.into()]);
    let get = ("get", vec![]);
    let results = queue.as_proxy().batch([put(1), put(2), put(3), get]).unwrap();
    let texts: Vec<String> = results
        .iter()
        .map(|result| match result {
            Ok(object) => object.to_string(),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(texts, ["None", "None", "the queue is full", "1"]);

    let condition = manager.condition().unwrap();
    let calls = ["acquire", "wait", "release", "release"].map(|method| (method, vec![]));
    let results = condition.as_proxy().batch(calls).unwrap();
    assert_eq!(results[1].as_ref().unwrap(), &Object::from(false), "nobody notified");
    assert!(results[2].is_ok() && results[3].is_err(), "the lock came back once");
}

fn too_large() {
    let manager = Manager::start().unwrap();
    let list = manager.list([0; 0]).unwrap();
    let error = list.append("x".repeat(64 << 20)).unwrap_err();
    assert!(matches!(error, ManagerError::TooLarge { .. }));
    list.append("x".repeat(33 << 20)).unwrap();
    list.append("x".repeat(33 << 20)).unwrap();
    let error = list.to_vec().unwrap_err();
    assert!(error.to_string().contains("67108864 are allowed"), "{error}");
    assert_eq!(list.len().unwrap(), 2, "and the connection is as good as before");
}
