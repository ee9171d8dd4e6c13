//! A pool of worker processes that does not mind if one of them is killed.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, BufReader, Write, stdin};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Condvar, Mutex, mpsc};
use std::thread;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let workers: usize = arguments.next().expect("a number of workers").parse().expect("a number");
    let command = arguments.next().expect("a command");
    let tasks = Tasks::default();
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (tasks, command, sender) = (&tasks, command.as_str(), sender.clone());
            scope.spawn(move || serve(tasks, command, &sender));
        }
        drop(sender);
        scope.spawn(|| print_in_order(results));
        for task in stdin().lines() {
            tasks.put(task.expect("the input is text"));
        }
        tasks.end();
    });
}

/// Tasks that nobody has taken yet.
#[derive(Default)]
struct Tasks {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(usize, String)>,
    count: usize,
    ended: bool,
}

impl Tasks {
    fn put(&self, task: String) {
        let mut state = self.state.lock().unwrap();
        let number = state.count;
        state.count += 1;
        state.queue.push_back((number, task));
        self.changed.notify_one();
    }

    fn end(&self) {
        self.state.lock().unwrap().ended = true;
        self.changed.notify_all();
    }

    fn take(&self) -> Option<(usize, String)> {
        let state = self.state.lock().unwrap();
        let waits = |state: &mut State| state.queue.is_empty() && !state.ended;
        self.changed.wait_while(state, waits).unwrap().queue.pop_front()
    }
}

/// How often a task is given to a worker.
const TRIES: usize = 2;

/// Looks after one worker at a time.
fn serve(tasks: &Tasks, command: &str, results: &mpsc::Sender<(usize, String)>) {
    let mut worker = None;
    while let Some((number, task)) = tasks.take() {
        let mut result = None;
        let mut tries = 0;
        while result.is_none() && tries < TRIES {
            tries += 1;
            result = worker.get_or_insert_with(|| Worker::start(command)).ask(&task);
            if result.is_none() {
                worker = None;
            }
        }
        let result = result.unwrap_or_else(|| "lost".to_owned());
        if results.send((number, result)).is_err() {
            return;
        }
    }
}

/// A process that runs the command. Dropping it closes its input and waits for its end.
struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(command: &str) -> Worker {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shell.spawn().expect("sh can be started");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        Worker { child, input, output }
    }

    /// The worker's answer; `None` if it dies first, with half a line or none.
    fn ask(&mut self, task: &str) -> Option<String> {
        writeln!(self.input.as_ref()?, "{task}").ok()?;
        let mut line = String::new();
        self.output.read_line(&mut line).ok()?;
        line.strip_suffix('\n').map(str::to_owned)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// Prints each result when all before it have been printed.
fn print_in_order(results: mpsc::Receiver<(usize, String)>) {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, result) in results {
        early.insert(number, result);
        while let Some(result) = early.remove(&next) {
            println!("{result}");
            next += 1;
        }
        let _ = io::stdout().flush();
    }
}
