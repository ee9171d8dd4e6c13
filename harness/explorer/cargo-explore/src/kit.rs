//! The stand-ins for `std`, `core` and `test`, compiled, and the flags that put them
//! in the place of the real ones.
//!
//! The flags go to a whole crate graph. With an explicit `--target`, cargo
//! applies them to the graph but not to build scripts and procedural macros,
//! which keep the real `std`.

use crate::made_of::{self, Made};
use crate::turn::Turn;
use crate::{Progress, cargo, home};
use anyhow::{Context, bail};
use cargo_metadata::CrateType;
use serde::{Deserialize, Serialize};
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// The compilers that this was tested with.
const TESTED: &str = "rustc 1.95.";

/// Compiled stand-ins.
#[derive(Debug, Clone)]
pub struct Kit {
    /// The folder that holds them and everything they are made of.
    folder: PathBuf,
    /// Where crate graphs are compiled against them.
    target: PathBuf,
    /// The machine's target triple.
    triple: String,
    /// What the compiler says of itself.
    compiler: String,
    /// Whether the explorer is told of every access to memory.
    sees_memory: bool,
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
        let compiler = made_of::compiler(root)?;
        let triple = made_of::host(&compiler)?;
        let home = home::of(root)?;
        let mut places = vec![home::in_workspace(root)];
        places.extend(places.iter().all(|place| *place != home).then(|| home.clone()));
        let name = format!("{}.json", packages.join("+"));
        let noted = || {
            places.iter().find_map(|place| Note::read(place, &name)?.kit(place, root, &compiler))
        };
        if let Some(folder) = noted() {
            return Ok(Kit { folder, target: home, triple, compiler, sees_memory: false });
        }
        let turn = Turn::take(&home, progress)?;
        // Who had the turn before may have compiled the same.
        if let Some(folder) = noted() {
            return Ok(Kit { folder, target: home, triple, compiler, sees_memory: false });
        }
        let began = SystemTime::now();
        let compiled = compile(root, &home, packages, &turn, progress)?;
        let folder = copy_all(&compiled.libraries, &home, &turn)?;
        let made = Made::now(root, &compiled.folders, compiler.clone())?;
        // What was written meanwhile may be in the kit or not.
        if made.is_older_than(began) {
            Note { kit: folder.file_name().map(PathBuf::from), folders: compiled.folders, made }
                .write(&home, &name)?;
        }
        Ok(Kit { folder, target: home, triple, compiler, sees_memory: false })
    }

    /// The kit that tells the explorer of every access to memory, where the engine has the functions for that.
    pub fn seeing_memory(mut self) -> Kit {
        if self.triple == INSTRUMENTED {
            self.sees_memory = true;
            // Cargo would compile everything again at each change of flags.
            self.target.push("seeing-memory");
        }
        self
    }

    /// Whether it is one that tells the explorer of every access to memory.
    pub fn sees_memory(&self) -> bool {
        self.sees_memory
    }

    /// A cargo command in `folder` that compiles against the stand-ins.
    pub fn cargo(&self, folder: &Path) -> Command {
        let folder_of_kit = self.folder.display();
        let mut flags = vec![
            "--extern".to_owned(),
            format!("std={folder_of_kit}/libexplore_std.rlib"),
            "--extern".to_owned(),
            format!("core={folder_of_kit}/libexplore_core.rlib"),
            "-L".to_owned(),
            format!("dependency={folder_of_kit}"),
        ];
        if self.sees_memory {
            flags.extend(INSTRUMENTATION.map(str::to_owned));
        }
        // Cargo splits this at U+001F, so that a path may hold blanks.
        let flags = flags.join("\u{1f}");
        let mut command = cargo::command(folder);
        command
            .env("CARGO_ENCODED_RUSTFLAGS", &flags)
            .env("CARGO_ENCODED_RUSTDOCFLAGS", &flags)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_BUILD_TARGET", &self.triple)
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTDOCFLAGS");
        if self.sees_memory {
            // The lines of what goes wrong come from there.
            command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
        }
        command
    }

    /// A name that another kit does not have.
    pub fn name(&self) -> &Path {
        self.folder.file_name().map_or(&self.folder, Path::new)
    }

    /// The machine's target triple.
    pub fn triple(&self) -> &str {
        &self.triple
    }

    /// What the compiler is called, with its version.
    pub fn compiler(&self) -> &str {
        self.compiler.lines().next().unwrap_or_default()
    }

    /// What to say of a compiler that this was not tested with.
    pub fn other_compiler(&self) -> Option<String> {
        let first = self.compiler();
        (!first.starts_with(TESTED)).then(|| {
            format!("this was tested with {TESTED}, and the compiler is {first}; what it writes for tests may have another form")
        })
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

/// Which kit holds the packages, and what it was made of: with that, cargo need not be asked.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The kit's folder, beside this note.
    kit: Option<PathBuf>,
    /// The folders of the workspace's own packages in it.
    folders: Vec<PathBuf>,
    made: Made,
}

