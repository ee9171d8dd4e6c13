//! What a run needs of the file system outside the jail, and undoes.

use crate::wire::Order;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The writable directories, which belong to the program's user id while it runs.
pub(super) struct Lent(Vec<(PathBuf, u32, u32)>);

impl Lent {
    pub(super) fn to(user: Option<u32>, order: &Order) -> io::Result<Lent> {
        let mut lent = Lent(Vec::new());
        for given in order.paths.iter().filter(|given| given.writable) {
            let Some(user) = user else { break };
            let path = PathBuf::from(&given.outside);
            let owner = path.metadata()?;
            chown(&path, Some(user), Some(user))?;
            lent.0.push((path, owner.uid(), owner.gid()));
        }
        Ok(lent)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        for (path, user, group) in &self.0 {
            // If the launcher has removed it in the meantime, there is nothing to give back.
            let _ = chown(path, Some(*user), Some(*group));
        }
    }
}

/// A folder that stands in for `/tmp` where the jail has no file system of its own.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    pub(super) fn create(parent: &OsStr, user: Option<u32>) -> io::Result<Temporary> {
        let pid = std::process::id();
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700);
        for number in 0..1000 {
            let path = Path::new(parent).join(format!("jail-{pid}-{number}"));
            match builder.create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    let temporary = Temporary(path);
                    if user.is_some() {
                        chown(&temporary.0, user, user)?;
                    }
                    return Ok(temporary);
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if std::fs::remove_dir_all(&self.0).is_err() {
            // Folders without permissions, or nested deeper than recursion and descriptors reach.
            let remove = || Command::new("rm").args(["-rf", "--"]).arg(&self.0).status();
            if !remove().is_ok_and(|status| status.success()) {
                let _ = Command::new("chmod").args(["-R", "u+rwX", "--"]).arg(&self.0).status();
                let _ = remove();
            }
        }
    }
}
