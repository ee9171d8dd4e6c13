//! Second step: a condition variable for each reason to wait.
//!
//! As Python's `queue.Queue` is built. It is right, and slow: `std`'s
//! `notify_one` calls the operating system even if nobody waits, and with it
//! each `put` and each `get`. In return it has few steps, so a program on top
//! of it is proved sooner.

use crate::{GetError, PutError, TaskDoneError};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue with a lock and three conditions, as [`crate::Queue`] without the
/// calls that give up.
///
/// ```
/// let queue = ch07_queue::correct::Queue::new(2);
/// queue.put(1)?;
/// queue.put(2)?;
/// assert_eq!((queue.get(), queue.get()), (Ok(1), Ok(2)));
/// # Ok::<(), ch07_queue::PutError<i32>>(())
/// ```
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    not_empty: Condvar,
    not_full: Condvar,
    all_done: Condvar,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    capacity: usize,
    unfinished: usize,
    shut_down: bool,
}

impl<T> Queue<T> {
    /// An empty queue that holds at most `capacity` items; 0 means any number.
    pub const fn new(capacity: usize) -> Queue<T> {
        let items = VecDeque::new();
        Queue {
            state: Mutex::new(State { items, capacity, unfinished: 0, shut_down: false }),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            all_done: Condvar::new(),
        }
    }

    // ANCHOR: correct
    /// Puts an item. Blocks while the queue is full.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`].
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let mut state = self.lock();
        while state.is_full() && !state.shut_down {
            state = self.not_full.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.shut_down {
            return Err(PutError::ShutDown(item));
        }
        state.unfinished += 1;
        state.items.push_back(item);
        self.not_empty.notify_one();
        Ok(())
    }

    /// Takes the item that was put first. Blocks while there is none.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`].
    pub fn get(&self) -> Result<T, GetError> {
        let mut state = self.lock();
        while state.items.is_empty() && !state.shut_down {
            state = self.not_empty.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let item = state.items.pop_front().ok_or(GetError::ShutDown)?;
        self.not_full.notify_one();
        Ok(item)
    }
    // ANCHOR_END: correct

    /// Gets item after item until the queue is shut down and empty.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.get().ok())
    }

    /// Ends the queue: nothing more can be put, what is in it can still be got.
    pub fn shutdown(&self) {
        self.end(self.lock());
    }

    /// Ends the queue and returns what was in it.
    pub fn shutdown_now(&self) -> Vec<T> {
        let mut state = self.lock();
        let items = std::mem::take(&mut state.items);
        state.unfinished = state.unfinished.saturating_sub(items.len());
        if state.unfinished == 0 {
            self.all_done.notify_all();
        }
        self.end(state);
        items.into()
    }

    /// Says that an item that was got has been dealt with.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError`] if every item that was put has been reported already.
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let mut state = self.lock();
        state.unfinished = state.unfinished.checked_sub(1).ok_or(TaskDoneError)?;
        if state.unfinished == 0 {
            self.all_done.notify_all();
        }
        Ok(())
    }

    /// Blocks until every item that was put has been reported.
    pub fn join(&self) {
        let unfinished = |state: &mut State<T>| state.unfinished > 0;
        drop(self.all_done.wait_while(self.lock(), unfinished));
    }

    /// As [`join`](Queue::join), for at most `timeout`. True if every item was
    /// reported in time.
    pub fn join_timeout(&self, timeout: Duration) -> bool {
        // A deadline too far away for the clock is none.
        let Some(deadline) = Instant::now().checked_add(timeout) else {
            self.join();
            return true;
        };
        let mut state = self.lock();
        while state.unfinished > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.all_done.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn end(&self, mut state: MutexGuard<'_, State<T>>) {
        state.shut_down = true;
        self.not_empty.notify_all();
        self.not_full.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn is_full(&self) -> bool {
        self.capacity != 0 && self.items.len() >= self.capacity
    }
}
