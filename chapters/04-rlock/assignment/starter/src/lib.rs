//! A readers-writer lock in which writers go first.

use std::time::Duration;

/// Many readers at once, or one writer alone. While a writer waits, no new reader comes in.
///
/// It protects no data of its own; what it protects is between whoever uses it.
pub struct WriterFirst {}

impl WriterFirst {
    /// A lock that nobody has.
    pub fn new() -> Self {
        WriterFirst {}
    }

    /// Comes in as a reader. Blocks while a writer is in, and while one waits.
    pub fn read(&self) -> ReadGuard<'_> {
        ReadGuard { lock: self }
    }

    /// Comes in as a reader if nothing keeps it out now.
    pub fn try_read(&self) -> Option<ReadGuard<'_>> {
        None
    }

    /// Comes in as the only one. Blocks while anybody is in.
    pub fn write(&self) -> WriteGuard<'_> {
        WriteGuard { lock: self }
    }

    /// Comes in as the only one if nobody is in now.
    pub fn try_write(&self) -> Option<WriteGuard<'_>> {
        None
    }

    /// As `write`, but gives up after `timeout`.
    pub fn write_timeout(&self, timeout: Duration) -> Option<WriteGuard<'_>> {
        let _ = timeout;
        None
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
        let _ = self.lock;
    }
}

/// A writer that is in. Dropping it is leaving.
pub struct WriteGuard<'a> {
    lock: &'a WriterFirst,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let _ = self.lock;
    }
}
