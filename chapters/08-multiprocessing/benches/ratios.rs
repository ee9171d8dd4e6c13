//! Starting processes, and a queue between them, against the peers.

use ch08_multiprocessing::{Process, Queue, StartMethod};
use paired::processes::{Goal, Python, Work, head, row, time};
use std::process::{Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers.py");

fn nothing(_: ()) {}

fn ours(method: StartMethod) -> Work<'static> {
    Box::new(move |rounds| {
        time(rounds, || {
            Process::new(nothing, ()).method(method).start().unwrap().join().unwrap();
        })
    })
}

/// This same executable, which has nothing to do then.
fn command() -> Work<'static> {
    Box::new(|rounds| {
        time(rounds, || {
            let mut child =
                Command::new("/proc/self/exe").arg("--nothing").stdin(Stdio::null()).spawn();
            child.as_mut().unwrap().wait().unwrap();
        })
    })
}

fn python(what: &str) -> Work<'static> {
    let mut python = Python::start(SCRIPT, what);
    Box::new(move |rounds| python.work(rounds))
}

fn echo((tasks, results): (Queue<Option<u64>>, Queue<u64>)) {
    while let Some(n) = tasks.get().unwrap() {
        results.put(&n).unwrap();
    }
}

fn main() {
    ch08_multiprocessing::init();
    if std::env::args().any(|argument| argument == "--nothing") {
        return;
    }
    head();
    let spawn = || ours(StartMethod::Spawn);
    let what = "Process start and join (spawn)";
    row(what, "Python, spawn", Some(Goal::TimesFaster(35.0)), (100, 5), (spawn(), python("spawn")));
    row(
        what,
        "`Command`, this executable",
        Some(Goal::AtMost(1.1)),
        (100, 100),
        (spawn(), command()),
    );
    let fork = ours(StartMethod::Fork);
    row("Process start and join (fork)", "Python, fork", None, (100, 50), (fork, python("fork")));

    let (tasks, results) = (Queue::new(0).unwrap(), Queue::new(0).unwrap());
    let child = Process::new(echo, (tasks.clone(), results.clone())).start().unwrap();
    let there_and_back: Work = Box::new(|rounds| {
        time(rounds, || {
            tasks.put(&Some(1)).unwrap();
            results.get().unwrap();
        })
    });
    row("Queue, there and back", "Python", None, (5000, 500), (there_and_back, python("queue")));
    tasks.put(&None).unwrap();
    child.join().unwrap();
}
