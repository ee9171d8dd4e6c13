//! What a kit was made of: the compiler, the sources, the settings. If all of it is the same, so is the kit.
//!
//! Cargo knows that as well, and takes longer to say so.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// What a kit was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What `rustc -vV` says.
    compiler: String,
    /// The variables that cargo and rustc heed.
    settings: BTreeMap<String, String>,
    /// Every file, with its length and the time at which it was written.
    files: BTreeMap<PathBuf, (u64, Duration)>,
}

/// The workspace's own files that say how it is compiled.
const SETTINGS: &[&str] =
    &["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain", ".cargo"];

/// What the names of variables begin with that cargo and rustc heed.
const VARIABLES: &[&str] = &[
    "RUSTC",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
];

impl Made {
    /// What the packages in `folders` of the workspace at `root` are made of now.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub fn now(root: &Path, folders: &[PathBuf], compiler: String) -> anyhow::Result<Made> {
        let mut files = BTreeMap::new();
        for path in SETTINGS.iter().map(|name| root.join(name)).filter(|path| path.exists()) {
            add(&mut files, &path)?;
        }
        for folder in folders {
            add(&mut files, folder)?;
        }
        let heeded = |name: &str| VARIABLES.iter().any(|prefix| name.starts_with(prefix));
        let settings = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| heeded(name))
            .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
            .collect();
        Ok(Made { compiler, settings, files })
    }

    /// Whether nothing of it was written since then.
    pub fn is_older_than(&self, time: SystemTime) -> bool {
        let time = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.files.values().all(|(_, written)| *written < time)
    }
}

/// Adds a file, or all files below a folder but what cargo has made there.
fn add(files: &mut BTreeMap<PathBuf, (u64, Duration)>, path: &Path) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", path.display());
    let metadata = std::fs::metadata(path).with_context(unreadable)?;
    if metadata.is_dir() {
        for entry in std::fs::read_dir(path).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            if entry.file_name() != "target" {
                add(files, &entry.path())?;
            }
        }
        return Ok(());
    }
    let written = metadata.modified().with_context(unreadable)?;
    let written = written.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    files.insert(path.to_owned(), (metadata.len(), written));
    Ok(())
}

/// What the compiler of the workspace at `root` says of itself.
///
/// # Errors
///
/// When it cannot be started.
pub fn compiler(root: &Path) -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .current_dir(root)
        .output()
        .context("rustc could not be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The machine's target triple, as the compiler names it.
///
/// # Errors
///
/// When it names none.
pub fn host(compiler: &str) -> anyhow::Result<String> {
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}
