//! Shared memory and the manager against the peers.

mod pthread;

use ch08_multiprocessing::{Connection, Descriptor, Process, pipe};
use ch09_shared_data::manager::Manager;
use ch09_shared_data::{Array, Value};
use ipc_channel::ipc;
use paired::processes::{Goal, Python, Work, head, row, time};
use pthread::Counter;
use rustix::event::{PollFd, PollFlags, poll};
use serde::{Serialize, de::DeserializeOwned};
use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Instant;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers.py");

fn python(what: &str) -> Work<'static> {
    let mut python = Python::start(SCRIPT, what);
    Box::new(move |rounds| python.work(rounds))
}

fn add_to_value(value: &Value<i64>, rounds: u64) {
    for _ in 0..rounds {
        let guard = value.lock().unwrap();
        guard.set(guard.get() + 1);
    }
}

fn add_to_counter(counter: &Counter, rounds: u64) {
    (0..rounds).for_each(|_| counter.add_one());
}

fn other_value((value, main): (Value<i64>, Connection)) {
    serve(main, |rounds| add_to_value(&value, rounds));
}

fn other_counter((counter, main): (Counter, Connection)) {
    serve(main, |rounds| add_to_counter(&counter, rounds));
}

/// The second of two processes: so many rounds when it is told to.
fn serve(mut main: Connection, mut work: impl FnMut(u64)) {
    while let Ok(rounds) = main.recv() {
        work(rounds);
        main.send(&()).unwrap();
    }
}

/// Two processes add to the same; a round is one addition of each.
fn two_processes<T>(
    shared: T,
    other: fn((T, Connection)),
    add: impl Fn(&T, u64) + 'static,
) -> Work<'static>
where
    T: Clone + Serialize + DeserializeOwned + 'static,
{
    let (mut child, theirs) = pipe().unwrap();
    Process::new(other, (shared.clone(), theirs)).daemon(true).start().unwrap();
    Box::new(move |rounds| {
        let start = Instant::now();
        child.send(&rounds).unwrap();
        add(&shared, rounds);
        child.recv::<()>().unwrap();
        start.elapsed()
    })
}

fn alone<T: 'static>(shared: T, add: impl Fn(&T, u64) + 'static) -> Work<'static> {
    Box::new(move |rounds| {
        let start = Instant::now();
        add(&shared, rounds);
        start.elapsed()
    })
}

fn values() {
    let value = || Value::new(0_i64).unwrap();
    let ours = || two_processes(value(), other_value, add_to_value);
    let pthread = two_processes(Counter::new(), other_counter, add_to_counter);
    let what = "`Value` += 1 under its lock, 2 processes";
    row(
        what,
        "Python",
        Some(Goal::TimesFaster(20.0)),
        (200_000, 5_000),
        (ours(), python("increment")),
    );
    let rounds = (200_000, 200_000);
    row(what, "pthread mutex, process-shared", Some(Goal::AtMost(1.3)), rounds, (ours(), pthread));
    let pthread = alone(Counter::new(), add_to_counter);
    let what = "`Value` += 1 under its lock, alone";
    row(
        what,
        "pthread mutex, process-shared",
        None,
        rounds,
        (alone(value(), add_to_value), pthread),
    );
}

fn arrays() {
    const LEN: i32 = 1_000_000;
    let array = Array::new(0..LEN).unwrap();
    let each: Work = Box::new(|rounds| {
        time(rounds, || {
            for i in 0..array.len() as isize {
                array.set(i, -array.get(i).unwrap()).unwrap();
            }
        })
    });
    let what = "`Array` negate 10⁶, the lock per element";
    row(
        what,
        "Python, per element",
        Some(Goal::TimesFaster(30.0)),
        (1, 1),
        (each, python("negate")),
    );
    let bulk = || -> Work<'_> {
        Box::new(|rounds| {
            time(rounds, || {
                let guard = array.lock().unwrap();
                guard.iter().for_each(|cell| cell.set(-cell.get()));
                black_box(&guard);
            })
        })
    };
    let what = "`Array` negate 10⁶, in bulk";
    row(
        what,
        "Python, per element",
        Some(Goal::TimesFaster(1000.0)),
        (50, 1),
        (bulk(), python("negate")),
    );
    row(what, "Python, as a slice", None, (50, 2), (bulk(), python("negate_slice")));
    let mut plain: Vec<i32> = (0..LEN).collect();
    let slice: Work = Box::new(|rounds| {
        time(rounds, || {
            plain.iter_mut().for_each(|n| *n = -*n);
            black_box(&mut plain);
        })
    });
    row(what, "a plain slice", Some(Goal::AtMost(1.1)), (50, 50), (bulk(), slice));
}

