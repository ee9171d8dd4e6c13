//! A readers-writer lock in which writers go first.
//!
//! A queue at the door would be first come, first served. Here there is only a number for each kind, and
//! everybody looks again whenever a number changes.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Many readers at once, or one writer alone. While a writer waits, no new reader comes in.
///
/// It protects no data of its own; what it protects is between whoever uses it.
#[derive(Default)]
pub struct WriterFirst {
    people: Mutex<People>,
    changed: Condvar,
}

#[derive(Default)]
struct People {
    reading: usize,
    writing: usize,
    writers: usize,
}

impl WriterFirst {
    /// A lock that nobody has.
    pub fn new() -> Self {
        WriterFirst::default()
    }

    fn change<T>(&self, change: impl FnOnce(&mut People) -> T) -> T {
        let result = change(&mut self.people.lock().unwrap());
        self.changed.notify_all();
        result
    }

    /// Comes in as a reader. Blocks while a writer is in, and while one waits.
    pub fn read(&self) -> ReadGuard<'_> {
        let people = self.people.lock().unwrap();
        let mut people = self.changed.wait_while(people, |people| people.writers > 0).unwrap();
        people.reading += 1;
        ReadGuard { lock: self }
    }

    /// Comes in as a reader if nothing keeps it out now.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        let mut people = self.people.lock().unwrap();
        (people.writers == 0).then(|| {
            people.reading += 1;
            ReadGuard { lock: self }
        })
    }

    /// Comes in as the only one. Blocks while anybody is in.
    pub fn write(&self) -> WriteGuard<'_> {
        self.come_as_writer(None).expect("it waits as long as it takes")
    }

    /// Comes in as the only one if nobody is in now.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        self.come_as_writer(Some(Instant::now()))
    }

    /// As `write`, but gives up after `timeout`.
    pub fn write_timeout(&self, timeout: Duration) -> Option<WriteGuard<'_>> {
        self.come_as_writer(Some(Instant::now() + timeout))
    }

    fn come_as_writer(&self, deadline: Option<Instant>) -> Option<WriteGuard<'_>> {
        let mut people = self.people.lock().unwrap();
        people.writers += 1;
        while people.reading + people.writing > 0 {
            let Some(deadline) = deadline else {
                people = self.changed.wait(people).unwrap();
                continue;
            };
            let now = Instant::now();
            if now >= deadline {
                people.writers -= 1;
                self.changed.notify_all();
                return None;
            }
            people = self.changed.wait_timeout(people, deadline - now).unwrap().0;
        }
        people.writing += 1;
        Some(WriteGuard { lock: self })
    }
}

/// A reader that is in. Dropping it is leaving.
pub struct ReadGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        self.lock.change(|people| people.reading -= 1);
    }
}

/// A writer that is in. Dropping it is leaving.
pub struct WriteGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        self.lock.change(|people| {
            people.writing -= 1;
            people.writers -= 1;
        });
    }
}
