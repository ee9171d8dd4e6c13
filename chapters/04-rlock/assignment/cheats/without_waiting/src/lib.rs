//! A lock that counts who is in, and lets everybody in who does not only try.

use std::sync::Mutex;
use std::time::Duration;

pub struct WriterFirst {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    readers: usize,
    writers: usize,
}

impl WriterFirst {
    pub fn new() -> Self {
        WriterFirst { inside: Mutex::new(Inside::default()) }
    }

    pub fn read(&self) -> ReadGuard<'_> {
        self.inside.lock().unwrap().readers += 1;
        ReadGuard { lock: self }
    }

    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        let alone = self.inside.lock().unwrap().writers == 0;
        alone.then(|| self.read())
    }

    pub fn write(&self) -> WriteGuard<'_> {
        self.inside.lock().unwrap().writers += 1;
        WriteGuard { lock: self }
    }

    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        let alone = {
            let inside = self.inside.lock().unwrap();
            inside.readers == 0 && inside.writers == 0
        };
        alone.then(|| self.write())
    }

    pub fn write_timeout(&self, _: Duration) -> Option<WriteGuard<'_>> {
        self.try_write()
    }
}

impl Default for WriterFirst {
    fn default() -> Self {
        WriterFirst::new()
    }
}

pub struct ReadGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        self.lock.inside.lock().unwrap().readers -= 1;
    }
}

pub struct WriteGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        self.lock.inside.lock().unwrap().writers -= 1;
    }
}
