//! What a program printed when somebody last agreed with it.
//!
//! The files are insta's: `cargo test -p harness` writes a pending one beside
//! each mismatch, and `cargo insta review` accepts or rejects it. The verb
//! `run` only reads them, through this module.

use std::path::{Path, PathBuf};

/// Where the snapshots live, below the workspace root.
pub const FOLDER: &str = "harness/tests/snapshots";

/// The name of a program's snapshot: `07-queue__methods`.
pub fn name(chapter: &str, program: &str) -> String {
    format!("{chapter}__{program}")
}

/// The text that the snapshot `name` holds, or `None` if there is no such snapshot.
///
/// # Errors
///
/// When the file is there but cannot be read, or is not a snapshot.
pub fn read(workspace: &Path, name: &str) -> anyhow::Result<Option<String>> {
    let path = path(workspace, name);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => anyhow::bail!("{} cannot be read: {error}", path.display()),
    };
    match body(&text) {
        Some(body) => Ok(Some(body.to_owned())),
        None => anyhow::bail!(
            "{} does not start with a header between two lines of ---; \
             delete it and run `cargo test -p harness` to make it anew",
            path.display()
        ),
    }
}

/// The file of the snapshot `name`.
pub fn path(workspace: &Path, name: &str) -> PathBuf {
    workspace.join(FOLDER).join(format!("{name}.snap"))
}

/// Whether two texts are the same to insta, which does not count blank lines
/// at either end.
pub fn same(a: &str, b: &str) -> bool {
    let trim = |text: &str| text.trim_end().trim_start_matches(['\r', '\n']).replace("\r\n", "\n");
    trim(a) == trim(b)
}

fn body(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---\n")?;
    let (_, body) = rest.split_once("\n---\n")?;
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_follows_the_header() {
        assert_eq!(body("---\nsource: x.rs\n---\n1\n---\n2\n"), Some("1\n---\n2\n"));
        assert_eq!(body("1\n2\n"), None);
    }

    #[test]
    fn blank_lines_at_the_ends_do_not_count() {
        assert!(same("\na\nb\n\n", "a\nb"));
        assert!(!same("a\n\nb", "a\nb"));
        assert!(!same(" a", "a"));
    }

    #[test]
    fn a_missing_snapshot_is_not_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), "07-queue__methods").unwrap().is_none());
        std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        std::fs::write(path(folder.path(), "x"), "no header").unwrap();
        assert!(read(folder.path(), "x").unwrap_err().to_string().contains("header"));
    }
}
