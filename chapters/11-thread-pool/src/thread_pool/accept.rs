//! Accepting tasks.

use super::books::{Both, Shared, wait};
use super::{ThreadPool, worker};
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
        self.accept((task, callback), Patience::Endless, with_callback)
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
        self.accept((task, callback), Patience::None, with_callback)
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
        self.accept((task, callback), Patience::For(timeout), with_callback)
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
        self.accept_with_handle(task, Patience::Endless)
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
        self.accept_with_handle(task, Patience::None)
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
        self.accept_with_handle(task, Patience::For(timeout))
    }

    fn accept_with_handle<R, F>(
        &self,
        task: F,
        patience: Patience,
    ) -> Result<TaskHandle<R>, ExecuteError<F>>
    where
        R: Send + 'static,
        F: FnOnce() -> R + Send + 'static,
    {
        let mut handle = None;
        self.accept(task, patience, |task| {
            let (its_handle, task) = TaskHandle::new(task, self.shared.looks);
            handle = Some(its_handle);
            task
        })?;
        Ok(handle.expect("an accepted task was made into one"))
    }

    /// Puts `work` into the queue: for an idle thread, for a new one or to wait,
    /// whichever is possible first.
    fn accept<W>(
        &self,
        work: W,
        mut patience: Patience,
        into_task: impl FnOnce(W) -> Task,
    ) -> Result<(), ExecuteError<W>> {
        let shared = &*self.shared;
        let mut back = shared.lock_back();
        loop {
            if back.closed {
                return Err(ExecuteError::Closed(work));
            }
            if back.spawned == shared.max_threads && shared.max_waiting == 0 {
                break; // nothing to decide
            }
            let mut both = shared.lock_too(back);
            if !both.has_idle() && both.back.spawned < shared.max_threads {
                match worker::spawn(&self.shared, both.back.threads.len()) {
                    Ok(thread) => both.back.add_thread(thread),
                    Err(error) if both.back.spawned == 0 => {
                        return Err(ExecuteError::NoThread(work, error));
                    }
                    Err(_) => {} // the threads there are will come to it
                }
            }
            if both.has_idle() || both.has_room(shared.max_waiting) {
                back = both.unlock_front();
                break;
            }
            if !wait_for_room(shared, both, &mut patience) {
                return Err(ExecuteError::Full(work));
            }
            back = shared.lock_back();
        }
        back.tasks.push_back(into_task(work));
        let awake = back.who_to_wake();
        drop(back);
        if let Some(thread) = awake {
            thread.unpark();
        }
        Ok(())
    }
}

/// Waits until there may be room. False if it is too late.
fn wait_for_room<'a>(shared: &'a Shared, both: Both<'a>, patience: &mut Patience) -> bool {
    let Ok(deadline) = patience.deadline() else { return false };
    let Both { mut front, back } = both;
    drop(back);
    front.want_room += 1;
    let (mut front, in_time) = wait(&shared.room, front, deadline);
    front.want_room -= 1;
    in_time
}

/// How long to wait for room.
enum Patience {
    None,
    Endless,
    For(Duration),
    Until(Instant),
}

impl Patience {
    /// When to give up. The clock is read only by who really waits.
    fn deadline(&mut self) -> Result<Option<Instant>, ()> {
        if let Patience::For(timeout) = *self {
            // A deadline too far away for the clock is none.
            *self = Instant::now().checked_add(timeout).map_or(Patience::Endless, Patience::Until);
        }
        match *self {
            Patience::Until(deadline) => Ok(Some(deadline)),
            Patience::Endless => Ok(None),
            _ => Err(()),
        }
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