impl Note {
    /// The note of this name, if there is one that can be read.
    fn read(place: &Path, name: &str) -> Option<Note> {
        serde_json::from_slice(&std::fs::read(place.join(KITS).join(name)).ok()?).ok()
    }

    fn write(&self, place: &Path, name: &str) -> anyhow::Result<()> {
        let path = place.join(KITS).join(name);
        let half = path.with_extension("half");
        std::fs::write(&half, serde_json::to_vec(self)?)
            .and_then(|()| std::fs::rename(&half, &path))
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// The kit, if it is there and what it was made of is still the same.
    fn kit(&self, place: &Path, root: &Path, compiler: &str) -> Option<PathBuf> {
        let kit = place.join(KITS).join(self.kit.as_ref()?);
        let made = Made::now(root, &self.folders, compiler.to_owned()).ok()?;
        (made == self.made && kit.is_dir()).then(|| {
            note_use(&kit);
            kit
        })
    }
}

/// The folder in which the kits are.
const KITS: &str = "kits";

/// What a call of cargo came to.
struct Compiled {
    libraries: Vec<PathBuf>,
    /// The folders of those packages that are the workspace's own.
    folders: Vec<PathBuf>,
}
/// Where the functions that instrumented code calls are written for.
const INSTRUMENTED: &str = "x86_64-unknown-linux-gnu";

/// What has rustc call the engine before each access to memory: the pass of LLVM's thread sanitizer, without its runtime; and that of its address sanitizer after it, which
/// tells of the sizes that the first leaves out, and does nothing else. Functions are not inlined, for a stand-in's
/// function within one of the user's could not be told from it; and the names are those that say in which crate a function is written.
pub(crate) const INSTRUMENTATION: [&str; 3] = [
    "-Cpasses=forceattrs tsan-module function(tsan) asan",
    "-Cllvm-args=-force-attribute=sanitize_thread -force-attribute=sanitize_address -tsan-distinguish-volatile -asan-instrumentation-with-call-threshold=0 -asan-stack=0 -asan-globals=0 -asan-constructor-kind=none -asan-use-stack-safety=0 -inline-threshold=-1000000 -inlinehint-threshold=-1000000",
    "-Csymbol-mangling-version=v0",
];

/// Compiles the packages, and returns the libraries of which they are made.
fn compile(
    root: &Path,
    home: &Path,
    packages: &[&str],
    _turn: &Turn,
    progress: &dyn Fn(Progress<'_>),
) -> anyhow::Result<Compiled> {
    let mut compiled = Compiled { libraries: Vec::new(), folders: Vec::new() };
    let mut command = cargo::command(root);
    command
        .args(["build", "--release", "--lib"])
        .args(packages.iter().flat_map(|package| ["--package", package]));
    if home != home::in_workspace(root) {
        command.env("CARGO_TARGET_DIR", home.join("target"));
    }
    let mut done = 0;
    let built = cargo::compile(command, &[], &mut |artifact| {
        done += 1;
        if !artifact.fresh {
            progress(Progress::StandIns(&artifact.target.name, done));
        }
        let folder = artifact.manifest_path.parent().map(|folder| folder.as_std_path().to_owned());
        compiled.folders.extend(folder.filter(|folder| folder.starts_with(root)));
        let linkable = [CrateType::Lib, CrateType::RLib, CrateType::ProcMacro];
        if artifact.target.crate_types.iter().any(|kind| linkable.contains(kind)) {
            let files = artifact.filenames.into_iter().map(PathBuf::from);
            compiled.libraries.extend(
                files.filter(|file| file.extension().is_some_and(|e| e == "rlib" || e == "so")),
            );
        }
    })?;
    if !built.well()? {
        home::check_room(home)?;
        bail!("{} do not compile; cargo says why above", packages.join(", "));
    }
    // Cargo tells of its artifacts in the order in which they are ready.
    compiled.libraries.sort();
    compiled.folders.sort();
    compiled.folders.dedup();
    Ok(compiled)
}

/// Copies the libraries into a folder of their own, and returns it.
fn copy_all(libraries: &[PathBuf], target: &Path, _turn: &Turn) -> anyhow::Result<PathBuf> {
    // Cargo does not look into the files that flags name. A folder named
    // after their contents makes it see that a stand-in has changed.
    let mut hasher = DefaultHasher::new();
    let mut libraries: Vec<&PathBuf> = libraries.iter().collect();
    libraries.sort();
    for &library in &libraries {
        let bytes = std::fs::read(library)
            .with_context(|| format!("{} cannot be read", library.display()))?;
        (library.file_name(), bytes).hash(&mut hasher);
    }
    let kits = target.join(KITS);
    let folder = kits.join(format!("{:016x}", hasher.finish()));
    if folder.exists() {
        note_use(&folder);
        return Ok(folder);
    }
    remove_unused(&kits);
    // Whoever is interrupted here leaves no half of a kit under its name.
    let half = kits.join("half");
    let copied = || -> std::io::Result<()> {
        if half.exists() {
            std::fs::remove_dir_all(&half)?;
        }
        std::fs::create_dir_all(&half)?;
        for library in libraries {
            std::fs::copy(library, half.join(library.file_name().unwrap_or_default()))?;
        }
        std::fs::rename(&half, &folder)
    };
    copied().with_context(|| format!("{} cannot be written", kits.display()))?;
    Ok(folder)
}

/// A kit that is used stays.
pub(crate) fn note_use(kit: &Path) {
    // Where that cannot be noted, it may be compiled once more than needed.
    let _ = File::open(kit).and_then(|kit| kit.set_modified(SystemTime::now()));
}

/// Removes the kits of earlier versions that nobody has used for a week: each takes 80 MB.
pub(crate) fn remove_unused(kits: &Path) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_holds_what_was_compiled_and_no_half_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target, &|_| {}).unwrap();
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

