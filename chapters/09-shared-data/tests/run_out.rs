//! Managers when the system's means run out, or when the other side is bad: an
//! error that says so, nobody else is held up, and nothing is left behind.

use ch08_multiprocessing::{Connection, Message, Process, pipe};
use ch09_shared_data::manager::{
    Address, Caller, Dict, List, Manager, ManagerError, Object, Registry, RemoteError, Shared,
    Types,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::mpsc::channel;
use std::task::Poll;
use std::thread;
use std::time::Duration;
use test_support::limits::{self, PATIENCE, causes, descriptors, lower_descriptors};
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("who_says_nothing_holds_up_nobody_else", silent),
            ("who_never_accepts_is_not_waited_for_for_ever", never_accepts),
            ("who_answers_a_byte_at_a_time_is_not_either", a_byte_at_a_time),
            ("who_says_nonsense_is_refused", nonsense),
            ("a_panic_in_an_object_is_its_callers_error", panics),
            ("so_is_one_in_a_call_that_waits", panics_later),
            ("so_is_one_in_a_constructor_or_a_destructor", panics_elsewhere),
            ("a_manager_leaves_no_descriptors", || alone(no_descriptors_left)),
            ("nor_does_the_way_to_somebody_elses", || alone(no_descriptors_left_of_others)),
            ("a_proxy_that_never_arrives_is_released", never_arrives),
            ("each_copy_of_a_message_brings_a_proxy", copies),
            ("more_clients_than_descriptors_are_refused_with_the_reason", || alone(full)),
            ("a_client_without_descriptors", || alone(client_without_descriptors)),
            ("many_proxies_at_once_need_no_more_than_they_need", many_proxies),
        ],
    );
}

/// Plays the scene in a process of its own, whose limits it may lower. A panic
/// in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

/// Long enough for a manager that is there, and short enough to wait for.
const A_WHILE: Duration = Duration::from_millis(300);

/// Somebody who listens and does this with each client.
fn listener(serve: fn(TcpStream)) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            thread::spawn(move || serve(client));
        }
    });
    address
}

fn is_silent<T: std::fmt::Debug>(result: Result<T, ManagerError>) {
    assert!(matches!(result, Err(ManagerError::Silent { .. })), "{result:?}");
}

fn silent() {
    let good = Manager::start().unwrap();
    let list = good.list([1]).unwrap();
    let address = listener(|mut client| drop(client.read(&mut [0])));
    let (told, tells) = channel();
    let silent = address.clone();
    let waits = thread::spawn(move || {
        told.send(()).unwrap();
        // Ten seconds.
        Manager::connect(silent, "k").map(drop)
    });
    tells.recv().unwrap();
    // Others do not wait, whatever the first one is about now.
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(list.len().unwrap(), 1));
        }
    });
    is_silent(Manager::connect_timeout(address, "other", A_WHILE).map(drop));
    assert_eq!(Manager::start().unwrap().list([1, 2]).unwrap().len().unwrap(), 2);
    is_silent(waits.join().unwrap());
}

fn never_accepts() {
    let name = format!("every-interleaving-test-{}", std::process::id());
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap());
    let _listener = listener.unwrap();
    let mut threads = Vec::new();
    // More than the system keeps waiting for one who does not accept.
    for _ in 0..140 {
        let address = Address::Local(name.clone());
        threads.push(thread::spawn(|| Manager::connect_timeout(address, "k", A_WHILE).map(drop)));
    }
    threads.into_iter().for_each(|thread| is_silent(thread.join().unwrap()));
}

fn a_byte_at_a_time() {
    let address = listener(|mut client| {
        // A correct beginning, without an end.
        for byte in b"every-in".iter().chain(std::iter::repeat(&7)).take(39) {
            if client.write_all(&[*byte]).is_err() {
                return;
            }
        }
        drop(client.read(&mut [0]));
    });
    is_silent(Manager::connect_timeout(address, "k", A_WHILE).map(drop));
}

