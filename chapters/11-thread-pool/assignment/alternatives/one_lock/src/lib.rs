//! A thread pool with priorities, cancellation and a graceful end.
//!
//! One lock for everything: the queue is a sorted map, and a ticket's outcome is in a table beside it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

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

type Key = (Reverse<u32>, u64);

#[derive(Default)]
struct State {
    queued: BTreeMap<Key, Box<dyn FnOnce() + Send>>,
    /// Tasks that have a ticket and are no longer queued; `None` while one runs.
    known: HashMap<Key, Option<Outcome>>,
    submitted: u64,
    threads: usize,
    shut_down: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn wait_while(&self, condition: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        self.changed.wait_while(self.lock(), |state| condition(state)).unwrap()
    }

    fn work(&self) {
        loop {
            let mut state = self.wait_while(|state| state.queued.is_empty() && !state.shut_down);
            let Some((key, task)) = state.queued.pop_first() else {
                state.threads -= 1;
                self.changed.notify_all();
                return;
            };
            state.known.insert(key, None);
            drop(state);
            let outcome = match catch_unwind(AssertUnwindSafe(task)) {
                Ok(()) => Outcome::Done,
                Err(_) => Outcome::Panicked,
            };
            self.lock().known.insert(key, Some(outcome));
            self.changed.notify_all();
        }
    }
}

/// Threads that run tasks, the most urgent first.
///
/// Dropping it is `shutdown`.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Pool {
    /// A pool of so many threads.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        shared.lock().threads = threads;
        let mut handles = Vec::new();
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            handles.push(thread::spawn(move || shared.work()));
        }
        Pool { shared, threads: Mutex::new(handles) }
    }

    /// Queues a task. Tasks of higher priority go first, those of equal priority in the order in
    /// which they were submitted.
    pub fn submit<F>(&self, priority: u32, task: F) -> Result<Ticket, ShutDown>
    where
        F: FnOnce() + Send + 'static,
    {
        let mut state = self.shared.lock();
        if state.shut_down {
            return Err(ShutDown);
        }
        state.submitted += 1;
        let key = (Reverse(priority), state.submitted);
        state.queued.insert(key, Box::new(task));
        self.shared.changed.notify_all();
        Ok(Ticket { shared: Arc::clone(&self.shared), key })
    }

    /// Takes no more tasks, runs all that are queued, and returns when every thread has ended.
    pub fn shutdown(&self) {
        self.shared.lock().shut_down = true;
        self.end();
    }

    /// Takes no more tasks, cancels those that are queued, lets those that run come to their end, and
    /// returns when every thread has ended.
    pub fn shutdown_now(&self) {
        let mut state = self.shared.lock();
        state.shut_down = true;
        let rest = std::mem::take(&mut state.queued);
        state.known.extend(rest.keys().map(|key| (*key, Some(Outcome::Cancelled))));
        drop(state);
        self.end();
    }

    fn end(&self) {
        self.shared.changed.notify_all();
        drop(self.shared.wait_while(|state| state.threads > 0));
        let handles = std::mem::take(&mut *self.threads.lock().unwrap());
        for handle in handles {
            handle.join().unwrap();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// What whoever submitted a task has of it.
pub struct Ticket {
    shared: Arc<Shared>,
    key: Key,
}

impl Ticket {
    /// Cancels the task, if it has not begun. Whether this call did it.
    pub fn cancel(&self) -> bool {
        let mut state = self.shared.lock();
        let task = state.queued.remove(&self.key);
        if task.is_some() {
            state.known.insert(self.key, Some(Outcome::Cancelled));
            self.shared.changed.notify_all();
        }
        drop(state);
        task.is_some()
    }

    /// Blocks until it is known what became of the task. Any number of threads may ask.
    pub fn wait(&self) -> Outcome {
        let known = |state: &State| state.known.get(&self.key).copied().flatten();
        let state = self.shared.wait_while(|state| known(state).is_none());
        known(&state).expect("it is known now")
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.shared.lock().known.remove(&self.key);
    }
}
