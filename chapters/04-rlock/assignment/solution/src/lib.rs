//! A readers-writer lock in which writers go first.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Many readers at once, or one writer alone. While a writer waits, no new reader comes in.
///
/// It protects no data of its own; what it protects is between whoever uses it.
pub struct WriterFirst {
    state: Mutex<State>,
    readers_may_come: Condvar,
    a_writer_may_come: Condvar,
}

#[derive(Default)]
struct State {
    readers: usize,
    writing: bool,
    waiting_writers: usize,
}

impl State {
    fn keeps_readers_out(&self) -> bool {
        self.writing || self.waiting_writers > 0
    }

    fn keeps_writers_out(&self) -> bool {
        self.writing || self.readers > 0
    }
}

impl WriterFirst {
    /// A lock that nobody has.
    pub fn new() -> Self {
        WriterFirst {
            state: Mutex::default(),
            readers_may_come: Condvar::new(),
            a_writer_may_come: Condvar::new(),
        }
    }

    // No code of others runs under this lock: it cannot be poisoned.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Comes in as a reader. Blocks while a writer is in, and while one waits.
    pub fn read(&self) -> ReadGuard<'_> {
        let mut state = self.state();
        while state.keeps_readers_out() {
            state = self.readers_may_come.wait(state).unwrap();
        }
        state.readers += 1;
        ReadGuard { lock: self }
    }

    /// Comes in as a reader if nothing keeps it out now.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        let mut state = self.state();
        if state.keeps_readers_out() {
            return None;
        }
        state.readers += 1;
        Some(ReadGuard { lock: self })
    }

    /// Comes in as the only one. Blocks while anybody is in.
    pub fn write(&self) -> WriteGuard<'_> {
        let mut state = self.state();
        state.waiting_writers += 1;
        while state.keeps_writers_out() {
            state = self.a_writer_may_come.wait(state).unwrap();
        }
        state.waiting_writers -= 1;
        state.writing = true;
        WriteGuard { lock: self }
    }

    /// Comes in as the only one if nobody is in now.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        let mut state = self.state();
        if state.keeps_writers_out() {
            return None;
        }
        state.writing = true;
        Some(WriteGuard { lock: self })
    }

    /// As `write`, but gives up after `timeout`.
    pub fn write_timeout(&self, timeout: Duration) -> Option<WriteGuard<'_>> {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        state.waiting_writers += 1;
        while state.keeps_writers_out() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.waiting_writers -= 1;
                // Readers stayed out for this writer's sake.
                if state.waiting_writers == 0 {
                    self.readers_may_come.notify_all();
                }
                return None;
            }
            state = self.a_writer_may_come.wait_timeout(state, left).unwrap().0;
        }
        state.waiting_writers -= 1;
        state.writing = true;
        Some(WriteGuard { lock: self })
    }
}

impl Default for WriterFirst {
    fn default() -> Self {
        WriterFirst::new()
    }
}

/// A reader that is in. Dropping it is leaving.
pub struct ReadGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state();
        state.readers -= 1;
        if state.readers == 0 {
            self.lock.a_writer_may_come.notify_one();
        }
    }
}

/// A writer that is in. Dropping it is leaving.
pub struct WriteGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state();
        state.writing = false;
        if state.waiting_writers > 0 {
            self.lock.a_writer_may_come.notify_one();
        } else {
            self.lock.readers_may_come.notify_all();
        }
    }
}
