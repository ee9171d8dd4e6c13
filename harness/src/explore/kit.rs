//! The stand-ins for `std` and `core`, compiled, and the flags that put them
//! in the place of the real ones.
//!
//! The flags go to a whole crate graph. With an explicit `--target`, cargo
//! applies them to the graph but not to build scripts and procedural macros,
//! which keep the real `std`.

use super::{Progress, cargo};
use anyhow::{Context, bail};
use cargo_metadata::CrateType;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// Compiled stand-ins.
#[derive(Debug, Clone)]
pub struct Kit {
    /// The folder that holds them and everything they are made of.
    folder: PathBuf,
    /// Where crate graphs are compiled against them.
    target: PathBuf,
    /// The machine's target triple.
    triple: String,
}

impl Kit {
    /// Compiles the stand-ins of the workspace at `root`, if they are not
    /// compiled yet. `progress` is told if they are not.
    ///
    /// # Errors
    ///
    /// When cargo cannot be started or the stand-ins do not compile.
    pub fn build(root: &Path, progress: &dyn Fn(Progress<'_>)) -> anyhow::Result<Kit> {
        Kit::of(root, &["explore-std", "explore-core"], progress)
    }

    /// As [`build`](Kit::build), for other packages of the workspace.
    ///
    /// # Errors
    ///
    /// As [`build`](Kit::build).
    pub fn of(
        root: &Path,
        packages: &[&str],
        progress: &dyn Fn(Progress<'_>),
    ) -> anyhow::Result<Kit> {
        let mut libraries: Vec<PathBuf> = Vec::new();
        let mut command = cargo::command(root);
        command
            .args(["build", "--release", "--lib"])
            .args(packages.iter().flat_map(|package| ["--package", package]));
        let built = cargo::compile(command, &[], &mut |artifact| {
            if !artifact.fresh {
                progress(Progress::StandIns(&artifact.target.name));
            }
            let linkable = [CrateType::Lib, CrateType::RLib, CrateType::ProcMacro];
            if artifact.target.crate_types.iter().any(|kind| linkable.contains(kind)) {
                let files = artifact.filenames.into_iter().map(PathBuf::from);
                libraries.extend(
                    files.filter(|file| file.extension().is_some_and(|e| e == "rlib" || e == "so")),
                );
            }
        })?;
        if !built {
            bail!("{} do not compile; cargo says why above", packages.join(", "));
        }
        // Cargo does not look into the files that flags name. A folder named
        // after their contents makes it see that a stand-in has changed.
        let mut hasher = DefaultHasher::new();
        for library in &libraries {
            let bytes = std::fs::read(library)
                .with_context(|| format!("{} cannot be read", library.display()))?;
            (library.file_name(), bytes).hash(&mut hasher);
        }
        let target = root.join("target").join("explore");
        let folder = target.join("kits").join(format!("{:016x}", hasher.finish()));
        copy_all(&libraries, &folder)?;
        Ok(Kit { folder, target, triple: host_triple()? })
    }

    /// A cargo command in `folder` that compiles against the stand-ins.
    pub fn cargo(&self, folder: &Path) -> Command {
        let folder_of_kit = self.folder.display();
        // Cargo splits this at U+001F, so that a path may hold blanks.
        let flags = [
            "--extern".to_owned(),
            format!("std={folder_of_kit}/libexplore_std.rlib"),
            "--extern".to_owned(),
            format!("core={folder_of_kit}/libexplore_core.rlib"),
            "-L".to_owned(),
            format!("dependency={folder_of_kit}"),
        ]
        .join("\u{1f}");
        let mut command = cargo::command(folder);
        command
            .env("CARGO_ENCODED_RUSTFLAGS", &flags)
            .env("CARGO_ENCODED_RUSTDOCFLAGS", &flags)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_BUILD_TARGET", &self.triple)
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTDOCFLAGS");
        command
    }

    /// The folder that holds everything: to be named by `-L dependency=`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the drivers of explored programs are kept.
    pub fn drivers(&self) -> PathBuf {
        self.target.join("drivers")
    }
}

fn copy_all(libraries: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    // Another process or thread may do the same at the same time: whoever renames first wins.
    let parent = folder.parent().context("a kit's folder has a parent")?;
    std::fs::create_dir_all(parent)?;
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let half = parent.join(format!("half-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&half)?;
    for library in libraries {
        let name = library.file_name().context("a library has a file name")?;
        std::fs::copy(library, half.join(name))?;
    }
    if std::fs::rename(&half, folder).is_err() {
        std::fs::remove_dir_all(&half)?;
    }
    Ok(())
}

fn host_triple() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().context("rustc could not be started")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc -vV names no host")
}