fn answer((requests, replies): (ipc::IpcReceiver<(String, i64)>, ipc::IpcSender<()>)) {
    while requests.recv().is_ok() {
        replies.send(()).unwrap();
    }
}

/// A request that holds a key and a number, and an empty reply.
fn ipc_channel() -> Work<'static> {
    let (server, name) = ipc::IpcOneShotServer::new().unwrap();
    Process::new(connect, name).daemon(true).start().unwrap();
    type Requests = ipc::IpcSender<(String, i64)>;
    let (_, ends): (_, (Requests, ipc::IpcReceiver<()>)) = server.accept().unwrap();
    let (requests, replies) = ends;
    Box::new(move |rounds| {
        time(rounds, || {
            requests.send(("key".to_owned(), 1)).unwrap();
            replies.recv().unwrap();
        })
    })
}

fn connect(name: String) {
    let (requests, their_requests) = ipc::channel().unwrap();
    let (their_replies, replies) = ipc::channel().unwrap();
    ipc::IpcSender::connect(name).unwrap().send((requests, replies)).unwrap();
    answer((their_requests, their_replies));
}

/// The floor: whoever has several clients waits for all, receives from one, and answers it.
fn bare_socket() -> Work<'static> {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let theirs = Descriptor::from(OwnedFd::from(theirs));
    Process::new(echo, theirs).daemon(true).start().unwrap();
    let mut bytes = [0; 32];
    Box::new(move |rounds| {
        time(rounds, || {
            ours.write_all(&bytes).unwrap();
            ours.read_exact(&mut bytes).unwrap();
        })
    })
}

fn echo(socket: Descriptor) {
    let mut socket = File::from(socket);
    let mut bytes = [0; 32];
    loop {
        poll(&mut [PollFd::new(&socket, PollFlags::IN)], None).unwrap();
        if socket.read_exact(&mut bytes).is_err() {
            return;
        }
        socket.write_all(&bytes).unwrap();
    }
}

fn manager() {
    let manager = Manager::start().unwrap();
    let dict = manager.dict().unwrap();
    let ours =
        || -> Work<'_> { Box::new(|rounds| time(rounds, || dict.insert("key", 1).unwrap())) };
    let what = "manager, one operation on a dict";
    row(what, "Python", Some(Goal::TimesFaster(2.3)), (5000, 2000), (ours(), python("dict_set")));
    row(
        what,
        "ipc-channel, request and reply",
        Some(Goal::AtMost(1.1)),
        (5000, 5000),
        (ours(), ipc_channel()),
    );
    row(what, "a bare socket: wait, receive, send", None, (5000, 5000), (ours(), bare_socket()));
    let batched: Work = Box::new(|rounds| {
        let start = Instant::now();
        for _ in 0..rounds / 1000 {
            let calls = (0..1000).map(|n| ("insert", vec!["key".into(), n.into()]));
            dict.as_proxy().batch(calls).unwrap();
        }
        start.elapsed()
    });
    let what = "manager, 1 of 1 000 operations in a batch";
    row(
        what,
        "Python, one by one",
        Some(Goal::TimesFaster(50.0)),
        (50_000, 2000),
        (batched, python("dict_set")),
    );
}

fn main() {
    ch08_multiprocessing::init();
    head();
    values();
    arrays();
    manager();
}
