//! The caller's side of a submitted task.

use crate::{Task, TaskError, TaskPanic};
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Waits for the result of a task, or cancels it.
///
/// Made by [`ThreadPool::submit`](crate::ThreadPool::submit). To drop it is to
/// let the task go on without anybody waiting for its result.
#[must_use = "dropping the handle loses the task's result; `drop` it if that is meant"]
pub struct TaskHandle<R> {
    slot: Arc<Slot<R>>,
}

/// What the handle and the queued task share.
struct Slot<R> {
    stage: Mutex<Stage<R>>,
    finished: Condvar,
}

enum Stage<R> {
    Queued(Box<dyn FnOnce() -> R + Send>),
    Running,
    Finished(Result<R, TaskError>),
}

/// The queued task's side. Dropped without a run, it tells the handle.
struct Ticket<R>(Arc<Slot<R>>);

impl<R: Send + 'static> TaskHandle<R> {
    /// The handle, and what the pool is to run.
    pub(crate) fn new(task: impl FnOnce() -> R + Send + 'static) -> (TaskHandle<R>, Task) {
        let stage = Mutex::new(Stage::Queued(Box::new(task)));
        let slot = Arc::new(Slot { stage, finished: Condvar::new() });
        let ticket = Ticket(Arc::clone(&slot));
        (TaskHandle { slot }, Task::new(move || ticket.run()))
    }
}

impl<R> TaskHandle<R> {
    /// Blocks until the task has ended, and returns what it returned.
    ///
    /// A task that waits for another task of its own pool keeps a thread from
    /// it. If all threads do so, none goes on.
    ///
    /// # Errors
    ///
    /// [`TaskError::Panicked`] or [`TaskError::Cancelled`].
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::new(2);
    /// assert_eq!(pool.submit(|| 6 * 7).unwrap().join().unwrap(), 42);
    /// ```
    pub fn join(self) -> Result<R, TaskError> {
        let mut stage = self.slot.lock();
        loop {
            match mem::replace(&mut *stage, Stage::Running) {
                Stage::Finished(result) => return result,
                other => *stage = other,
            }
            stage = self.slot.finished.wait(stage).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Like [`join`](TaskHandle::join), but waits at most for `timeout`.
    ///
    /// # Errors
    ///
    /// The handle itself if the task has not ended in time.
    ///
    /// ```
    /// use ch11_thread_pool::ThreadPool;
    /// use std::{sync::mpsc, time::Duration};
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// let pool = ThreadPool::new(1);
    /// let handle = pool.submit(move || receiver.recv().unwrap()).unwrap();
    /// let handle = handle.join_timeout(Duration::from_millis(1)).unwrap_err();
    /// sender.send(42).unwrap();
    /// assert_eq!(handle.join().unwrap(), 42);
    /// ```
    pub fn join_timeout(self, timeout: Duration) -> Result<Result<R, TaskError>, TaskHandle<R>> {
        // A deadline too far away for the clock is none.
        let Some(deadline) = Instant::now().checked_add(timeout) else { return Ok(self.join()) };
        let mut stage = self.slot.lock();
        while !matches!(*stage, Stage::Finished(_)) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(stage);
                return Err(self);
            }
            let waited = self.slot.finished.wait_timeout(stage, left);
            stage = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(stage);
        Ok(self.join())
    }

    /// Takes the task back and drops it. False if it is too late: the task is
    /// running or has ended, and the handle will have its result.
    ///
    /// What is left of the task keeps its place in the queue until a thread
    /// comes to it.
    ///
    /// ```
    /// use ch11_thread_pool::{TaskError, ThreadPool};
    /// use std::sync::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel::<()>();
    /// let pool = ThreadPool::new(1);
    /// let first = pool.submit(move || receiver.recv().unwrap()).unwrap();
    /// let second = pool.submit(|| panic!("never runs")).unwrap();
    /// assert!(second.cancel());
    /// assert!(matches!(second.join(), Err(TaskError::Cancelled)));
    /// sender.send(()).unwrap();
    /// first.join().unwrap();
    /// ```
    pub fn cancel(&self) -> bool {
        self.slot.cancel()
    }

    /// Whether the task has ended or was cancelled: `join` would not block.
    pub fn is_finished(&self) -> bool {
        matches!(*self.slot.lock(), Stage::Finished(_))
    }
}

impl<R> Slot<R> {
    fn lock(&self) -> MutexGuard<'_, Stage<R>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel(&self) -> bool {
        let mut stage = self.lock();
        if !matches!(*stage, Stage::Queued(_)) {
            return false;
        }
        let task = mem::replace(&mut *stage, Stage::Finished(Err(TaskError::Cancelled)));
        drop(stage);
        self.finished.notify_all();
        drop(task); // its values' destructors run unlocked
        true
    }
}

impl<R> Ticket<R> {
    fn run(self) {
        let mut stage = self.0.lock();
        let task = match mem::replace(&mut *stage, Stage::Running) {
            Stage::Queued(task) => task,
            cancelled => {
                *stage = cancelled;
                return;
            }
        };
        drop(stage);
        let result = catch_unwind(AssertUnwindSafe(task));
        let result = result.map_err(|payload| TaskError::Panicked(TaskPanic::new(payload)));
        *self.0.lock() = Stage::Finished(result);
        self.0.finished.notify_all();
    }
}

impl<R> Drop for Ticket<R> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl<R> fmt::Debug for TaskHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match *self.slot.lock() {
            Stage::Queued(_) => "queued",
            Stage::Running => "running",
            Stage::Finished(_) => "finished",
        };
        f.debug_struct("TaskHandle").field("stage", &stage).finish_non_exhaustive()
    }
}
