//! The pool: who may run what, under one lock.

mod accept;
mod ending;
mod worker;

use crate::Task;
use ch07_queue::Queue;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

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
pub struct ThreadPool {
    shared: Arc<Shared>,
}

/// What the pool and its threads share.
struct Shared {
    max_threads: usize,
    /// 0 means any number.
    max_waiting: usize,
    /// The accepted tasks. Its bound is not used: a task for which a thread is
    /// idle should not be refused only because that thread has yet to wake up.
    tasks: Queue<Task>,
    state: Mutex<State>,
    /// A thread has come to the end of a task, or the pool was closed.
    room: Condvar,
    /// The last thread has left.
    empty: Condvar,
}

/// The pool's books.
///
/// A task that is accepted is given at once to an idle thread or to a new one,
/// on paper; which thread then takes it from the queue does not matter. If
/// there is neither, it waits. So `waiting > 0` only if `idle == 0`, and with
/// every change made under the lock, `idle ≤ spawned ≤ max_threads`.
#[derive(Default)]
struct State {
    spawned: usize,
    idle: usize,
    waiting: usize,
    closed: bool,
    /// Also those that have left, until they are joined.
    threads: Vec<JoinHandle<()>>,
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
        let max_threads = match max_threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            given => given,
        };
        let shared = Shared {
            max_threads,
            max_waiting,
            tasks: Queue::new(0),
            state: Mutex::default(),
            room: Condvar::new(),
            empty: Condvar::new(),
        };
        ThreadPool { shared: Arc::new(shared) }
    }

    /// How many threads the pool may have.
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
        let state = self.shared.lock();
        Sizes { spawned: state.spawned, idle: state.idle, waiting: state.waiting }
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

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the calling thread is one of the pool's.
    fn called_from_task(&self) -> bool {
        let this = thread::current().id();
        self.threads.iter().any(|thread| thread.thread().id() == this)
    }
}

/// Waits for a notification, until `deadline` if there is one. `None` if there
/// is no time left; the caller has looked at the state before.
fn wait<'a>(
    condition: &Condvar,
    state: MutexGuard<'a, State>,
    deadline: Option<Instant>,
) -> Option<MutexGuard<'a, State>> {
    let Some(deadline) = deadline else {
        return Some(condition.wait(state).unwrap_or_else(PoisonError::into_inner));
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return None;
    }
    let waited = condition.wait_timeout(state, left);
    Some(waited.unwrap_or_else(PoisonError::into_inner).0)
}