fn nonsense() {
    let refused = |serve: fn(TcpStream), expected: fn(&ManagerError) -> bool| {
        let result = Manager::connect_timeout(listener(serve), "k", PATIENCE).map(drop);
        let error = result.unwrap_err();
        assert!(expected(&error), "{error:?}");
    };
    let stranger = |error: &ManagerError| matches!(error, ManagerError::WrongKey { .. });
    let gone = |error: &ManagerError| matches!(error, ManagerError::Gone { .. });
    refused(|mut client| drop(client.write_all(&[b'x'; 4096])), stranger);
    refused(drop, gone);
    refused(|mut client| drop(client.write_all(b"every-in and")), gone);
    // A manager's greeting, and then its end, although somebody listens there still.
    refused(
        |mut client| {
            client.write_all(&[b"every-in", &[7; 32][..]].concat()).unwrap();
            client.read_exact(&mut [0; 81]).unwrap();
        },
        gone,
    );
    // A manager's greeting, and then a proof that is none.
    refused(
        |mut client| {
            client.write_all(&[b"every-in", &[7; 32][..]].concat()).unwrap();
            client.read_exact(&mut [0; 81]).unwrap();
            client.write_all(&[9; 32]).unwrap();
            drop(client.read(&mut [0]));
        },
        stranger,
    );
}

struct Bad {
    calls: u32,
}

impl Shared for Bad {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        _: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        self.calls += 1;
        match method {
            "boom" => panic!("a bug in one object"),
            "wait" if caller.timed_out => Poll::Ready(Ok(Object::None)),
            "wait" if self.calls > 2 => panic!("a bug in one object, later"),
            "wait" => Poll::Pending,
            _ => Poll::Ready(Ok(self.calls.into())),
        }
    }

    fn gone(&mut self, _: u64) {
        panic!("a bug in one object's end")
    }
}

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("a bug in a destructor")
    }
}

struct Bads;

impl Types for Bads {
    fn register(registry: &mut Registry) {
        registry.register("Bad", |_| Ok(Box::new(Bad { calls: 0 })));
        registry.register("Worse", |_| panic!("a bug in a constructor"));
    }
}

/// A manager of bad objects, and something precious in it.
fn with_bads() -> (Manager, Dict) {
    let manager = Manager::builder().types::<Bads>().start().unwrap();
    let dict = manager.dict().unwrap();
    dict.insert("precious", 1).unwrap();
    (manager, dict)
}

fn panicked<T: std::fmt::Debug>(result: Result<T, ManagerError>, what: &str) {
    match result {
        Err(ManagerError::Remote(RemoteError::Panicked { message, .. })) => {
            assert_eq!(message, what);
        }
        other => panic!("{other:?}"),
    }
}

fn panics() {
    let (manager, dict) = with_bads();
    let bad = manager.create("Bad", []).unwrap();
    panicked(bad.call::<i64>("boom", []), "a bug in one object");
    let batch = bad.batch([("boom", vec![]), ("calls", vec![])]).unwrap();
    assert_eq!(batch.len(), 2);
    assert_eq!(*batch[1].as_ref().unwrap(), Object::from(3));
    assert_eq!(bad.call::<i64>("calls", []).unwrap(), 4, "it is still there");
    // Its `gone` panics, too.
    thread::scope(|scope| scope.spawn(|| bad.call::<i64>("calls", []).unwrap()).join().unwrap());
    assert_eq!(dict.to_map().unwrap().to_string(), "{'precious': 1}");
}

fn panics_later() {
    let (manager, dict) = with_bads();
    let bad = manager.create("Bad", []).unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(|| bad.call::<()>("wait", []));
        let second = scope.spawn(|| bad.call::<()>("wait", []));
        // Nobody waits for ever, whoever's call it is that panics.
        while !(first.is_finished() && second.is_finished()) {
            let _ = bad.call::<i64>("calls", []);
            thread::yield_now();
        }
        for waited in [first, second] {
            panicked(waited.join().unwrap(), "a bug in one object, later");
        }
    });
    assert_eq!(dict.len().unwrap(), 1);
}

