//! Second step: the queue and the counts under one lock.
//!
//! Whoever gives a task counts, decides and puts it into the queue without
//! letting go of the lock, so what was counted still holds. But everybody needs
//! that lock for each task twice, and each task is a wake-up: a system call, even
//! where nobody sleeps.

use crate::{ExecuteError, Sizes};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// A correct pool, in the fewest words. [`crate::ThreadPool`] does the same,
/// faster, and can do more.
///
/// To drop it is to close it and to wait until every task has run.
///
/// ```
/// use ch11_thread_pool::correct::ThreadPool;
/// use std::sync::mpsc;
///
/// let (sender, results) = mpsc::channel();
/// let pool = ThreadPool::new(4);
/// for n in 0..10 {
///     let sender = sender.clone();
///     pool.execute(move || sender.send(n * n).unwrap()).unwrap();
/// }
/// drop(pool);
/// assert_eq!(results.try_iter().sum::<i32>(), 285);
/// ```
pub struct ThreadPool {
    max_threads: usize,
    shared: Arc<Shared>,
}

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Shared {
    books: Mutex<Books>,
    /// A task has come, or the pool was closed.
    work: Condvar,
    /// A task has ended, or a thread has left.
    changed: Condvar,
}

#[derive(Default)]
struct Books {
    tasks: VecDeque<Task>,
    spawned: usize,
    running: usize,
    closed: bool,
    threads: Vec<JoinHandle<()>>,
}

impl ThreadPool {
    /// A pool of at most `max_threads` threads, of which it has none yet.
    ///
    /// # Panics
    ///
    /// If `max_threads` is 0.
    pub fn new(max_threads: usize) -> Self {
        assert!(max_threads > 0, "a pool needs a thread");
        ThreadPool { max_threads, shared: Arc::default() }
    }

    /// Has a thread run `task`. A new one, if there may be another and none is
    /// idle. A panic ends with the task.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Closed`] if the pool is closed.
    ///
    /// # Panics
    ///
    /// If the system has no thread to give.
    // ANCHOR: execute
    pub fn execute<F: FnOnce() + Send + 'static>(&self, task: F) -> Result<(), ExecuteError<F>> {
        let mut books = self.shared.lock();
        if books.closed {
            return Err(ExecuteError::Closed(task));
        }
        if books.sizes().idle == 0 && books.spawned < self.max_threads {
            let shared = Arc::clone(&self.shared);
            books.threads.push(thread::spawn(move || shared.work()));
            books.spawned += 1;
        }
        books.tasks.push_back(Box::new(task));
        self.shared.work.notify_one();
        Ok(())
    }
    // ANCHOR_END: execute

    /// How many threads and waiting tasks there are, all at the same moment.
    pub fn sizes(&self) -> Sizes {
        self.shared.lock().sizes()
    }

    /// Blocks until every task has run. Not for tasks of the pool: they would
    /// wait for themselves.
    pub fn wait_idle(&self) {
        let waits = |books: &mut Books| books.running > 0 || !books.tasks.is_empty();
        let quiet = self.shared.changed.wait_while(self.shared.lock(), waits);
        drop(quiet.unwrap_or_else(PoisonError::into_inner));
    }

    /// Accepts no more tasks. Those that were accepted still run; then the
    /// threads leave.
    pub fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.work.notify_all();
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.close();
        let threads = std::mem::take(&mut self.shared.lock().threads);
        for thread in threads {
            // A worker does not panic: it contains what its tasks throw.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool").field("sizes", &self.sizes()).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Books> {
        // No task runs under this lock.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread of the pool does.
    fn work(&self) {
        let mut books = self.lock();
        loop {
            if let Some(task) = books.tasks.pop_front() {
                books.running += 1;
                drop(books);
                let _ = catch_unwind(AssertUnwindSafe(task));
                books = self.lock();
                books.running -= 1;
                self.changed.notify_all();
            } else if books.closed {
                break;
            } else {
                books = self.work.wait(books).unwrap_or_else(PoisonError::into_inner);
            }
        }
        books.spawned -= 1;
        self.changed.notify_all();
    }
}

impl Books {
    /// Each task in the queue belongs to a thread that runs none, on paper, as
    /// long as there are such.
    fn sizes(&self) -> Sizes {
        let (free, queued) = (self.spawned - self.running, self.tasks.len());
        Sizes {
            spawned: self.spawned,
            idle: free.saturating_sub(queued),
            waiting: queued.saturating_sub(free),
        }
    }
}
