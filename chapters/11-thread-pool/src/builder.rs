//! What can be chosen about a pool.

use crate::ThreadPool;
use std::thread;

/// Makes a [`ThreadPool`]. From [`ThreadPool::builder`].
///
/// ```
/// use ch11_thread_pool::ThreadPool;
///
/// let pool = ThreadPool::builder().max_threads(2).max_waiting(8).build();
/// assert_eq!(pool.max_threads(), 2);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder makes nothing before `build`"]
pub struct Builder {
    max_threads: usize,
    max_waiting: usize,
    looks: u32,
}

impl Default for Builder {
    /// A thread for each CPU, any number of waiting tasks, and 16 looks.
    fn default() -> Self {
        Builder { max_threads: 0, max_waiting: 0, looks: 16 }
    }
}

impl Builder {
    /// How many threads there may be. 0, as by default, means one for each CPU
    /// that the process may use, or a single one if that cannot be found out.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::builder().max_threads(5).build();
    /// assert_eq!(pool.max_threads(), 5);
    /// ```
    pub fn max_threads(mut self, max_threads: usize) -> Self {
        self.max_threads = max_threads;
        self
    }

    /// How many tasks may wait for a thread. 0, as by default, means any number.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::builder().max_waiting(100).build();
    /// pool.execute(|| (), |_| ()).unwrap();
    /// ```
    pub fn max_waiting(mut self, max_waiting: usize) -> Self {
        self.max_waiting = max_waiting;
        self
    }

    /// How often a thread that finds no task lets other threads go first and
    /// looks again before it goes to sleep; by default 16 times. Whoever
    /// [joins](crate::TaskHandle::join) a task does the same.
    ///
    /// To be woken costs several microseconds, on a CPU that has gone to sleep as
    /// well much more; a look costs less than one. With 0 nobody ever runs in
    /// vain. How often a thread looks changes only the speed.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::builder().looks(0).build();
    /// assert_eq!(pool.submit(|| 42).unwrap().join().unwrap(), 42);
    /// ```
    pub fn looks(mut self, looks: u32) -> Self {
        self.looks = looks;
        self
    }

    /// The pool. It starts no thread yet.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::builder().build();
    /// assert_eq!(pool.sizes().spawned, 0);
    /// ```
    pub fn build(self) -> ThreadPool {
        let max_threads = match self.max_threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        ThreadPool::with(max_threads, self.max_waiting, self.looks)
    }
}
