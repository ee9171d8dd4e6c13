//! Knowing when everything that was put has been dealt with.

use super::{BlockingQueue, Patience, wait};
use crate::{Store, TaskDoneError};
use std::time::Duration;

impl<S: Store> BlockingQueue<S> {
    /// Says that an item that was got has been dealt with. [`join`] waits for
    /// as many of these as there were puts.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError`] if every item that was put has been reported already.
    ///
    /// ```
    /// use ch07_queue::{Queue, TaskDoneError};
    /// let queue = Queue::new(0);
    /// queue.put(1).unwrap();
    /// queue.get().unwrap();
    /// assert_eq!(queue.task_done(), Ok(()));
    /// assert_eq!(queue.task_done(), Err(TaskDoneError));
    /// ```
    ///
    /// [`join`]: BlockingQueue::join
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let mut state = self.lock();
        state.unfinished = state.unfinished.checked_sub(1).ok_or(TaskDoneError)?;
        if state.unfinished == 0 {
            self.all_done.notify_all();
        }
        Ok(())
    }

    /// Blocks until every item that was put has been reported by
    /// [`task_done`](BlockingQueue::task_done). An empty queue is not enough.
    ///
    /// ```
    /// let queue = ch07_queue::Queue::new(0);
    /// queue.put(1).unwrap();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         queue.get().unwrap();
    ///         queue.task_done().unwrap();
    ///     });
    ///     queue.join();
    ///     assert_eq!(queue.unfinished_tasks(), 0);
    /// });
    /// ```
    pub fn join(&self) {
        self.join_with(Patience::Endless);
    }

    /// Like [`join`](BlockingQueue::join), but waits at most for `timeout`.
    /// True if every item was reported in time.
    ///
    /// ```
    /// use std::time::Duration;
    /// let queue = ch07_queue::Queue::new(0);
    /// queue.put(1).unwrap();
    /// queue.get().unwrap();
    /// assert!(!queue.join_timeout(Duration::from_millis(1)));
    /// queue.task_done().unwrap();
    /// assert!(queue.join_timeout(Duration::ZERO));
    /// ```
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        self.join_with(Patience::lasting(timeout))
    }

    fn join_with(&self, patience: Patience) -> bool {
        let mut state = self.lock();
        while state.unfinished > 0 {
            state = match wait(&self.all_done, state, patience) {
                Ok(state) => state,
                Err(_) => return false,
            };
        }
        true
    }

    /// How many items were put and not yet reported by
    /// [`task_done`](BlockingQueue::task_done).
    pub fn unfinished_tasks(&self) -> usize {
        self.lock().unfinished
    }
}
