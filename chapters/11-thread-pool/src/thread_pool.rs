//! Third step: two locks, so that who gives tasks and who runs them seldom meet.

mod accept;
mod books;
mod ending;
mod worker;

use crate::Builder;
use books::Shared;
use std::fmt;
use std::sync::Arc;

/// Runs tasks on at most so many threads.
///
/// - A thread is started when a task comes for which none is idle, up to the
///   maximum. Threads stay until the pool is closed.
/// - A task waits only while all threads have one. How many may wait can be
///   bounded.
/// - A panic in a task or in a callback costs neither a thread nor a place.
///
/// To drop the pool is to [`close`](ThreadPool::close) it and to wait until
/// every task has run and every thread has left. If a task drops it, the
/// threads are left to end by themselves.
///
/// ```
/// use ch11_thread_pool::ThreadPool;
///
/// let pool = ThreadPool::new(4);
/// let squares: Vec<_> = (0..10).map(|n| pool.submit(move || n * n).unwrap()).collect();
/// let sum: i32 = squares.into_iter().map(|square| square.join().unwrap()).sum();
/// assert_eq!(sum, 285);
/// ```
///
/// # When not to use it
///
/// To compute on all elements of a collection, rayon is shorter and shares the
/// work out better. To borrow what the tasks work on, use `std::thread::scope`.
/// A forked copy of the process has none of the threads: it needs a pool of its own,
/// and must neither wait for this one nor drop it.
pub struct ThreadPool {
    shared: Arc<Shared>,
}

/// How many threads and waiting tasks a pool had at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Threads that were started and have not left.
    pub spawned: usize,
    /// Those of them that no task was given to.
    pub idle: usize,
    /// Tasks that were accepted and that no thread could be given to yet.
    pub waiting: usize,
}

impl ThreadPool {
    /// A pool of at most `max_threads` threads, and any number of waiting
    /// tasks. 0 threads means one for each CPU that the process may use, or a
    /// single one if that cannot be found out.
    ///
    /// Starts no thread yet.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::new(5);
    /// assert_eq!((pool.max_threads(), pool.sizes().spawned), (5, 0));
    /// ```
    pub fn new(max_threads: usize) -> Self {
        ThreadPool::bounded(max_threads, 0)
    }

    /// Like [`new`](ThreadPool::new), but at most `max_waiting` tasks may wait
    /// for a thread; 0 means any number.
    ///
    /// ```
    /// use ch11_thread_pool::{ExecuteError, ThreadPool};
    /// use std::sync::Barrier;
    /// static GATE: Barrier = Barrier::new(2);
    ///
    /// let pool = ThreadPool::bounded(1, 1);
    /// let _ = pool.submit(|| GATE.wait()).unwrap(); // has the thread
    /// let _ = pool.submit(|| ()).unwrap(); // waits
    /// assert!(matches!(pool.try_submit(|| ()), Err(ExecuteError::Full(_))));
    /// GATE.wait();
    /// ```
    pub fn bounded(max_threads: usize, max_waiting: usize) -> Self {
        ThreadPool::builder().max_threads(max_threads).max_waiting(max_waiting).build()
    }

    /// To choose more than the two numbers.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::builder().max_threads(2).looks(0).build();
    /// assert_eq!(pool.max_threads(), 2);
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn with(max_threads: usize, max_waiting: usize, looks: u32) -> Self {
        ThreadPool { shared: Arc::new(Shared::new(max_threads, max_waiting, looks)) }
    }

    /// How many threads the pool may have.
    ///
    /// ```
    /// assert_eq!(ch11_thread_pool::ThreadPool::new(5).max_threads(), 5);
    /// ```
    pub fn max_threads(&self) -> usize {
        self.shared.max_threads
    }

    /// How many threads there are, how many of them are idle and how many tasks
    /// wait, all at the same moment.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::new(5);
    /// pool.submit(|| ()).unwrap().join().unwrap();
    /// pool.wait_idle().unwrap();
    /// let sizes = pool.sizes();
    /// assert_eq!((sizes.spawned, sizes.idle, sizes.waiting), (1, 1, 0));
    /// ```
    pub fn sizes(&self) -> Sizes {
        self.shared.lock().sizes()
    }
}

impl Default for ThreadPool {
    /// A thread for each CPU, and any number of waiting tasks.
    fn default() -> Self {
        ThreadPool::new(0)
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool")
            .field("max_threads", &self.shared.max_threads)
            .field("max_waiting", &self.shared.max_waiting)
            .field("sizes", &self.sizes())
            .finish_non_exhaustive()
    }
}
