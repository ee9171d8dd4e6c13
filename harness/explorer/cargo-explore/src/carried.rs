//! The sources of the stand-ins, as the command carries them, and the workspace that is made of them.

use crate::{home, kit};
use anyhow::Context;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Files by their paths in the workspace that they come from.
pub type Sources = [(&'static str, &'static [u8])];

/// Writes the sources into the user's cache as a workspace of their own, unless they are there already, and returns its folder.
///
/// # Errors
///
/// When it is not known where the user's cache is, or it cannot be written.
pub fn workspace(sources: &Sources) -> anyhow::Result<PathBuf> {
    let cache = home::cache()
        .context("neither XDG_CACHE_HOME nor HOME says where the stand-ins for std can be kept")?;
    unpacked(&cache.join("cargo-explore"), sources).context(
        "the stand-ins for std are kept in the user's cache, which XDG_CACHE_HOME can name",
    )
}

fn unpacked(cache: &Path, sources: &Sources) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    sources.hash(&mut hasher);
    let folder = cache.join(format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish()));
    if folder.join("Cargo.toml").is_file() {
        kit::note_use(&folder);
        return Ok(folder);
    }
    // Those of other versions.
    kit::remove_unused(cache);
    // Two at once write two, and one of them is taken.
    let half = cache.join(format!("half-{}", std::process::id()));
    let written = write(&half, sources);
    written.with_context(|| format!("{} cannot be written", half.display()))?;
    if std::fs::rename(&half, &folder).is_err() && !folder.join("Cargo.toml").is_file() {
        anyhow::bail!("{} cannot be written", folder.display());
    }
    // What is left of a lost race only takes room.
    let _ = std::fs::remove_dir_all(&half);
    Ok(folder)
}

fn write(folder: &Path, sources: &Sources) -> std::io::Result<()> {
    for (path, bytes) in sources {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        match *path {
            "Cargo.toml" => {
                let members =
                    sources.iter().filter_map(|(path, _)| path.strip_suffix("/Cargo.toml"));
                let text = String::from_utf8_lossy(bytes);
                std::fs::write(file, with_members(&text, &members.collect::<Vec<_>>()))?;
            }
            path if path.ends_with("/Cargo.toml") => {
                std::fs::write(file, without_tests(&String::from_utf8_lossy(bytes)))?;
            }
            _ => std::fs::write(file, bytes)?,
        }
    }
    Ok(())
}

/// A package's manifest without what is only for its tests, which are not carried.
fn without_tests(manifest: &str) -> String {
    let mut text = String::new();
    let mut skipping = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let tables = ["[dev-dependencies", "[[test]]", "[[bench]]", "[[example]]"];
            skipping = tables.iter().any(|table| line.starts_with(table));
        }
        if !skipping {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// The manifest of a workspace, with other members.
fn with_members(manifest: &str, members: &[&str]) -> String {
    let mut text = String::new();
    let mut skipping = false;
    for line in manifest.lines() {
        let list = line.starts_with("members = [") || line.starts_with("default-members = [");
        skipping |= list;
        if line.starts_with("members = [") {
            text += &format!("members = {members:?}\n");
        }
        if !skipping {
            text += line;
            text.push('\n');
        }
        skipping &= !line.ends_with(']');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: &Sources = &[
        ("Cargo.toml", b"[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n]\ndefault-members = [\"b\"]\n\n[workspace.package]\nversion = \"1.0.0\"\n"),
        ("a/Cargo.toml", b"[package]\n\n[dev-dependencies]\nb.workspace = true\n\n[lints]\nworkspace = true\n"),
        ("a/src/lib.rs", b"//! A.\n"),
    ];

    #[test]
    fn the_workspace_has_those_members_that_are_carried() {
        let cache = tempfile::tempdir().unwrap();
        let folder = unpacked(cache.path(), SOURCES).unwrap();
        assert_eq!(
            std::fs::read_to_string(folder.join("Cargo.toml")).unwrap(),
            "[workspace]\nmembers = [\"a\"]\n\n[workspace.package]\nversion = \"1.0.0\"\n"
        );
        assert_eq!(
            std::fs::read_to_string(folder.join("a/Cargo.toml")).unwrap(),
            "[package]\n\n[lints]\nworkspace = true\n"
        );
        assert_eq!(std::fs::read_to_string(folder.join("a/src/lib.rs")).unwrap(), "//! A.\n");
        assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1, "no half is left");
        assert_eq!(unpacked(cache.path(), SOURCES).unwrap(), folder);
    }
}
