//! The caller's side of a submitted task.

use crate::task::contain;
use crate::{Task, TaskError, TaskPanic};
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Waits for the result of a task, or cancels it.
///
/// Made by [`ThreadPool::submit`](crate::ThreadPool::submit). To drop it is to
/// let the task go on without anybody waiting for its result. What that result's
/// destructor throws goes nowhere, whether the task had ended by then or not.
#[must_use = "dropping the handle loses the task's result; `drop` it if that is meant"]
pub struct TaskHandle<R> {
    slot: Arc<Slot<R, dyn Discard>>,
}

/// What the handle and the queued task share: one allocation.
struct Slot<R, T: ?Sized> {
    progress: Mutex<Progress<R>>,
    /// How often to look again before going to sleep.
    looks: u32,
    /// The task itself, as long as it is queued: `Mutex<Option<F>>`.
    task: T,
}

struct Progress<R> {
    stage: Stage<R>,
    /// Who sleeps in `join`.
    waiting: Option<Thread>,
}

enum Stage<R> {
    Queued,
    Running,
    Finished(Result<R, TaskError>),
}

/// Whether the handle goes last or the task is a matter of time: so nobody hears of a result that panics when it is dropped.
impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if let Stage::Finished(result) = mem::replace(&mut self.stage, Stage::Running) {
            contain(|| drop(result));
        }
    }
}

/// A task of which the handle need not know the type.
trait Discard: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn discard(&self);
}

impl<F: Send> Discard for Mutex<Option<F>> {
    fn discard(&self) {
        // Its values' destructors run unlocked.
        drop(take(self));
    }
}

fn take<F>(task: &Mutex<Option<F>>) -> Option<F> {
    task.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The queued task's side. Dropped without a run, it tells the handle.
struct Ticket<R, T: Discard>(Option<Arc<Slot<R, T>>>);

impl<R: Send + 'static> TaskHandle<R> {
    /// The handle, and what the pool is to run.
    pub(crate) fn new<F>(task: F, looks: u32) -> (TaskHandle<R>, Task)
    where
        F: FnOnce() -> R + Send + 'static,
    {
        let progress = Progress { stage: Stage::Queued, waiting: None };
        let task = Mutex::new(Some(task));
        let slot = Arc::new(Slot { progress: Mutex::new(progress), looks, task });
        let ticket = Ticket(Some(Arc::clone(&slot)));
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
        self.slot.wait(None).expect("without a deadline, it comes")
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
        self.slot.wait(Some(deadline)).ok_or(self)
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
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel::<()>();
    /// let pool = ch11_thread_pool::ThreadPool::new(1);
    /// let task = pool.submit(move || receiver.recv().unwrap()).unwrap();
    /// assert!(!task.is_finished());
    /// sender.send(()).unwrap();
    /// pool.close();
    /// pool.join().unwrap();
    /// assert!(task.is_finished());
    /// ```
    pub fn is_finished(&self) -> bool {
        matches!(self.slot.lock().stage, Stage::Finished(_))
    }
}

impl<R, T: Discard + ?Sized> Slot<R, T> {
    fn lock(&self) -> MutexGuard<'_, Progress<R>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks until the task has ended, and takes its result. `None` if the
    /// deadline is over first.
    fn wait(&self, deadline: Option<Instant>) -> Option<Result<R, TaskError>> {
        let mut looks = 0;
        let mut progress = self.lock();
        loop {
            match mem::replace(&mut progress.stage, Stage::Running) {
                Stage::Finished(result) => return Some(result),
                other => progress.stage = other,
            }
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                progress.waiting = None;
                return None;
            }
            if looks < self.looks {
                looks += 1;
                drop(progress);
                thread::yield_now();
            } else {
                progress.waiting = Some(thread::current());
                drop(progress);
                // Parking may end for no reason.
                match left {
                    Some(left) => thread::park_timeout(left),
                    None => thread::park(),
                }
            }
            progress = self.lock();
        }
    }

    fn cancel(&self) -> bool {
        let progress = self.lock();
        if !matches!(progress.stage, Stage::Queued) {
            return false;
        }
        finish(progress, Err(TaskError::Cancelled));
        self.task.discard();
        true
    }
}

/// Keeps the result, and wakes who waits for it when the lock is free again.
fn finish<R>(mut progress: MutexGuard<'_, Progress<R>>, result: Result<R, TaskError>) {
    progress.stage = Stage::Finished(result);
    let waiting = progress.waiting.take();
    drop(progress);
    if let Some(thread) = waiting {
        thread.unpark();
    }
}

impl<R, F: FnOnce() -> R + Send> Ticket<R, Mutex<Option<F>>> {
    fn run(mut self) {
        let Some(slot) = self.0.take() else { return };
        let mut progress = slot.lock();
        if !matches!(progress.stage, Stage::Queued) {
            return; // cancelled
        }
        progress.stage = Stage::Running;
        drop(progress);
        let Some(task) = take(&slot.task) else { return };
        let result = catch_unwind(AssertUnwindSafe(task));
        let result = result.map_err(|payload| TaskError::Panicked(TaskPanic::new(payload)));
        finish(slot.lock(), result);
    }
}

impl<R, T: Discard> Drop for Ticket<R, T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.cancel();
        }
    }
}

impl<R> fmt::Debug for TaskHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.slot.lock().stage {
            Stage::Queued => "queued",
            Stage::Running => "running",
            Stage::Finished(_) => "finished",
        };
        f.debug_struct("TaskHandle").field("stage", &stage).finish_non_exhaustive()
    }
}
