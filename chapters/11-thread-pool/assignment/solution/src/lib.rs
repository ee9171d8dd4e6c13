//! A thread pool with priorities, cancellation and a graceful end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Done,
    /// It panicked.
    Panicked,
    /// It was cancelled before it began, and never ran.
    Cancelled,
}

/// The pool takes no more tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShutDown;

/// Threads that run tasks, the most urgent first.
///
/// Dropping it is `shutdown`.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    tasks: BinaryHeap<Task>,
    submitted: u64,
    shut_down: bool,
}

type Body = Box<dyn FnOnce() + Send>;

struct Task {
    priority: u32,
    number: u64,
    slot: Arc<Slot>,
}

/// Where a task and its outcome are kept. Whoever takes the body decides what becomes of it.
struct Slot {
    state: Mutex<State>,
    decided: Condvar,
}

struct State {
    body: Option<Body>,
    outcome: Option<Outcome>,
}

impl Slot {
    fn decide(&self, outcome: Outcome) {
        self.state.lock().unwrap().outcome = Some(outcome);
        self.decided.notify_all();
    }

    fn run(&self) {
        let Some(body) = self.state.lock().unwrap().body.take() else { return };
        let result = catch_unwind(AssertUnwindSafe(body));
        self.decide(if result.is_ok() { Outcome::Done } else { Outcome::Panicked });
    }

    fn cancel(&self) -> bool {
        let body = self.state.lock().unwrap().body.take();
        let cancelled = body.is_some();
        if cancelled {
            self.decide(Outcome::Cancelled);
        }
        cancelled
    }
}

impl Pool {
    /// A pool of so many threads.
    pub fn new(threads: usize) -> Self {
        let queue = Queue { tasks: BinaryHeap::new(), submitted: 0, shut_down: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        let start = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.work())
        };
        let threads = (0..threads).map(start).collect();
        Pool { shared, threads: Mutex::new(threads) }
    }

    /// Queues a task. Tasks of higher priority go first, those of equal priority in the order in
    /// which they were submitted.
    pub fn submit<F>(&self, priority: u32, task: F) -> Result<Ticket, ShutDown>
    where
        F: FnOnce() + Send + 'static,
    {
        let state = State { body: Some(Box::new(task)), outcome: None };
        let slot = Arc::new(Slot { state: Mutex::new(state), decided: Condvar::new() });
        let mut queue = self.shared.queue.lock().unwrap();
        if queue.shut_down {
            return Err(ShutDown);
        }
        let number = queue.submitted;
        queue.submitted += 1;
        queue.tasks.push(Task { priority, number, slot: Arc::clone(&slot) });
        drop(queue);
        self.shared.changed.notify_one();
        Ok(Ticket { slot })
    }

    /// Takes no more tasks, runs all that are queued, and returns when every thread has ended.
    pub fn shutdown(&self) {
        self.shared.queue.lock().unwrap().shut_down = true;
        self.end();
    }

    /// Takes no more tasks, cancels those that are queued, lets those that run come to their end, and
    /// returns when every thread has ended.
    pub fn shutdown_now(&self) {
        let mut queue = self.shared.queue.lock().unwrap();
        queue.shut_down = true;
        let rest = std::mem::take(&mut queue.tasks);
        drop(queue);
        for task in rest {
            task.slot.cancel();
        }
        self.end();
    }

    fn end(&self) {
        self.shared.changed.notify_all();
        // The lock is kept: a second caller returns when the threads have ended, not before.
        for thread in self.threads.lock().unwrap().drain(..) {
            thread.join().expect("a worker catches the panics of its tasks");
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Shared {
    fn work(&self) {
        while let Some(task) = self.next() {
            task.slot.run();
        }
    }

    fn next(&self) -> Option<Task> {
        let mut queue = self.queue.lock().unwrap();
        loop {
            if let Some(task) = queue.tasks.pop() {
                return Some(task);
            }
            if queue.shut_down {
                return None;
            }
            queue = self.changed.wait(queue).unwrap();
        }
    }
}

/// What whoever submitted a task has of it.
pub struct Ticket {
    slot: Arc<Slot>,
}

impl Ticket {
    /// Cancels the task, if it has not begun. Whether this call did it.
    pub fn cancel(&self) -> bool {
        self.slot.cancel()
    }

    /// Blocks until it is known what became of the task. Any number of threads may ask.
    pub fn wait(&self) -> Outcome {
        let mut state = self.slot.state.lock().unwrap();
        loop {
            if let Some(outcome) = state.outcome {
                return outcome;
            }
            state = self.slot.decided.wait(state).unwrap();
        }
    }
}

// The greatest comes out of a heap first: high priority, then low number.
impl Ord for Task {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.cmp(&other.priority).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Task {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Task {}
