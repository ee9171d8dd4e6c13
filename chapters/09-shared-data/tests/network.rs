//! A manager that several machines use: named objects, proxies in them, names of
//! hosts, and a link that is cut.

use ch08_multiprocessing::{Child, Connection, Process, pipe};
use ch09_shared_data::manager::{
    Address, Dict, List, Lock, Manager, ManagerError, Object, Queue, RemoteError, Semaphore,
};
use serde::{Serialize, de::DeserializeOwned};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("clients_find_the_same_object_by_its_name", same),
            ("a_name_keeps_its_object_and_its_type", kept),
            ("a_proxy_travels_to_another_machine_in_an_object", proxies_travel),
            ("a_manager_is_found_by_a_hosts_name_and_over_ipv6", hosts),
            ("an_address_is_read_as_it_is_written", addresses),
            ("a_manager_starts_again_at_once_at_its_address", again_at_once),
            ("two_machines_and_a_link_that_is_cut", two_machines),
        ],
    );
}

const KEY: &str = "key";
const PATIENCE: Duration = Duration::from_secs(60);

fn tcp(address: &str) -> Manager {
    Manager::builder().listen(address.parse().unwrap()).key(KEY).start().unwrap()
}

// ANCHOR: client
fn append(address: Address) -> Result<(), ManagerError> {
    let manager = Manager::connect(address, KEY)?;
    let jobs = manager.named::<List>("jobs")?;
    for n in 0..100 {
        jobs.append(n)?;
    }
    Ok(())
}
// ANCHOR_END: client

fn same() {
    let manager = tcp("127.0.0.1:0");
    let start = |_| Process::new(append, manager.address().clone()).start().unwrap();
    let clients: Vec<Child> = (0..3).map(start).collect();
    for client in clients {
        assert_eq!(client.join().unwrap(), 0);
    }
    let jobs = manager.named::<List>("jobs").unwrap();
    assert_eq!(jobs.len().unwrap(), 300);
    assert_eq!(jobs.count(7).unwrap(), 3);
}

fn kept() {
    let manager = Manager::start().unwrap();
    manager.named::<Queue>("work").unwrap().put("one").unwrap();
    // Nobody refers to it now.
    assert_eq!(manager.count().unwrap(), 1);
    assert_eq!(manager.named::<Queue>("work").unwrap().len().unwrap(), 1);
    let other = manager.named::<Dict>("work").unwrap_err();
    assert!(matches!(other, ManagerError::Remote(RemoteError::Type(_))), "{other:?}");
    assert!(other.to_string().contains("work is a Queue, not a dict"), "{other}");
    let seats = |n: u32| manager.named_as("seats", "Semaphore", [n.into()]).unwrap();
    let taken = |n| Semaphore::try_from(seats(n)).unwrap().try_acquire().unwrap();
    assert_eq!([3, 5, 5, 5].map(taken), [true, true, true, false], "made once");
    let none = manager.named_as("x", "nothing", []).unwrap_err();
    assert!(matches!(none, ManagerError::Remote(RemoteError::NoType(_))), "{none:?}");
    let work = manager.named::<Queue>("work").unwrap();
    assert!(manager.forget("work").unwrap());
    assert!(!manager.forget("work").unwrap());
    assert_eq!(work.len().unwrap(), 1, "who refers to it still has it");
    assert_eq!(manager.named::<Dict>("work").unwrap().len().unwrap(), 0);
    drop(work);
    assert_eq!(manager.count().unwrap(), 2);
}

/// What CPython's `TestManagerRestart` asks of its own: connections of the first manager that the system still remembers keep the second one
/// from nothing.
fn again_at_once() {
    let mut address = "127.9.7.1:0".parse().unwrap();
    for round in 0..5 {
        let manager = Manager::builder().listen(address).key(KEY).start().unwrap();
        let Address::Tcp(at) = *manager.address() else { unreachable!() };
        assert!(round == 0 || at == address, "it took another port");
        address = at;
        let jobs = manager.named::<List>("jobs").unwrap();
        assert_eq!(jobs.len().unwrap(), 0, "what the one before had is gone with it");
        let child = Process::new(append, manager.address().clone()).start().unwrap();
        assert_eq!(child.join().unwrap(), 0);
        assert_eq!(jobs.len().unwrap(), 100);
        manager.shutdown();
        assert!(jobs.len().is_err(), "a proxy of the one before");
    }
}

