//! A file that one process at a time writes to.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::{Duration, Instant};

/// A file that no other process has taken. It is free again when this is dropped or the process ends: copies of the process do not have it.
#[derive(Debug)]
pub(super) struct Lock(File);

/// Whoever was killed is gone by then.
const PATIENCE: Duration = Duration::from_secs(5);

impl Lock {
    /// Opens a file for reading and writing, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// In a sentence.
    pub fn take(path: &Path) -> Result<Self, String> {
        let trouble = |error: io::Error| format!("{}: {error}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(trouble)?;
        let start = Instant::now();
        loop {
            // SAFETY: all its fields are numbers.
            let mut lock: libc::flock = unsafe { std::mem::zeroed() };
            lock.l_type = libc::F_WRLCK as _;
            lock.l_whence = libc::SEEK_SET as _;
            // SAFETY: the descriptor is open, and the structure is this function's own.
            if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &raw mut lock) } == 0 {
                return Ok(Self(file));
            }
            let error = io::Error::last_os_error();
            if !matches!(error.raw_os_error(), Some(libc::EACCES | libc::EAGAIN)) {
                return Err(trouble(error));
            }
            if start.elapsed() > PATIENCE {
                // SAFETY: as above.
                unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) };
                return Err(format!(
                    "{}: process {} is writing to it; wait for it, or name another file",
                    path.display(),
                    lock.l_pid
                ));
            }
            // There is no waiting for a lock with a limit of time.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Deref for Lock {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for Lock {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}
