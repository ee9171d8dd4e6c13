//! A task without its types.

use crate::inline::Inline;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A task that a pool accepted, with its callback if it has one.
///
/// [`ThreadPool::terminate`](crate::ThreadPool::terminate) returns those that
/// were not begun. To drop one is to cancel it: its callback never runs, and
/// its handle says [`Cancelled`](crate::TaskError::Cancelled).
#[must_use = "a task that is dropped never runs"]
pub struct Task(Inline);

impl Task {
    pub(crate) fn new(run: impl FnOnce() + Send + 'static) -> Self {
        Task(Inline::new(run))
    }

    /// Runs the task, and then its callback, on the calling thread. Does not
    /// panic: what the task throws goes to its callback or its handle.
    ///
    /// ```
    /// use ch11_thread_pool::ThreadPool;
    /// use std::sync::Barrier;
    ///
    /// static BEGUN: Barrier = Barrier::new(2);
    /// static GO_ON: Barrier = Barrier::new(2);
    ///
    /// let pool = ThreadPool::new(1);
    /// let first = pool.submit(|| (BEGUN.wait(), GO_ON.wait())).unwrap();
    /// let second = pool.submit(|| 2).unwrap();
    /// BEGUN.wait();
    /// for task in pool.terminate() {
    ///     task.run();
    /// }
    /// assert_eq!(second.join().unwrap(), 2);
    /// GO_ON.wait();
    /// first.join().unwrap();
    /// ```
    pub fn run(self) {
        contain(|| self.0.call());
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task(..)")
    }
}

/// Runs `f` and lets no panic out. The panic hook has reported it by then.
pub(crate) fn contain(f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return };
    // What was thrown may panic when it is dropped. What that throws is leaked.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}
