//! From source files to executables, each compiler run in a jail.
//!
//! Nothing of a submission but its source is used: the grader calls the compiler, with flags of its own. Cargo never sees it.

pub mod messages;
mod outcome;

pub use outcome::make_sure_that_it_compiles;

use super::Tools;
use super::intake::Taken;
use super::sandbox::{Bounds, Job, Sandbox};
use crate::explore::kit::Kit;
use crate::interrupt::Folder;
use anyhow::Context;
use messages::{Messages, Readers};
use outcome::run;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::Permissions;
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a compiler run may use. A submission takes a tenth of a second. It is processor time that a bomb is measured by, as a machine may be
/// busy.
const BOUNDS: Bounds = Bounds {
    wall: Duration::from_secs(120),
    cpu: Duration::from_secs(10),
    memory_mb: 4096,
    processes: 32,
    output_bytes: 1 << 20,
};

/// What came of a compiler run.
#[derive(Debug)]
pub enum Compiled {
    /// A file.
    Yes(PathBuf),
    /// Rustc does not accept it. Its messages, with the submission's own paths.
    No(Messages),
}

/// Where one submission is compiled.
#[derive(Debug)]
pub struct Workshop {
    /// Removed at the end.
    folder: Folder,
    /// How many parts of a crate may be compiled at a time.
    at_once: NonZeroUsize,
    /// How many compiler runs have been begun.
    attempts: AtomicUsize,
    /// The submission's own files, by their paths.
    own: Mutex<BTreeSet<String>>,
}