fn panics_elsewhere() {
    let (manager, dict) = with_bads();
    panicked(manager.create("Worse", []), "a bug in a constructor");
    for _ in 0..3 {
        drop(manager.create("Bad", []).unwrap());
    }
    assert_eq!(manager.count().unwrap(), 1);
    assert_eq!(dict.len().unwrap(), 1);
}

fn no_descriptors_left(_: ()) {
    // What a process opens once and for all.
    drop(Manager::start().unwrap());
    let before = descriptors();
    let (run, runs) = channel::<List>();
    let (done, dones) = channel();
    // A thread that lives on and has used each of them.
    let thread = thread::spawn(move || {
        for list in runs {
            done.send(list.len()).unwrap();
        }
    });
    for _ in 0..20 {
        let manager = Manager::start().unwrap();
        let list = manager.list([1]).unwrap();
        run.send(list.clone()).unwrap();
        assert_eq!(dones.recv().unwrap().unwrap(), 1);
        thread::scope(|scope| assert_eq!(scope.spawn(|| list.len()).join().unwrap().unwrap(), 1));
        manager.shutdown();
        assert!(list.len().is_err());
    }
    drop(run);
    thread.join().unwrap();
    assert_eq!(descriptors(), before);
}

fn start_one(mut main: Connection) {
    let manager = Manager::builder().key("k").start().unwrap();
    main.send(manager.address()).unwrap();
    let _ = main.recv::<()>();
}

fn no_descriptors_left_of_others(_: ()) {
    let before = descriptors();
    for _ in 0..3 {
        let (mut ours, theirs) = pipe().unwrap();
        let child = Process::new(start_one, theirs).start().unwrap();
        let address: Address = ours.recv().unwrap();
        for _ in 0..3 {
            let manager = Manager::connect(address.clone(), "k").unwrap();
            let list = manager.list([1]).unwrap();
            drop(manager);
            assert_eq!(list.len().unwrap(), 1);
        }
        drop(Manager::connect(address.clone(), "k").unwrap());
        drop(ours);
        assert_eq!(child.join().unwrap(), 0);
        drop(child);
        ch08_multiprocessing::active_children();
        assert_eq!(descriptors(), before);
    }
}

fn take((dict, mut main): (Dict, Connection)) {
    drop(dict);
    let _ = main.recv::<()>();
}

/// Waits until the manager has noticed what it must.
fn comes_to(manager: &Manager, count: usize) {
    while manager.count().unwrap() != count {
        thread::yield_now();
    }
}

fn never_arrives() {
    let manager = Manager::start().unwrap();
    for _ in 0..10 {
        let dict = manager.dict().unwrap();
        let (_gate, theirs) = pipe().unwrap();
        let child = Process::new(take, (dict, theirs)).start().unwrap();
        // Perhaps before it has taken its proxy.
        child.kill().unwrap();
        child.join().unwrap();
    }
    comes_to(&manager, 0);
    // Sent, and never received.
    let (mut a, b) = pipe().unwrap();
    a.send(&manager.dict().unwrap()).unwrap();
    drop(b);
    comes_to(&manager, 0);
    // Written, and never sent; half of it written.
    drop(Message::encode(&manager.dict().unwrap()).unwrap());
    comes_to(&manager, 0);
    assert!(Message::encode(&(manager.dict().unwrap(), Unwritable)).is_err());
    comes_to(&manager, 0);
    // Lent, and used, and given back.
    let dict = manager.dict().unwrap();
    let message = Message::encode(&dict).unwrap();
    drop(dict);
    assert_eq!(manager.count().unwrap(), 1, "the message keeps it");
    message.decode::<Dict>().unwrap().insert(1, 1).unwrap();
    comes_to(&manager, 0);
}

struct Unwritable;

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not this one"))
    }
}

