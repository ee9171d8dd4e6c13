//! Many tasks on one thread, switched whenever one has to wait.
//!
//! [`run`] makes a hub, runs tasks on it until the first one ends, and takes it
//! down again. A task is an ordinary function on a stack of its own. When it
//! waits, by [`sleep`], [`Event::wait`], [`Queue::get`], a read from a
//! [`net::TcpStream`], the hub lets another one go on; the thread itself
//! sleeps only when every task waits. Between two such calls nothing else runs,
//! so tasks share `Rc<Cell<…>>` and need no lock.
//!
//! ```
//! use ch12_coroutines::hub;
//! use std::time::Duration;
//!
//! let total = hub::run(|| {
//!     let tasks = (1..=3u64).map(|n| {
//!         hub::spawn(move || {
//!             hub::sleep(Duration::from_millis(n));
//!             n
//!         })
//!     });
//!     hub::join_all(tasks).into_iter().map(Result::unwrap).sum::<u64>()
//! })?;
//! assert_eq!(total, 6);
//! # Ok::<(), hub::RunError>(())
//! ```
//!
//! # Order
//!
//! Tasks that are ready run first come, first served: [`spawn`] and whatever ends a
//! wait put a task at the end of the line. `sleep(Duration::ZERO)` lets
//! everyone who is in the line go first.
//!
//! # What blocks a task and what blocks the thread
//!
//! Only the functions of this module give way. `std::thread::sleep`, a
//! `std::net` socket, a `Mutex` that another thread holds, or a long computation
//! stops every task. So does [`net::TcpStream::connect`] with a host name: the system
//! looks it up by a blocking call, for which [`net::lookup`] has a thread. gevent replaces Python's own blocking functions at
//! run time (`monkey.patch_all()`); a compiled language cannot, and tokio's
//! answer, types of its own, is ours too.
//!
//! # Being ended
//!
//! [`JoinHandle::kill`], [`timeout`] and the end of `run` end a wait by a panic
//! that carries no message, so that destructors run. Code that catches every
//! panic catches these too; let them through. Caught, they are raised again at the
//! next wait, and a task that goes on catching them is given up: it ends as
//! [`JoinError::Abandoned`], and what is on its stack is not dropped. A destructor that runs because
//! of a panic must not wait, as there is nobody to wait on its behalf: it ends the process.
//!
//! # Or tokio?
//!
//! A task here keeps its wait in its stack: any function can wait, also one
//! called by a library that knows nothing of it, and the code looks like code for
//! threads. It costs a page or two of memory a task. A tokio task keeps its wait in an
//! `async` state machine: some hundred bytes, on many threads if wished, and a
//! world of libraries, but every function on the way has to be `async`. Use tokio
//! for servers. Use stacks where the callers in between cannot be changed.

mod error;
mod event;
mod join;
pub mod net;
mod queue;
mod reactor;
mod scheduler;
mod task;
mod timeout;
mod timers;
mod wait;

pub use error::{Empty, Full, JoinError, Outcome, Panic, RunError, Timeout};
pub use event::Event;
pub use join::{JoinHandle, join_all, join_all_timeout};
pub use queue::Queue;
pub use timeout::timeout;

use std::time::{Duration, Instant};
use task::Claim;

/// Runs `main` as the first task of a new hub on this thread, and returns what
/// it returns.
///
/// When `main` ends, whatever tasks are left are killed and their stacks unwound. The
/// thread is blocked meanwhile.
///
/// # Errors
///
/// - [`RunError::Deadlock`] if `main` waits for something that nobody can bring
///   about: no task is ready, no clock is set and no socket awaited. All tasks have been unwound then.
/// - [`RunError::Nested`] if this thread has a hub already.
/// - [`RunError::NoStack`] if there is no memory for the stack of `main`.
///
/// # Panics
///
/// With the panic of `main`, if it ends by one. That of another task goes to
/// who [joins](JoinHandle::join) it; that of the destructor of a result that nobody can
/// join any more goes nowhere.
///
/// ```
/// use ch12_coroutines::hub;
///
/// assert_eq!(hub::run(|| 42).unwrap(), 42);
///
/// let never = hub::run(|| hub::Event::new().wait());
/// assert!(matches!(never, Err(hub::RunError::Deadlock)));
/// ```
pub fn run<R: 'static>(main: impl FnOnce() -> R + 'static) -> Result<R, RunError> {
    Builder::new().run(main)
}

