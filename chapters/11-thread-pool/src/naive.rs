//! First step: the document's pool. A queue with workers behind it, and counts
//! that nobody locks. It has holes.
//!
//! Between the look at a count and what is done about it, another thread may
//! change it, or may look too. A thread counts itself once it runs, so whoever
//! gives the next task before that finds none. Two tasks that find the same
//! thread idle both rely on it. And `close` is an item in the queue, which a task
//! may come after.

use ch07_queue::Queue;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// A pool that may start too many threads or too few, and lose tasks. It is here
/// to be seen failing; use [`crate::ThreadPool`].
///
/// To drop it is to close it and to wait for its threads.
///
/// ```
/// use std::sync::mpsc;
///
/// let (sender, results) = mpsc::channel();
/// let pool = ch11_thread_pool::naive::ThreadPool::new(1);
/// pool.execute(move || sender.send(42).unwrap());
/// assert_eq!(results.recv(), Ok(42));
/// ```
pub struct ThreadPool {
    max_threads: usize,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

type Task = Box<dyn FnOnce() + Send>;

struct Shared {
    /// `None` tells a thread to leave.
    tasks: Queue<Option<Task>>,
    spawned: AtomicUsize,
    idle: AtomicUsize,
}

impl ThreadPool {
    /// A pool that means to have at most `max_threads` threads.
    pub fn new(max_threads: usize) -> Self {
        let (spawned, idle) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Shared { tasks: Queue::new(0), spawned, idle });
        ThreadPool { max_threads, shared, threads: Mutex::default() }
    }

    /// Has a thread run `task`: an idle one if there is any, else a new one if
    /// there may be one. It looks, and then it acts, and that is the hole.
    // ANCHOR: execute
    pub fn execute(&self, task: impl FnOnce() + Send + 'static) {
        if self.idle() == 0 && self.spawned() < self.max_threads {
            let shared = Arc::clone(&self.shared);
            let thread = thread::spawn(move || shared.work());
            self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        self.put(Some(Box::new(task)));
    }
    // ANCHOR_END: execute

    /// How many threads were really started.
    pub fn started(&self) -> usize {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many threads have counted themselves.
    pub fn spawned(&self) -> usize {
        self.shared.spawned.load(SeqCst)
    }

    /// How many of them have said that they are idle.
    pub fn idle(&self) -> usize {
        self.shared.idle.load(SeqCst)
    }

    /// Tells as many threads to leave as have counted themselves. A task that
    /// comes later is accepted, and may never run.
    pub fn close(&self) {
        (0..self.spawned()).for_each(|_| self.put(None));
    }

    fn put(&self, task: Option<Task>) {
        self.shared.tasks.put(task).expect("this queue is never shut down");
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        let threads = std::mem::take(threads);
        // One for each, whether or not `close` has put one for it already.
        threads.iter().for_each(|_| self.put(None));
        for thread in threads {
            // A worker does not panic: it contains what its tasks throw.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool")
            .field("spawned", &self.spawned())
            .field("idle", &self.idle())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// What a thread of the pool does.
    fn work(&self) {
        self.spawned.fetch_add(1, SeqCst);
        let mut next = self.tasks.get();
        while let Ok(Some(task)) = next {
            let _ = catch_unwind(AssertUnwindSafe(task));
            self.idle.fetch_add(1, SeqCst);
            next = self.tasks.get();
            self.idle.fetch_sub(1, SeqCst);
        }
        self.spawned.fetch_sub(1, SeqCst);
    }
}