fn leave_a_dict(address: Address) -> Result<(), ManagerError> {
    let manager = Manager::connect(address, KEY)?;
    let dict = manager.dict()?;
    dict.insert("from", "far away")?;
    manager.named::<List>("shelf")?.append(Object::from(dict))
}

fn proxies_travel() {
    let manager = tcp("127.0.0.1:0");
    let child = Process::new(leave_a_dict, manager.address().clone()).start().unwrap();
    assert_eq!(child.join().unwrap(), 0);
    let found = manager.named::<List>("shelf").unwrap().get(0).unwrap();
    let dict = Dict::try_from(found).unwrap();
    assert_eq!(dict.get("from").unwrap(), Object::from("far away"));
}

fn hosts() {
    let manager = tcp("127.0.0.1:0");
    let Address::Tcp(address) = manager.address() else { unreachable!() };
    let address = Address::Host { name: "localhost".to_owned(), port: address.port() };
    let client = Manager::connect(address, KEY).unwrap();
    assert_eq!(client.named::<List>("x").unwrap().len().unwrap(), 0);
    let nobody = Address::Host { name: "nobody.invalid".to_owned(), port: 1 };
    let error = Manager::connect(nobody, KEY).unwrap_err();
    assert!(matches!(error, ManagerError::Connect { .. }), "{error:?}");
    match std::net::TcpListener::bind("[::1]:0") {
        Ok(_) => {
            let manager = tcp("[::1]:0");
            let client = Manager::connect(manager.address().clone(), KEY).unwrap();
            assert_eq!(client.named::<List>("x").unwrap().len().unwrap(), 0);
        }
        Err(error) => eprintln!("skipped: no IPv6 here: {error}"),
    }
}