    /// Cargo tells of the same libraries in any order.
    #[test]
    fn the_order_of_the_libraries_makes_no_other_kit() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target, &|_| {}).unwrap();
        let [a, b] = ["liba.rlib", "libb.rlib"].map(|name| folder.path().join(name));
        std::fs::write(&a, "a").unwrap();
        std::fs::write(&b, "b").unwrap();
        let kit = copy_all(&[a.clone(), b.clone()], &target, &turn).unwrap();
        assert_eq!(copy_all(&[b.clone(), a.clone()], &target, &turn).unwrap(), kit);
        // Which is which is part of it.
        std::fs::write(&a, "b").unwrap();
        std::fs::write(&b, "a").unwrap();
        assert_ne!(copy_all(&[a, b], &target, &turn).unwrap(), kit);
    }

    #[test]
    fn a_note_finds_its_kit_until_something_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let place = root.join("target/explore");
        let package = root.join("package");
        std::fs::create_dir_all(place.join(KITS).join("kit")).unwrap();
        std::fs::create_dir_all(package.join("src")).unwrap();
        std::fs::write(package.join("src/lib.rs"), "").unwrap();
        let folders = vec![package.clone()];
        let made = Made::now(&root, &folders, "rustc 1".to_owned()).unwrap();
        Note { kit: Some("kit".into()), folders, made }.write(&place, "a.json").unwrap();
        let kit = |compiler: &str| Note::read(&place, "a.json")?.kit(&place, &root, compiler);
        assert_eq!(kit("rustc 1"), Some(place.join(KITS).join("kit")));
        assert_eq!(kit("rustc 2"), None);
        // A file more, wherever it is.
        std::fs::write(package.join("src/more.rs"), "").unwrap();
        assert_eq!(kit("rustc 1"), None);
        std::fs::remove_file(package.join("src/more.rs")).unwrap();
        assert!(kit("rustc 1").is_some());
        std::fs::write(root.join("Cargo.lock"), "").unwrap();
        assert_eq!(kit("rustc 1"), None);
        std::fs::remove_file(root.join("Cargo.lock")).unwrap();
        // The same length, and another time.
        let source = File::open(package.join("src/lib.rs")).unwrap();
        source.set_modified(SystemTime::now() + Duration::from_secs(9)).unwrap();
        assert_eq!(kit("rustc 1"), None);
    }

    #[test]
    fn a_new_kit_takes_the_place_of_those_that_nobody_uses() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let turn = Turn::take(&target, &|_| {}).unwrap();
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
