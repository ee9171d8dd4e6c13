//! A queue for one thread: whoever asks gets what is there, and nobody waits for anything but the clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GetError {
    TimedOut,
    ShutDown,
}

pub struct DelayQueue<T> {
    items: Mutex<Vec<(Instant, T)>>,
}

impl<T> DelayQueue<T> {
    pub fn new() -> Self {
        DelayQueue { items: Mutex::new(Vec::new()) }
    }

    fn items(&self) -> MutexGuard<'_, Vec<(Instant, T)>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, item: T, due: Instant) -> Result<(), T> {
        let mut items = self.items();
        items.push((due, item));
        items.sort_by_key(|(due, _)| *due);
        Ok(())
    }

    pub fn get(&self) -> Option<T> {
        let (due, item) = {
            let mut items = self.items();
            if items.is_empty() {
                return None;
            }
            items.remove(0)
        };
        thread::sleep(due.saturating_duration_since(Instant::now()));
        Some(item)
    }

    pub fn get_timeout(&self, _: Duration) -> Result<T, GetError> {
        self.get().ok_or(GetError::TimedOut)
    }

    pub fn shutdown(&self) {}

    pub fn len(&self) -> usize {
        self.items().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for DelayQueue<T> {
    fn default() -> Self {
        DelayQueue::new()
    }
}