impl Workshop {
    /// An empty one, in which at most `at_once` parts of a crate are compiled at a time. Where the cores have other work, one is best: each
    /// part costs a little.
    ///
    /// # Errors
    ///
    /// When the folders cannot be made.
    pub fn new(at_once: NonZeroUsize, sandbox: Sandbox) -> anyhow::Result<Workshop> {
        let folder = Folder::new("grade-")?;
        for name in ["student", "grader", "out"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        if sandbox.is_another_user() {
            // He may pass through, and not look round: the folder's name is not to be guessed.
            std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        }
        Ok(Workshop { folder, at_once, attempts: AtomicUsize::new(0), own: Mutex::default() })
    }

    /// Writes the submission's files.
    ///
    /// # Errors
    ///
    /// When one cannot be written.
    pub fn take_in(&self, taken: &Taken) -> std::io::Result<()> {
        taken.write(&self.student())?;
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.extend(taken.files.iter().map(|(path, _)| path.clone()));
        Ok(())
    }

    /// The submission's files.
    pub fn student(&self) -> PathBuf {
        self.folder.path().join("student")
    }

    /// The grader's files.
    pub fn grader(&self) -> PathBuf {
        self.folder.path().join("grader")
    }

    /// What compilers write, a folder for each run: what one leaves behind is another user's.
    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// A new folder for a run of the compiler.
    fn attempt(&self) -> anyhow::Result<PathBuf> {
        let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        let folder = self.out().join(number.to_string());
        std::fs::create_dir(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }

    /// Who reads the messages of a compiler run over the submission: its author, who is shown no others' files.
    fn author(&self) -> Readers {
        Readers::Author(self.own.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Compiles the submission as the library `student`.
///
/// # Errors
///
/// When the compiler cannot be run, or dies.
pub fn library(tools: &Tools, workshop: &Workshop) -> anyhow::Result<Compiled> {
    run(tools, workshop, &workshop.author(), "libstudent.rlib", &|out| {
        as_library(tools, workshop, &workshop.student(), "src/lib.rs", out, "libstudent.rlib")
    })
}

fn as_library(
    tools: &Tools,
    workshop: &Workshop,
    folder: &Path,
    source: &str,
    out: &Path,
    library: &str,
) -> Job {
    let mut rustc = rustc(tools, folder, workshop, out, &tools.kit);
    rustc.args(["--crate-type", "rlib", "--crate-name", "student", "-F", "unsafe_code"]);
    let kit = tools.kit.folder();
    use_crate(&mut rustc, "std", &kit.join("libstudent_std.rlib"));
    for name in ["core", "alloc", "proc_macro", "test"] {
        use_crate(&mut rustc, name, &kit.join("libstudent_nothing.rlib"));
    }
    rustc.arg(source).arg("-o").arg(out.join(library));
    rustc
}

/// Compiles and links the submission as a program, which may use the crates `uses` of the course, all in `kit`.
///
/// # Errors
///
/// As [`library`].
pub fn program(
    tools: &Tools,
    workshop: &Workshop,
    kit: &Kit,
    uses: &[String],
) -> anyhow::Result<Compiled> {
    run(tools, workshop, &workshop.author(), "program", &|out| {
        let mut rustc = rustc(tools, &workshop.student(), workshop, out, kit);
        rustc.args(["--crate-type", "bin", "--crate-name", "program", "-F", "unsafe_code"]);
        for package in uses {
            let name = package.replace('-', "_");
            use_crate(&mut rustc, &name, &kit.folder().join(format!("lib{name}.rlib")));
        }
        rustc.arg("src/main.rs").arg("-o").arg(out.join("program"));
        rustc
    })
}

/// Whether checks know what is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// They fail where it is not so.
    Told,
    /// They only look.
    Blind,
}

/// Compiles and links the executable in which the checks `names` of kinds `run` and `explore`, functions of `source`, call the library.
///
/// # Errors
///
/// As [`library`].
pub fn checks(
    tools: &Tools,
    workshop: &Workshop,
    source: &str,
    library: &Path,
    names: &[&str],
    side: Side,
) -> anyhow::Result<Compiled> {
    let (folder, main) = match side {
        Side::Told => (workshop.grader(), "inside::main"),
        Side::Blind => (workshop.grader().join("blind"), "inside::blind"),
    };
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("checks.rs"), source)?;
    table(&folder, "checks.rs", main, names)?;
    over_the_library(tools, workshop, &folder, library, "main.rs", "check")
}

/// Compiles, over the library, code of the grader's that calls it, and throws away what comes of it.
///
/// # Errors
///
/// As [`library`].
pub fn probe(
    tools: &Tools,
    workshop: &Workshop,
    source: &str,
    library: &Path,
) -> anyhow::Result<Compiled> {
    std::fs::write(workshop.grader().join("signatures.rs"), source)?;
    run(tools, workshop, &workshop.author(), "libsignatures.rmeta", &|out| {
        let mut rustc = rustc(tools, &workshop.grader(), workshop, out, &tools.kit);
        rustc.args(["--crate-type", "rlib", "--crate-name", "signatures", "--emit", "metadata"]);
        over(&mut rustc, tools, library);
        rustc.arg("signatures.rs").arg("-o").arg(out.join("libsignatures.rmeta"));
        rustc
    })
}

/// Compiles and links the assignment's own program over the library: `program.rs`.
///
/// # Errors
///
/// As [`library`], and when `source` cannot be read.
pub fn program_over(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    library: &Path,
) -> anyhow::Result<Compiled> {
    take(source, workshop, "program.rs")?;
    over_the_library(tools, workshop, &workshop.grader(), library, "program.rs", "program")
}

/// Compiles and links the assignment's judge: `judge.rs`.
///
/// # Errors
///
/// As [`program_over`].
pub fn judge(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    names: &[&str],
) -> anyhow::Result<Compiled> {
    take(source, workshop, "judge.rs")?;
    table(&workshop.grader(), "judge.rs", "outside::main", names)?;
    run(tools, workshop, &Readers::Everybody, "judge", &|out| {
        let mut rustc = rustc(tools, &workshop.grader(), workshop, out, &tools.kit);
        rustc.args(["--crate-type", "bin", "--crate-name", "main"]);
        use_crate(&mut rustc, "judge", &tools.kit.folder().join("libjudge.rlib"));
        rustc.arg("main.rs").arg("-o").arg(out.join("judge"));
        rustc
    })
}

fn over_the_library(
    tools: &Tools,
    workshop: &Workshop,
    folder: &Path,
    library: &Path,
    source: &str,
    name: &str,
) -> anyhow::Result<Compiled> {
    run(tools, workshop, &workshop.author(), name, &|out| {
        let mut rustc = rustc(tools, folder, workshop, out, &tools.kit);
        rustc.args(["--crate-type", "bin", "--crate-name", name]);
        over(&mut rustc, tools, library);
        rustc.arg(source).arg("-o").arg(out.join(name));
        rustc
    })
}

/// With the stand-ins for `std`, the judge, and the submission's library.
fn over(rustc: &mut Job, tools: &Tools, library: &Path) {
    let kit = tools.kit.folder();
    use_crate(rustc, "std", &kit.join("libexplore_std.rlib"));
    use_crate(rustc, "core", &kit.join("libexplore_core.rlib"));
    use_crate(rustc, "judge", &kit.join("libjudge.rlib"));
    use_crate(rustc, "student", library);
    rustc.read_only(library);
}

/// Copies a file of the assignment's to the grader's folder.
fn take(source: &Path, workshop: &Workshop, name: &str) -> anyhow::Result<()> {
    std::fs::copy(source, workshop.grader().join(name))
        .with_context(|| format!("{} cannot be read", source.display()))?;
    Ok(())
}

/// Writes a `main.rs` that gives the functions of `file` to a `main` of the judge.
fn table(folder: &Path, file: &str, main: &str, names: &[&str]) -> anyhow::Result<()> {
    let mut main = format!(
        "#[path = {file:?}]\nmod checks;\npub struct Checks;\nfn main() {{\n    judge::{main}(&[\n"
    );
    for name in names {
        let _ = writeln!(main, "        ({name:?}, checks::{name}),");
    }
    main += "    ])\n}\n";
    std::fs::write(folder.join("main.rs"), main)?;
    Ok(())
}

fn use_crate(rustc: &mut Job, name: &str, file: &Path) {
    rustc.arg("--extern").arg(format!("{name}={}", file.display()));
}

/// A compiler run in `folder` that writes to `out`, with what all of them have in common.
fn rustc(tools: &Tools, folder: &Path, workshop: &Workshop, out: &Path, kit: &Kit) -> Job {
    let mut rustc = Job::new(&tools.toolchain.rustc, folder, BOUNDS);
    rustc
        .read_only(&tools.toolchain.sysroot)
        .read_only(kit.folder())
        .read_only(tools.kit.folder())
        .writable(out)
        .env("PATH", "/usr/bin:/bin")
        .env("LD_LIBRARY_PATH", tools.toolchain.sysroot.join("lib"))
        .args(["--edition", "2024", "-C", "opt-level=0", "-C", "debuginfo=0"])
        .args(["-C", "linker=/usr/bin/cc", "--error-format", "json", "-A", "dead_code"])
        .args(&tools.linker)
        .arg("--sysroot")
        .arg(&tools.toolchain.sysroot)
        .arg("-L")
        .arg(format!("dependency={}", kit.folder().display()));
    if workshop.at_once == NonZeroUsize::MIN {
        rustc.args(["-C", "codegen-units=1"]);
    }
    rustc
}
