//! Knowing when everything that was put has been dealt with.

use super::BlockingQueue;
use super::waiting::{Patience, sleep};
use crate::{Store, TaskDoneError};
use ch03_locks::Waiter;
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
        let mut held = self.hold();
        if held.unfinished() == 0 {
            return Err(TaskDoneError);
        }
        held.done += 1;
        held.call_joiners_if_done();
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
        self.join_with(Patience::Lasting(timeout))
    }

    fn join_with(&self, patience: Patience) -> bool {
        let mut held = self.hold();
        if held.unfinished() == 0 {
            return true;
        }
        let deadline = patience.deadline();
        if deadline.is_over() {
            return false;
        }
        let waiter = Waiter::new();
        held.joiners.push(waiter.clone());
        drop(held);
        sleep(&waiter, deadline);
        // Who is not in the list any more was called, if only just.
        let joiners = &mut self.hold().joiners;
        let place = joiners.iter().position(|other| other.is(&waiter));
        place.map(|place| joiners.swap_remove(place)).is_none()
    }

    /// How many items were put and not yet reported by
    /// [`task_done`](BlockingQueue::task_done).
    ///
    /// ```
    /// let queue = ch07_queue::Queue::new(0);
    /// queue.put('a')?;
    /// assert_eq!(queue.unfinished_tasks(), 1);
    /// # Ok::<(), ch07_queue::PutError<char>>(())
    /// ```
    pub fn unfinished_tasks(&self) -> usize {
        self.hold().unfinished() as usize
    }
}
