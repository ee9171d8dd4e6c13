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
    let Some(cache) = cache() else {
        bail!(
            "{} cannot be written, and neither XDG_CACHE_HOME nor HOME names another place",
            own.display()
        );
    };
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    let folder = cache.join("every-interleaving").join(format!("{:016x}", hasher.finish()));
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
