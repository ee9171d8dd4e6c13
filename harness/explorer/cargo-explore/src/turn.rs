//! One at a time compiles stand-ins.

use crate::Progress;
use anyhow::Context;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Who has this is the only one that compiles and copies stand-ins. Cargo's own
/// lock is free again before they are copied: another harness, which asks for
/// other packages, could have cargo replace some in between.
#[derive(Debug)]
pub(crate) struct Turn {
    _locked: File,
}

impl Turn {
    /// Blocks until no other thread or process has it, and then says so first. Dropped, or with the end
    /// of its process, it is free again.
    ///
    /// # Errors
    ///
    /// When its file cannot be made or locked.
    pub(crate) fn take(home: &Path, progress: &dyn Fn(Progress<'_>)) -> anyhow::Result<Turn> {
        let path = home.join(LOCK);
        let file = std::fs::create_dir_all(home)
            .and_then(|()| File::create(&path))
            // Another user's can be locked as well.
            .or_else(|error| File::open(&path).map_err(|_| error))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        let unlocked = || format!("{} cannot be locked", path.display());
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress(Progress::Waiting);
                file.lock().with_context(unlocked)?;
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(unlocked),
        }
        Ok(Turn { _locked: file })
    }
}

/// The file beside the kits that is locked.
const LOCK: &str = "kits.lock";

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    #[test]
    fn one_at_a_time_compiles_and_copies() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target, &|_| {}).unwrap();
        let others = File::open(target.join(LOCK)).unwrap();
        assert!(matches!(others.try_lock(), Err(TryLockError::WouldBlock)));
        drop(turn);
        others.try_lock().unwrap();
    }

    #[test]
    fn who_has_to_wait_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let said = AtomicUsize::new(0);
        let say = |progress: Progress<'_>| {
            assert!(progress.to_string().starts_with("waiting for another cargo explore"));
            said.fetch_add(1, Ordering::Relaxed);
        };
        let turn = Turn::take(folder.path(), &say).unwrap();
        assert_eq!(said.load(Ordering::Relaxed), 0);
        let (waits, waited) = channel();
        std::thread::scope(|scope| {
            let say = &say;
            scope.spawn(move || {
                let say = |progress: Progress<'_>| {
                    say(progress);
                    waits.send(()).unwrap();
                };
                Turn::take(folder.path(), &say).unwrap();
            });
            waited.recv().unwrap();
            drop(turn);
        });
        assert_eq!(said.load(Ordering::Relaxed), 1);
    }
}
