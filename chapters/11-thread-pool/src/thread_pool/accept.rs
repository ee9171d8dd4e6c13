//! Accepting tasks.

use super::{ThreadPool, wait, worker};
use crate::{ExecuteError, Task, TaskHandle, TaskPanic};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

impl ThreadPool {
    /// Has a thread run `task`, and then `callback` with what came of it: the
    /// task's value, or the panic that ended it.
    ///
    /// Blocks while as many tasks wait as may. A task that calls this on its
    /// own pool may thus wait for itself; it should call
    /// [`try_execute`](ThreadPool::try_execute).
    ///
    /// A panic in the callback is reported by the panic hook, as any other, and
    /// ends there.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Closed`] if the pool is closed, before or while it
    /// waits; [`ExecuteError::NoThread`] if the first thread cannot be started.
    /// Never `Full`.
    ///
    /// ```
    /// use ch11_thread_pool::{TaskPanic, ThreadPool};
    /// use std::sync::mpsc;
    ///
    /// let (sender, results) = mpsc::channel();
    /// let pool = ThreadPool::new(1);
    /// for text in ["12", "twelve"] {
    ///     let sender = sender.clone();
    ///     let callback = move |result: Result<i32, TaskPanic>| sender.send(result).unwrap();
    ///     pool.execute(move || text.parse().unwrap(), callback).unwrap();
    /// }
    /// assert_eq!(results.recv().unwrap().unwrap(), 12);
    /// assert!(results.recv().unwrap().unwrap_err().message().contains("InvalidDigit"));
    /// ```
    pub fn execute<R, F, C>(&self, task: F, callback: C) -> Result<(), ExecuteError<(F, C)>>
    where
        F: FnOnce() -> R + Send + 'static,
        C: FnOnce(Result<R, TaskPanic>) + Send + 'static,
    {
        self.accept((task, callback), None, with_callback)
    }

    /// Like [`execute`](ThreadPool::execute), but never waits for room.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Full`], and those of `execute`.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::bounded(1, 1);
    /// pool.try_execute(|| 1, |result| assert_eq!(result.unwrap(), 1)).unwrap();
    /// ```
    pub fn try_execute<R, F, C>(&self, task: F, callback: C) -> Result<(), ExecuteError<(F, C)>>
    where
        F: FnOnce() -> R + Send + 'static,
        C: FnOnce(Result<R, TaskPanic>) + Send + 'static,
    {
        self.accept((task, callback), Some(Instant::now()), with_callback)
    }

    /// Like [`execute`](ThreadPool::execute), but waits for room at most for
    /// `timeout`.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Full`] if there was none in time, and those of `execute`.
    ///
    /// ```
    /// use std::time::Duration;
    /// let pool = ch11_thread_pool::ThreadPool::bounded(1, 1);
    /// for n in 0..10 {
    ///     pool.execute_timeout(move || n, |_| (), Duration::from_secs(60)).unwrap();
    /// }
    /// ```
    pub fn execute_timeout<R, F, C>(
        &self,
        task: F,
        callback: C,
        timeout: Duration,
    ) -> Result<(), ExecuteError<(F, C)>>
    where
        F: FnOnce() -> R + Send + 'static,
        C: FnOnce(Result<R, TaskPanic>) + Send + 'static,
    {
        self.accept((task, callback), Instant::now().checked_add(timeout), with_callback)
    }

    /// Has a thread run `task`, and returns a handle to wait for its value or
    /// to cancel it. Blocks as [`execute`](ThreadPool::execute) does.
    ///
    /// # Errors
    ///
    /// Those of `execute`.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::new(1);
    /// let handle = pool.submit(|| "done").unwrap();
    /// assert_eq!(handle.join().unwrap(), "done");
    /// ```
    pub fn submit<R, F>(&self, task: F) -> Result<TaskHandle<R>, ExecuteError<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        self.accept_with_handle(task, None)
    }

    /// Like [`submit`](ThreadPool::submit), but never waits for room.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Full`], and those of `execute`.
    ///
    /// ```
    /// let pool = ch11_thread_pool::ThreadPool::bounded(1, 1);
    /// assert_eq!(pool.try_submit(|| 1).unwrap().join().unwrap(), 1);
    /// ```
    pub fn try_submit<R, F>(&self, task: F) -> Result<TaskHandle<R>, ExecuteError<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        self.accept_with_handle(task, Some(Instant::now()))
    }

    /// Like [`submit`](ThreadPool::submit), but waits for room at most for
    /// `timeout`.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Full`] if there was none in time, and those of `execute`.
    ///
    /// ```
    /// use std::time::Duration;
    /// let pool = ch11_thread_pool::ThreadPool::bounded(1, 1);
    /// let handle = pool.submit_timeout(|| 1, Duration::from_secs(60)).unwrap();
    /// assert_eq!(handle.join().unwrap(), 1);
    /// ```
    pub fn submit_timeout<R, F>(
        &self,
        task: F,
        timeout: Duration,
    ) -> Result<TaskHandle<R>, ExecuteError<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        self.accept_with_handle(task, Instant::now().checked_add(timeout))
    }

    fn accept_with_handle<R, F>(
        &self,
        task: F,
        deadline: Option<Instant>,
    ) -> Result<TaskHandle<R>, ExecuteError<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        let mut handle = None;
        self.accept(task, deadline, |task| {
            let (its_handle, task) = TaskHandle::new(task);
            handle = Some(its_handle);
            task
        })?;
        Ok(handle.expect("an accepted task was made into one"))
    }

    /// Gives `work` to an idle thread, to a new one or to the queue, whichever
    /// is possible first. No deadline means no end of waiting.
    fn accept<W>(
        &self,
        work: W,
        deadline: Option<Instant>,
        into_task: impl FnOnce(W) -> Task,
    ) -> Result<(), ExecuteError<W>> {
        let shared = &self.shared;
        let mut state = shared.lock();
        loop {
            if state.closed {
                return Err(ExecuteError::Closed(work));
            }
            if state.idle > 0 {
                state.idle -= 1;
                break;
            }
            if state.spawned < shared.max_threads {
                match worker::spawn(shared, state.spawned) {
                    Ok(thread) => {
                        state.spawned += 1;
                        state.threads.push(thread);
                        break;
                    }
                    Err(error) if state.spawned == 0 => {
                        return Err(ExecuteError::NoThread(work, error));
                    }
                    Err(_) => {} // the threads there are will come to it
                }
            }
            if shared.max_waiting == 0 || state.waiting < shared.max_waiting {
                state.waiting += 1;
                break;
            }
            state = match wait(&shared.room, state, deadline) {
                Some(state) => state,
                None => return Err(ExecuteError::Full(work)),
            };
        }
        // Still locked: the books and the queue change together.
        let put = shared.tasks.put(into_task(work));
        put.expect("the queue has no bound, and is shut down only when the pool is closed");
        Ok(())
    }
}

fn with_callback<R, F, C>((task, callback): (F, C)) -> Task
where
    F: FnOnce() -> R + Send + 'static,
    C: FnOnce(Result<R, TaskPanic>) + Send + 'static,
{
    Task::new(move || {
        callback(catch_unwind(AssertUnwindSafe(task)).map_err(TaskPanic::new));
    })
}
