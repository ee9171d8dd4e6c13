//! Waiting for a pool, and its end.

use super::ThreadPool;
use super::books::{Back, Both, wait};
use crate::{Task, WaitError};
use std::mem;
use std::sync::MutexGuard;
use std::thread::Thread;
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
        self.end(|_| ());
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
        self.end(|books| books.drain())
    }

    /// Marks the end, after which the threads leave.
    fn end<T>(&self, at_once: impl FnOnce(&mut Both<'_>) -> T) -> T {
        let shared = &self.shared;
        let mut both = shared.lock();
        both.back.closed = true;
        let returned = at_once(&mut both);
        let want_room = both.front.want_room > 0;
        let mut back = both.unlock_front();
        let asleep = back.wake_all();
        drop(back);
        // Each thread that leaves tells those who wait for quiet.
        asleep.iter().for_each(Thread::unpark);
        if want_room {
            shared.room.notify_all();
        }
        returned
    }

    /// Blocks until every thread of a closed or terminated pool has left, and until
    /// the thread-local values that tasks have left there are dropped. Of several
    /// callers one waits for the latter.
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
        let threads = mem::take(&mut self.wait_left(None)?.threads);
        for thread in threads {
            // An error would be a panic of this crate, and was reported.
            let _ = thread.join();
        }
        Ok(())
    }

    /// Like [`join`](ThreadPool::join), but waits at most for `timeout`, and not for
    /// thread-local values: their destructors may block, and nothing in `std` waits
    /// for them with an end. A `join` afterwards does.
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
        self.wait_left(Instant::now().checked_add(timeout)).map(drop)
    }

    /// Blocks until no thread is counted any more: it only has to end.
    fn wait_left(&self, deadline: Option<Instant>) -> Result<MutexGuard<'_, Back>, WaitError> {
        let back = self.shared.lock_back();
        if !back.closed {
            return Err(WaitError::Open);
        }
        self.wait_until(back, |both| both.back.spawned == 0, deadline)
    }

    fn wait_idle_until(&self, deadline: Option<Instant>) -> Result<(), WaitError> {
        self.wait_until(self.shared.lock_back(), Both::is_quiet, deadline).map(drop)
    }

    /// Blocks until something has come that is told to those who wait for quiet.
    fn wait_until<'a>(
        &'a self,
        mut back: MutexGuard<'a, Back>,
        come: fn(&Both<'a>) -> bool,
        deadline: Option<Instant>,
    ) -> Result<MutexGuard<'a, Back>, WaitError> {
        if back.called_from_task() {
            return Err(WaitError::FromTask);
        }
        loop {
            let both = self.shared.lock_too(back);
            let has_come = come(&both);
            back = both.unlock_front();
            if has_come {
                return Ok(back);
            }
            back.want_quiet += 1;
            let in_time;
            (back, in_time) = wait(&self.shared.quiet, back, deadline);
            back.want_quiet -= 1;
            if !in_time {
                return Err(WaitError::TimedOut);
            }
        }
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
        self.wait_idle_until(None)
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
        self.wait_idle_until(Instant::now().checked_add(timeout))
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.close();
        // From a task, nobody can wait: the threads end by themselves.
        let _ = self.join();
    }
}
