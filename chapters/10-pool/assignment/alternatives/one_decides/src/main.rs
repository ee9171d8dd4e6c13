//! A pool of worker processes that does not mind if one of them is killed. One thread decides everything; the others only carry lines.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

enum Event {
    Task(String),
    NoMoreTasks,
    /// The worker in this place has answered, or (`None`) has ended.
    Said {
        place: usize,
        birth: usize,
        line: Option<String>,
    },
}

struct Worker {
    child: Child,
    input: ChildStdin,
    /// Which of the workers that this place has had.
    birth: usize,
    busy: Option<Task>,
}

#[derive(Clone)]
struct Task {
    number: usize,
    text: String,
    tries: u32,
}

fn start(command: &str, place: usize, birth: usize, events: &Sender<Event>) -> Worker {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh can be started");
    let input = child.stdin.take().expect("it is a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let events = events.clone();
    thread::spawn(move || {
        loop {
            let mut line = String::new();
            // `lines` would take what a worker has said before it died for a line.
            let whole = output.read_line(&mut line).is_ok() && line.ends_with('\n');
            let line = whole.then(|| line.trim_end_matches('\n').to_owned());
            if events.send(Event::Said { place, birth, line }).is_err() || !whole {
                return;
            }
        }
    });
    Worker { child, input, birth, busy: None }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let places: usize = arguments[1].parse().expect("a number of workers");
    let command = &arguments[2];
    let (sender, events) = channel();
    let reader = sender.clone();
    thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = reader.send(Event::Task(line));
        }
        let _ = reader.send(Event::NoMoreTasks);
    });

    let mut workers: Vec<Option<Worker>> = (0..places).map(|_| None).collect();
    let (mut waiting, mut done) = (VecDeque::new(), BTreeMap::new());
    let (mut count, mut printed, mut births, mut complete) = (0, 0, 0, false);
    while !(complete && printed == count) {
        match events.recv().expect("this thread has a sender itself") {
            Event::Task(text) => {
                waiting.push_back(Task { number: count, text, tries: 0 });
                count += 1;
            }
            Event::NoMoreTasks => complete = true,
            Event::Said { place, birth, line } => {
                let known = workers[place].as_mut().filter(|worker| worker.birth == birth);
                let Some(worker) = known else { continue };
                let task = worker.busy.take();
                if line.is_none() {
                    let _ = worker.child.wait();
                    workers[place] = None;
                }
                match (task, line) {
                    (Some(task), Some(line)) => drop(done.insert(task.number, line)),
                    (Some(task), None) if task.tries < 2 => waiting.push_front(task),
                    (Some(task), None) => drop(done.insert(task.number, "lost".to_owned())),
                    (None, _) => {}
                }
            }
        }
        for (place, slot) in workers.iter_mut().enumerate() {
            if slot.as_ref().is_some_and(|worker| worker.busy.is_some()) {
                continue;
            }
            let Some(mut task) = waiting.pop_front() else { break };
            births += 1;
            let worker = slot.get_or_insert_with(|| start(command, place, births, &sender));
            task.tries += 1;
            // If it is dead, its end is on its way through the channel, and the task comes back with it.
            let _ = writeln!(worker.input, "{}", task.text);
            worker.busy = Some(task);
        }
        while let Some(line) = done.remove(&printed) {
            println!("{line}");
            printed += 1;
        }
    }
    for worker in workers.into_iter().flatten() {
        let Worker { mut child, input, .. } = worker;
        drop(input);
        let _ = child.wait();
    }
}
