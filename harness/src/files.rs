//! What several parts do with files.

use anyhow::Context;
use std::io::Write as _;
use std::path::Path;

/// Writes a file whole or not at all: whoever reads it meanwhile, or after a crash, sees what was there before or all of `bytes`.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut aside = tempfile::NamedTempFile::new_in(folder)?;
        aside.write_all(bytes)?;
        let file = aside.as_file();
        // A temporary file is its owner's alone; this one is an ordinary file.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        file.sync_all()?;
        aside.persist(path).map_err(|error| error.error)?;
        // The name too is to last.
        std::fs::File::open(folder)?.sync_all()
    };
    written().with_context(|| format!("{} cannot be written", path.display()))
}

/// Copies everything in the folder `from`, folders included, into the folder `to`, which is made if it is not there. Links are followed.
///
/// # Errors
///
/// When something cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    let entries =
        std::fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
