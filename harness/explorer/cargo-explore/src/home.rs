//! Where what is compiled for exploring is kept.

use anyhow::{Context, bail};
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// The folder in the workspace's own target folder.
pub fn in_workspace(root: &Path) -> PathBuf {
    root.join("target").join("explore")
}

/// That folder, or, where it cannot be written, one in the user's cache.
///
/// # Errors
///
/// When it is not known where the user's cache is.
pub fn of(root: &Path) -> anyhow::Result<PathBuf> {
    let own = in_workspace(root);
    if can_write(&own) {
        return Ok(own);
    }
    instead(&own, root, "every-interleaving")
}

/// Where the tests of the workspace at `root` are compiled, whose target folder this is: in there, or, where it cannot be written, in the user's cache.
///
/// # Errors
///
/// When it is not known where the user's cache is, or it cannot be written either.
pub fn of_tests(target: &Path, root: &Path) -> anyhow::Result<PathBuf> {
    let own = target.join("explore");
    if can_write(&own) { Ok(own) } else { instead(&own, root, "cargo-explore-targets") }
}

/// A folder for this workspace in the user's cache, instead of one that cannot be written.
fn instead(own: &Path, root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let Some(cache) = cache() else {
        bail!(
            "{} cannot be written, and neither XDG_CACHE_HOME nor HOME names another place",
            own.display()
        );
    };
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let folder = cache.join(name).join(format!("{:016x}", hasher.finish()));
    std::fs::create_dir_all(&folder).with_context(|| {
        format!("neither {} nor {} can be written", own.display(), folder.display())
    })?;
    Ok(folder)
}

/// Whether files can be made in this folder, which is made as well.
fn can_write(folder: &Path) -> bool {
    let probe =
        folder.join(format!("probe-{}-{:?}", std::process::id(), std::thread::current().id()));
    let made = std::fs::create_dir_all(folder).and_then(|()| File::create(&probe));
    made.is_ok() && std::fs::remove_file(&probe).is_ok()
}

/// What compiling needs at least, in bytes: 38 MB for the stand-ins, and something for a crate.
const ROOM: u64 = 64 << 20;

/// Asked when something did not compile: whether there was room for what is compiled. Of a full disk compilers and linkers say all kinds of things.
///
/// # Errors
///
/// When there is little room.
pub fn check_room(folder: &Path) -> anyhow::Result<()> {
    // Where this cannot be known, it is not known to be the cause.
    let Ok(disk) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let room = disk.f_bavail.saturating_mul(disk.f_frsize);
    anyhow::ensure!(
        room >= ROOM,
        "{} MB are left on the disk of {}, which is too little to compile; XDG_CACHE_HOME and CARGO_TARGET_DIR name other places",
        room >> 20,
        folder.display()
    );
    Ok(())
}

/// Where the user's programs keep what can be made again.
pub fn cache() -> Option<PathBuf> {
    let set =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_can_be_made_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        assert!(can_write(&folder.path().join("target/explore")));
        assert_eq!(std::fs::read_dir(folder.path().join("target/explore")).unwrap().count(), 0);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(!can_write(&folder.path().join("file/explore")));
    }
}