fn copies() {
    let manager = Manager::start().unwrap();
    let list = manager.list([7]).unwrap();
    let message = Message::encode(&list).unwrap();
    drop(list);
    let again = message.try_clone().unwrap();
    let third = again.try_clone().unwrap();
    for message in [message, again, third] {
        assert_eq!(message.decode::<List>().unwrap().len().unwrap(), 1);
    }
    comes_to(&manager, 0);
}

/// A manager with room for few clients.
fn small_manager(mut main: Connection) {
    let few = Rlimit { current: Some(24), maximum: Some(24) };
    setrlimit(Resource::Nofile, few).unwrap();
    let builder = Manager::builder().listen("127.0.0.1:0".parse().unwrap()).key("k");
    builder.serve(|address| main.send(address).unwrap()).unwrap();
}

fn full(_: ()) {
    let (mut ours, theirs) = pipe().unwrap();
    let server = Process::new(small_manager, theirs).daemon(true).start().unwrap();
    let address: Address = ours.recv().unwrap();
    let manager = Manager::connect(address, "k").unwrap();
    let list = manager.list([1]).unwrap();
    let (told, tells) = channel();
    for round in 0..3 {
        thread::scope(|scope| {
            let mut gates = Vec::new();
            let refused = loop {
                let (gate, closed) = channel::<()>();
                let (list, told) = (&list, told.clone());
                scope.spawn(move || {
                    told.send(list.len()).unwrap();
                    // The thread keeps its connection until it ends.
                    let _ = closed.recv();
                });
                gates.push(gate);
                match tells.recv().unwrap() {
                    Ok(length) => assert_eq!(length, 1),
                    Err(error) => break error,
                }
            };
            assert!(gates.len() > 8, "{round}: {}", gates.len());
            assert!(matches!(refused, ManagerError::Full { .. }), "{refused:?}");
            assert!(refused.to_string().contains("ulimit -n"), "{refused}");
            // Those who are in go on.
            assert_eq!(list.len().unwrap(), 1);
        });
        // The others have left; whoever comes now is taken in, once they are missed.
        while thread::scope(|scope| scope.spawn(|| list.len()).join().unwrap()).is_err() {
            thread::yield_now();
        }
    }
    server.kill().unwrap();
    server.join().unwrap();
    assert!(matches!(list.len(), Err(ManagerError::Gone { .. } | ManagerError::Connect { .. })));
}

fn client_without_descriptors(_: ()) {
    lower_descriptors(64);
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    for left in 0..4 {
        let mut files = limits::fill_descriptors();
        files.truncate(files.len() - left);
        // A thread needs a connection of its own.
        match thread::scope(|scope| scope.spawn(|| list.len()).join().unwrap()) {
            Ok(length) => assert_eq!(length, 1),
            Err(error) => assert!(limits::is_out_of_descriptors(&error), "{}", causes(&error)),
        }
        match Message::encode(&list) {
            Ok(message) => drop(message),
            Err(error) => assert!(limits::is_out_of_descriptors(&error), "{}", causes(&error)),
        }
        match Manager::start() {
            Ok(manager) => drop(manager),
            Err(error) => assert!(limits::is_out_of_descriptors(&error), "{}", causes(&error)),
        }
        assert_eq!(list.len().unwrap(), 1);
    }
    assert_eq!(Message::encode(&list).unwrap().decode::<List>().unwrap().len().unwrap(), 1);
    drop(list);
    comes_to(&manager, 0);
}

fn many_proxies() {
    let manager = Manager::start().unwrap();
    let lists: Vec<List> = (0..200).map(|n| manager.list([n]).unwrap()).collect();
    let again: Vec<List> = Message::encode(&lists).unwrap().decode().unwrap();
    drop(lists);
    for (n, list) in again.iter().enumerate() {
        assert_eq!(list.get(0).unwrap(), Object::from(n));
    }
    drop(again);
    comes_to(&manager, 0);
}