/// [`run`], with another size of stack.
#[derive(Debug, Clone)]
pub struct Builder {
    stack_size: usize,
}

impl Builder {
    /// 256 KiB of address space a task.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// assert_eq!(hub::Builder::new().run(|| 42).unwrap(), 42);
    /// ```
    pub fn new() -> Builder {
        Builder { stack_size: crate::stack::DEFAULT_SIZE }
    }

    /// How deep each task's calls may go, in bytes; rounded up to whole pages.
    /// With more than there is, tasks end as [`JoinError::NoStack`], and
    /// [`run`](Builder::run) as [`RunError::NoStack`].
    ///
    /// Only touched pages become memory. A task that goes deeper hits a guard
    /// page, and the process ends with a segmentation fault.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// let answer = hub::Builder::new().stack_size(64 * 1024).run(|| 42);
    /// assert_eq!(answer.unwrap(), 42);
    /// ```
    pub fn stack_size(&mut self, bytes: usize) -> &mut Builder {
        self.stack_size = bytes;
        self
    }

    /// As [`run`](fn@run).
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// let depth = hub::Builder::new().stack_size(1 << 20).run(|| {
    ///     let large = [1u8; 600_000];
    ///     std::hint::black_box(&large).len()
    /// });
    /// assert_eq!(depth.unwrap(), 600_000);
    /// ```
    ///
    /// # Errors
    ///
    /// As [`run`](fn@run).
    ///
    /// # Panics
    ///
    /// As [`run`](fn@run).
    pub fn run<R: 'static>(&self, main: impl FnOnce() -> R + 'static) -> Result<R, RunError> {
        scheduler::run(self.stack_size, main)
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

/// Starts a task that runs `body`. It gets its turn when the caller waits.
///
/// Dropping the handle lets the task go on by itself. Its result is dropped in the task then,
/// as the last that the task does.
///
/// # Panics
///
/// Outside [`run`].
///
/// ```
/// # use ch12_coroutines::hub;
/// let answer = hub::run(|| hub::spawn(|| 42).join().unwrap());
/// assert_eq!(answer.unwrap(), 42);
/// ```
pub fn spawn<R: 'static>(body: impl FnOnce() -> R + 'static) -> JoinHandle<R> {
    scheduler::with(|hub| {
        let (task, claim) = Claim::new(body);
        hub.line_up(task);
        JoinHandle::new(claim)
    })
}

/// Starts a task that gets its first turn after `delay`.
///
/// # Panics
///
/// Outside [`run`].
///
/// ```
/// # use ch12_coroutines::hub;
/// # use std::time::Duration;
/// let order = hub::run(|| {
///     let queue = std::rc::Rc::new(hub::Queue::unbounded());
///     let (first, second) = (queue.clone(), queue.clone());
///     hub::spawn_later(Duration::from_millis(2), move || second.put("later"));
///     hub::spawn(move || first.put("now"));
///     [queue.get(), queue.get()]
/// });
/// assert_eq!(order.unwrap(), ["now", "later"]);
/// ```
pub fn spawn_later<R: 'static>(
    delay: Duration,
    body: impl FnOnce() -> R + 'static,
) -> JoinHandle<R> {
    scheduler::with(|hub| {
        let (task, claim) = Claim::new(body);
        match Instant::now().checked_add(delay) {
            Some(due) => {
                let start = hub.timers.borrow_mut().set(due, task.clone(), None);
                task.more().start.set(Some(start));
            }
            // Never within the life of this machine: it waits to be killed.
            None => hub.keep(task),
        }
        JoinHandle::new(claim)
    })
}

/// Lets the other tasks run for at least `duration`.
///
/// With zero, the caller goes to the end of the line of ready tasks.
///
/// # Panics
///
/// Outside [`run`].
///
/// ```
/// # use ch12_coroutines::hub;
/// # use std::time::{Duration, Instant};
/// let slept = hub::run(|| {
///     let start = Instant::now();
///     hub::sleep(Duration::from_millis(2));
///     start.elapsed()
/// });
/// assert!(slept.unwrap() >= Duration::from_millis(2));
/// ```
pub fn sleep(duration: Duration) {
    if duration.is_zero() {
        let task = scheduler::about_to_wait();
        scheduler::with(|hub| hub.make_ready(task));
        scheduler::park();
    } else {
        wait::sleep_until(wait::moment_in(duration));
    }
}
