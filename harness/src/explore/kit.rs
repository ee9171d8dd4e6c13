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
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

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
        let target = root.join("target").join("explore");
        let turn = Turn::take(&target)?;
        let libraries = compile(root, packages, &turn, progress)?;
        let folder = copy_all(&libraries, &target, &turn)?;
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

/// Compiles the packages, and returns the libraries of which they are made.
fn compile(
    root: &Path,
    packages: &[&str],
    _turn: &Turn,
    progress: &dyn Fn(Progress<'_>),
) -> anyhow::Result<Vec<PathBuf>> {
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
    Ok(libraries)
}

/// Copies the libraries into a folder of their own, and returns it.
fn copy_all(libraries: &[PathBuf], target: &Path, _turn: &Turn) -> anyhow::Result<PathBuf> {
    // Cargo does not look into the files that flags name. A folder named
    // after their contents makes it see that a stand-in has changed.
    let mut hasher = DefaultHasher::new();
    for library in libraries {
        let bytes = std::fs::read(library)
            .with_context(|| format!("{} cannot be read", library.display()))?;
        (library.file_name(), bytes).hash(&mut hasher);
    }
    let kits = target.join("kits");
    let folder = kits.join(format!("{:016x}", hasher.finish()));
    if folder.exists() {
        // Where that cannot be noted, it may be compiled once more than needed.
        let _ = File::open(&folder).and_then(|kit| kit.set_modified(SystemTime::now()));
        return Ok(folder);
    }
    remove_unused(&kits);
    // Whoever is interrupted here leaves no half of a kit under its name.
    let half = kits.join("half");
    if half.exists() {
        std::fs::remove_dir_all(&half)?;
    }
    std::fs::create_dir_all(&half)?;
    for library in libraries {
        let name = library.file_name().context("a library has a file name")?;
        std::fs::copy(library, half.join(name))?;
    }
    std::fs::rename(&half, &folder)?;
    Ok(folder)
}

/// Removes the kits of earlier versions that nobody has used for a week: each takes 80 MB.
fn remove_unused(kits: &Path) {
    for kit in std::fs::read_dir(kits).into_iter().flatten().flatten() {
        let used = kit.metadata().and_then(|metadata| metadata.modified());
        let unused = used.ok().and_then(|used| used.elapsed().ok()).unwrap_or_default();
        if unused > UNUSED {
            // What cannot be removed only takes room.
            let _ = std::fs::remove_dir_all(kit.path());
        }
    }
}

/// After how long without use a kit is removed.
const UNUSED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Who has this is the only one that compiles and copies stand-ins. Cargo's own
/// lock is free again before they are copied: another harness, which asks for
/// other packages, could have cargo replace some in between.
struct Turn {
    /// None for a user who may not write here, and so cannot replace anything.
    _locked: Option<File>,
}

impl Turn {
    /// Blocks until no other thread or process has it. Dropped, or with the end
    /// of its process, it is free again.
    fn take(target: &Path) -> anyhow::Result<Turn> {
        let path = target.join(LOCK);
        let made = std::fs::create_dir_all(target).and_then(|()| File::create(&path));
        let file = match made {
            Ok(file) => Some(file),
            // Another user's workspace, in which everything may be compiled already.
            Err(error) if is_forbidden(&error) => File::open(&path).ok(),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be written", path.display()));
            }
        };
        if let Some(file) = &file {
            file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
        }
        Ok(Turn { _locked: file })
    }
}

fn is_forbidden(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}

/// The file beside the kits that is locked.
const LOCK: &str = "kits.lock";

fn host_triple() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().context("rustc could not be started")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc -vV names no host")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::TryLockError;

    #[test]
    fn one_at_a_time_compiles_and_copies() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target).unwrap();
        let others = File::open(target.join(LOCK)).unwrap();
        assert!(matches!(others.try_lock(), Err(TryLockError::WouldBlock)));
        drop(turn);
        others.try_lock().unwrap();
    }

    #[test]
    fn a_kit_holds_what_was_compiled_and_no_half_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target).unwrap();
        let library = folder.path().join("liba.rlib");
        std::fs::write(&library, "new").unwrap();
        // Somebody was interrupted.
        std::fs::create_dir_all(target.join("kits/half")).unwrap();
        std::fs::write(target.join("kits/half/libb.rlib"), "old").unwrap();
        let kit = copy_all(std::slice::from_ref(&library), &target, &turn).unwrap();
        assert_eq!(std::fs::read_to_string(kit.join("liba.rlib")).unwrap(), "new");
        assert!(!kit.join("libb.rlib").exists());
        assert_eq!(copy_all(&[library], &target, &turn).unwrap(), kit);
    }
    #[test]
    fn a_new_kit_takes_the_place_of_those_that_nobody_uses() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target).unwrap();
        let kit_of = |text: &str| {
            let library = folder.path().join("liba.rlib");
            std::fs::write(&library, text).unwrap();
            copy_all(&[library], &target, &turn).unwrap()
        };
        let (unused, used) = (kit_of("unused"), kit_of("used"));
        for kit in [&unused, &used] {
            let long_ago = SystemTime::now() - 2 * UNUSED;
            File::open(kit).unwrap().set_modified(long_ago).unwrap();
        }
        assert_eq!(kit_of("used"), used);
        let new = kit_of("new");
        assert!(new.exists() && used.exists() && !unused.exists());
    }
}