fn addresses() {
    for text in ["local:x", "127.0.0.1:80", "[::1]:80", "host.example:80"] {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
    for text in ["", "host", ":80", "host:", "host:x", "host:99999", "::1:80", "[::1]"] {
        let error = text.parse::<Address>().unwrap_err();
        assert!(error.to_string().contains("HOST:PORT"), "{text}: {error}");
    }
}

/// Runs `ip` in this process's network; false if it may not.
fn ip(arguments: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(arguments.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn say<T: Serialize>(to: &mut Connection, what: &T) {
    to.send(what).unwrap();
}

fn hear<T: DeserializeOwned>(from: &mut Connection) -> T {
    from.recv_timeout(PATIENCE).unwrap().expect("it says something")
}

/// A machine with a network of its own; says whether it may have one. Goes on
/// once the cable is there.
fn own_network(main: &mut Connection, cable: &str, address: &str) -> bool {
    // SAFETY: this process has one thread, which now sees another network.
    let may = unsafe { libc::unshare(libc::CLONE_NEWNET) } == 0 && ip("link set lo up");
    say(main, &may);
    may && hear(main)
        && ip(&format!("addr add {address}/24 dev {cable}"))
        && ip(&format!("link set {cable} up"))
}

fn server(mut main: Connection) {
    if !own_network(&mut main, "ei-a", "10.99.7.1") {
        return;
    }
    let manager = tcp("10.99.7.1:0");
    say(&mut main, manager.address());
    hear::<()>(&mut main);
    // The other machine holds this, and has said so.
    let held = manager.named::<Lock>("held").unwrap();
    assert!(held.is_locked().unwrap());
    let mine = manager.named::<Lock>("mine").unwrap();
    let guard = mine.lock().unwrap();
    // A client as the other, in its own network.
    let jobs = manager.named::<List>("jobs").unwrap();
    (100..105).for_each(|n| jobs.append(n).unwrap());
    say(&mut main, &());
    hear::<()>(&mut main);
    assert!(ip("link set ei-a down"));
    say(&mut main, &());
    // What the lost machine held is given back.
    assert!(held.lock_timeout(PATIENCE).unwrap().is_some());
    // Whose way is not cut goes on.
    (105..110).for_each(|n| jobs.append(n).unwrap());
    hear::<()>(&mut main);
    assert!(ip("link set ei-a up"));
    drop(guard);
    say(&mut main, &());
    hear::<()>(&mut main);
    let all = jobs.to_vec().unwrap();
    assert_eq!(all.len(), 30);
    // Each once, and each client's in its order.
    for (from, to) in [(0, 20), (100, 110)] {
        let whose = (from..to).map(Object::from).collect::<Vec<_>>();
        let kept: Vec<_> = all.iter().filter(|job| whose.contains(job)).cloned().collect();
        assert_eq!(kept, whose);
    }
    say(&mut main, &());
}

fn client(mut main: Connection) {
    if !own_network(&mut main, "ei-b", "10.99.7.2") {
        return;
    }
    let address: Address = hear(&mut main);
    // The cable takes a moment.
    let manager = loop {
        match Manager::connect(address.clone(), KEY) {
            Ok(manager) => break manager,
            Err(ManagerError::Connect { .. } | ManagerError::Silent { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    };
    let jobs = manager.named::<List>("jobs").unwrap();
    (0..10).for_each(|n| jobs.append(n).unwrap());
    let held = manager.named::<Lock>("held").unwrap();
    let _guard = held.lock().unwrap();
    say(&mut main, &());
    hear::<()>(&mut main);
    let mine = manager.named::<Lock>("mine").unwrap();
    let queue = manager.named::<Queue>("empty").unwrap();
    let (started, starts) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        let waits = scope.spawn(|| {
            mine.is_locked().unwrap();
            started.send(()).unwrap();
            mine.acquire()
        });
        let gets = scope.spawn(|| {
            queue.len().unwrap();
            started.send(()).unwrap();
            queue.get()
        });
        starts.recv().unwrap();
        starts.recv().unwrap();
        say(&mut main, &());
        hear::<()>(&mut main);
        let cut = (waits.join().unwrap(), gets.join().unwrap());
        assert!(matches!(cut, (Err(_), Err(_))), "{cut:?}");
    });
    assert!(jobs.len().is_err(), "nobody answers");
    say(&mut main, &());
    hear::<()>(&mut main);
    // The cable is there again: nothing was lost, and all can be had again.
    let jobs = loop {
        match manager.named::<List>("jobs") {
            Ok(jobs) => break jobs,
            Err(ManagerError::Remote(error)) => panic!("{error}"),
            Err(_) => {}
        }
    };
    assert_eq!(jobs.len().unwrap(), 20);
    (10..20).for_each(|n| jobs.append(n).unwrap());
    say(&mut main, &());
    hear::<()>(&mut main);
}

fn two_machines() {
    let machine = |run: fn(Connection)| {
        let (ours, theirs) = pipe().unwrap();
        (Process::new(run, theirs).start().unwrap(), ours)
    };
    let (server, mut a) = machine(server);
    let (client, mut b) = machine(client);
    if !(hear::<bool>(&mut a) & hear::<bool>(&mut b)) {
        drop((a, b));
        return eprintln!("skipped: this user may make no networks");
    }
    let (first, second) = (server.pid(), client.pid());
    let laid = ip(&format!("link add ei-a netns {first} type veth peer name ei-b netns {second}"));
    say(&mut a, &laid);
    say(&mut b, &laid);
    if !laid {
        return eprintln!("skipped: there is no virtual cable to be had");
    }
    let address: Address = hear(&mut a);
    say(&mut b, &address);
    // The client holds one lock, and then waits for another.
    hear::<()>(&mut b);
    say(&mut a, &());
    hear::<()>(&mut a);
    say(&mut b, &());
    hear::<()>(&mut b);
    // Cut.
    say(&mut a, &());
    hear::<()>(&mut a);
    say(&mut b, &());
    hear::<()>(&mut b);
    // And together again.
    say(&mut a, &());
    hear::<()>(&mut a);
    say(&mut b, &());
    hear::<()>(&mut b);
    say(&mut a, &());
    hear::<()>(&mut a);
    say(&mut b, &());
    for machine in [server, client] {
        assert_eq!(machine.join_timeout(PATIENCE).unwrap(), Some(0));
    }
}
