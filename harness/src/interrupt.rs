//! What happens when somebody ends the harness by a signal: what it has started ends too, and what it has made goes.
//!
//! Ctrl-C, a scheduler's SIGTERM and a closed terminal must reach programs that stand in process groups of their own, and folders that nobody
//! else may read or find later.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// What is done before the harness ends.
#[derive(Default)]
struct Left {
    /// Kills what runs, each by a number.
    running: Vec<(u64, Box<dyn Fn() + Send>)>,
    next: u64,
    folders: BTreeSet<PathBuf>,
}

static LEFT: Mutex<Option<Left>> = Mutex::new(None);

fn left() -> MutexGuard<'static, Option<Left>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on signals are handled, in a thread of its own.
#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
            return;
        };
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // Never given back: nobody starts or makes anything any more.
                let left = left();
                tidy(left.as_ref());
                // SAFETY: ends the process; nothing runs after it.
                unsafe { libc::_exit(128 + signal) }
            }
        });
    });
}

#[cfg(not(unix))]
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {});
}

fn tidy(left: Option<&Left>) {
    let Some(left) = left else { return };
    for (_, kill) in &left.running {
        kill();
    }
    // What was killed may still be writing.
    for _ in 0..100 {
        let there = left.folders.iter().filter(|path| path.exists());
        if there.map(std::fs::remove_dir_all).filter(Result::is_err).count() == 0 {
            break;
        }
        std::thread::yield_now();
    }
}

/// Something that runs, and is killed when the harness is ended.
pub(crate) struct Running(u64);

impl Running {
    /// `kill` is called from another thread, at most once.
    pub fn new(kill: impl Fn() + Send + 'static) -> Running {
        listen();
        let mut left = left();
        let left = left.get_or_insert_default();
        left.next += 1;
        left.running.push((left.next, Box::new(kill)));
        Running(left.next)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(left) = left().as_mut() {
            left.running.retain(|(number, _)| *number != self.0);
        }
    }
}

/// A new folder below the system's temporary one, which goes when this is dropped or the harness is ended.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Folder {
    /// Nobody but this user may look into it. Its name cannot be guessed.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn new(prefix: &str) -> std::io::Result<Folder> {
        listen();
        let mut left = left();
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).rand_bytes(16);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir()?;
        let path = folder.path().to_owned();
        left.get_or_insert_default().folders.insert(path.clone());
        Ok(Folder { folder: Some(folder), path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Gone before it is forgotten.
        drop(self.folder.take());
        if let Some(left) = left().as_mut() {
            left.folders.remove(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_is_its_users_alone_and_goes() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("interrupt-").unwrap();
        let path = folder.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(path.join("x"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
