//! Waiting for a pool, and its end.

use super::{ThreadPool, wait};
use crate::{Task, WaitError};
use std::time::{Duration, Instant};

impl ThreadPool {
    /// Accepts no more tasks. Those that were accepted still run; then the
    /// threads leave. Does not wait for that; [`join`](ThreadPool::join) does.
    ///
    /// Whoever waits for room gets [`Closed`](crate::ExecuteError::Closed).
    ///
    /// ```
    /// use ch11_thread_pool::{ExecuteError, ThreadPool};
    ///
    /// let pool = ThreadPool::new(1);
    /// let accepted = pool.submit(|| "runs").unwrap();
    /// pool.close();
    /// assert_eq!(accepted.join().unwrap(), "runs");
    ///
    /// let refused = pool.submit(|| "comes back").unwrap_err();
    /// assert!(matches!(refused, ExecuteError::Closed(_)));
    /// assert_eq!(refused.into_task()(), "comes back");
    /// ```
    pub fn close(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        self.shared.tasks.shutdown();
        drop(state);
        self.shared.room.notify_all();
    }

    /// Accepts no more tasks, and returns those that no thread has begun, first
    /// come first. Those that were begun run to their end; then the threads
    /// leave. Does not wait for that; [`join`](ThreadPool::join) does.
    ///
    /// ```
    /// use ch11_thread_pool::{TaskError, ThreadPool};
    /// use std::sync::Barrier;
    /// static GATE: Barrier = Barrier::new(2);
    ///
    /// let pool = ThreadPool::new(1);
    /// let _ = pool.submit(|| (GATE.wait(), GATE.wait())).unwrap();
    /// let waiting = pool.submit(|| "never runs").unwrap();
    /// GATE.wait(); // the first has begun
    /// assert_eq!(pool.terminate().len(), 1); // and is dropped here
    /// assert!(matches!(waiting.join(), Err(TaskError::Cancelled)));
    /// GATE.wait();
    /// ```
    pub fn terminate(&self) -> Vec<Task> {
        let mut state = self.shared.lock();
        state.closed = true;
        let tasks = self.shared.tasks.shutdown_now();
        // The others had been given to threads, which now have nothing to do.
        state.idle += tasks.len() - state.waiting;
        state.waiting = 0;
        drop(state);
        self.shared.room.notify_all();
        tasks
    }

    /// Blocks until every thread of a closed or terminated pool has left.
    ///
    /// # Errors
    ///
    /// [`WaitError::Open`] if the pool was neither closed nor terminated;
    /// [`WaitError::FromTask`] if a task of the pool calls it. Never `TimedOut`.
    ///
    /// ```
    /// use ch11_thread_pool::{ThreadPool, WaitError};
    /// let pool = ThreadPool::new(1);
    /// assert_eq!(pool.join(), Err(WaitError::Open));
    /// pool.close();
    /// assert_eq!(pool.join(), Ok(()));
    /// ```
    pub fn join(&self) -> Result<(), WaitError> {
        self.join_until(None)
    }

    /// Like [`join`](ThreadPool::join), but waits at most for `timeout`.
    ///
    /// # Errors
    ///
    /// [`WaitError::TimedOut`] if a thread is still there, and those of `join`.
    ///
    /// ```
    /// use ch11_thread_pool::{ThreadPool, WaitError};
    /// use std::{sync::Barrier, time::Duration};
    /// static GATE: Barrier = Barrier::new(2);
    ///
    /// let pool = ThreadPool::new(1);
    /// let _ = pool.submit(|| GATE.wait()).unwrap();
    /// pool.close();
    /// assert_eq!(pool.join_timeout(Duration::from_millis(1)), Err(WaitError::TimedOut));
    /// GATE.wait();
    /// assert_eq!(pool.join(), Ok(()));
    /// ```
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), WaitError> {
        self.join_until(Instant::now().checked_add(timeout))
    }

    fn join_until(&self, deadline: Option<Instant>) -> Result<(), WaitError> {
        let mut state = self.shared.lock();
        if !state.closed {
            return Err(WaitError::Open);
        }
        if state.called_from_task() {
            return Err(WaitError::FromTask);
        }
        while state.spawned > 0 {
            state = wait(&self.shared.empty, state, deadline).ok_or(WaitError::TimedOut)?;
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        for thread in threads {
            // They have left the pool: no more of anybody's code runs on them.
            let _ = thread.join();
        }
        Ok(())
    }

    /// Blocks until every accepted task has run, with its callback, and every
    /// thread is idle. Tasks that are accepted meanwhile are waited for, too.
    /// The pool may be open.
    ///
    /// # Errors
    ///
    /// [`WaitError::FromTask`] if a task of the pool calls it.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    /// static RUN: AtomicUsize = AtomicUsize::new(0);
    ///
    /// let pool = ch11_thread_pool::ThreadPool::new(3);
    /// for _ in 0..10 {
    ///     pool.execute(|| RUN.fetch_add(1, Relaxed), |_| ()).unwrap();
    /// }
    /// pool.wait_idle().unwrap();
    /// assert_eq!(RUN.load(Relaxed), 10);
    /// ```
    pub fn wait_idle(&self) -> Result<(), WaitError> {
        if self.shared.lock().called_from_task() {
            return Err(WaitError::FromTask);
        }
        self.shared.tasks.join();
        Ok(())
    }

    /// Like [`wait_idle`](ThreadPool::wait_idle), but waits at most for
    /// `timeout`.
    ///
    /// # Errors
    ///
    /// [`WaitError::TimedOut`] if a task has not ended by then, and
    /// [`WaitError::FromTask`].
    ///
    /// ```
    /// use ch11_thread_pool::{ThreadPool, WaitError};
    /// use std::{sync::Barrier, time::Duration};
    /// static GATE: Barrier = Barrier::new(2);
    ///
    /// let pool = ThreadPool::new(1);
    /// pool.execute(|| GATE.wait(), |_| ()).unwrap();
    /// let moment = Duration::from_millis(1);
    /// assert_eq!(pool.wait_idle_timeout(moment), Err(WaitError::TimedOut));
    /// GATE.wait();
    /// pool.wait_idle().unwrap();
    /// ```
    pub fn wait_idle_timeout(&self, timeout: Duration) -> Result<(), WaitError> {
        if self.shared.lock().called_from_task() {
            return Err(WaitError::FromTask);
        }
        if self.shared.tasks.join_timeout(timeout) { Ok(()) } else { Err(WaitError::TimedOut) }
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.close();
        // From a task, nobody can wait: the threads end by themselves.
        let _ = self.join();
    }
}
