//! From source files to executables, each compiler run in a jail.
//!
//! Nothing of a submission but its source is used: the grader calls the compiler, with flags of its own. Cargo never sees it.

mod outcome;

pub use outcome::make_sure_that_it_compiles;

use super::Tools;
use super::manifest::Check;
use super::sandbox::{Bounds, Job};
use crate::explore::kit::Kit;
use anyhow::Context;
use outcome::run;
use std::fmt::Write as _;
use std::fs::Permissions;
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Location, SourceFiles, Sources};

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
    No(String),
}

/// Where one submission is compiled.
#[derive(Debug)]
pub struct Workshop {
    /// Removed at the end.
    folder: tempfile::TempDir,
    /// How many parts of a crate may be compiled at a time.
    at_once: NonZeroUsize,
}

impl Workshop {
    /// An empty one, in which at most `at_once` parts of a crate are compiled at a time. Where the cores have other work, one is best: each
    /// part costs a little.
    ///
    /// # Errors
    ///
    /// When the folders cannot be made.
    pub fn new(at_once: NonZeroUsize) -> anyhow::Result<Workshop> {
        let folder = tempfile::Builder::new().prefix("grade-").tempdir()?;
        for name in ["student", "grader", "out"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        // Without namespaces, who runs in the jail has to get here under an id of his own.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        Ok(Workshop { folder, at_once })
    }

    /// The submission's files.
    pub fn student(&self) -> PathBuf {
        self.folder.path().join("student")
    }

    /// The grader's files.
    pub fn grader(&self) -> PathBuf {
        self.folder.path().join("grader")
    }

    /// The lines that a trace of a check names.
    pub fn sources(&self) -> impl Sources {
        Both(SourceFiles::new(self.student()), SourceFiles::new(self.grader()))
    }

    /// What the compiler writes.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
}

/// The submission's files are all below `src`; the grader's are not.
struct Both(SourceFiles, SourceFiles);

impl Sources for Both {
    fn line(&mut self, place: &Location) -> Option<String> {
        self.0.line(place).or_else(|| self.1.line(place))
    }
}

/// Compiles the submission as the library `student`.
///
/// # Errors
///
/// When the compiler cannot be run, or dies.
pub fn library(tools: &Tools, workshop: &Workshop) -> anyhow::Result<Compiled> {
    let library = workshop.out().join("libstudent.rlib");
    let rustc = as_library(tools, workshop, &workshop.student(), "src/lib.rs", &library);
    run(tools, workshop, rustc, library)
}

fn as_library(
    tools: &Tools,
    workshop: &Workshop,
    folder: &Path,
    source: &str,
    library: &Path,
) -> Job {
    let mut rustc = rustc(tools, folder, workshop, &tools.kit);
    rustc.args(["--crate-type", "rlib", "--crate-name", "student", "-F", "unsafe_code"]);
    let kit = tools.kit.folder();
    use_crate(&mut rustc, "std", &kit.join("libstudent_std.rlib"));
    for name in ["core", "alloc", "proc_macro", "test"] {
        use_crate(&mut rustc, name, &kit.join("libstudent_nothing.rlib"));
    }
    rustc.arg(source).arg("-o").arg(library);
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
    let executable = workshop.out().join("program");
    let mut rustc = rustc(tools, &workshop.student(), workshop, kit);
    rustc.args(["--crate-type", "bin", "--crate-name", "program", "-F", "unsafe_code"]);
    for package in uses {
        let name = package.replace('-', "_");
        use_crate(&mut rustc, &name, &kit.folder().join(format!("lib{name}.rlib")));
    }
    rustc.arg("src/main.rs").arg("-o").arg(&executable);
    run(tools, workshop, rustc, executable)
}

/// Compiles and links the executable in which the checks of kinds `run` and `explore` call the library.
///
/// # Errors
///
/// As [`library`], and when `source` cannot be read.
pub fn checks(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    library: &Path,
    checks: &[&Check],
) -> anyhow::Result<Compiled> {
    take(source, workshop, "checks.rs")?;
    table(workshop, "checks.rs", "inside", checks)?;
    over_the_library(tools, workshop, library, "main.rs", "check")
}

/// Compiles and links the assignment's own program over the library: `program.rs`.
///
/// # Errors
///
/// As [`checks`].
pub fn program_over(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    library: &Path,
) -> anyhow::Result<Compiled> {
    take(source, workshop, "program.rs")?;
    over_the_library(tools, workshop, library, "program.rs", "program")
}

/// Compiles and links the assignment's judge: `judge.rs`.
///
/// # Errors
///
/// As [`checks`].
pub fn judge(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    checks: &[&Check],
) -> anyhow::Result<Compiled> {
    take(source, workshop, "judge.rs")?;
    table(workshop, "judge.rs", "outside", checks)?;
    let executable = workshop.out().join("judge");
    let mut rustc = rustc(tools, &workshop.grader(), workshop, &tools.kit);
    rustc.args(["--crate-type", "bin", "--crate-name", "main"]);
    use_crate(&mut rustc, "judge", &tools.kit.folder().join("libjudge.rlib"));
    rustc.arg("main.rs").arg("-o").arg(&executable);
    run(tools, workshop, rustc, executable)
}

fn over_the_library(
    tools: &Tools,
    workshop: &Workshop,
    library: &Path,
    source: &str,
    name: &str,
) -> anyhow::Result<Compiled> {
    let executable = workshop.out().join(name);
    let mut rustc = rustc(tools, &workshop.grader(), workshop, &tools.kit);
    rustc.args(["--crate-type", "bin", "--crate-name", name]);
    let kit = tools.kit.folder();
    use_crate(&mut rustc, "std", &kit.join("libexplore_std.rlib"));
    use_crate(&mut rustc, "core", &kit.join("libexplore_core.rlib"));
    use_crate(&mut rustc, "judge", &kit.join("libjudge.rlib"));
    use_crate(&mut rustc, "student", library);
    rustc.arg(source).arg("-o").arg(&executable);
    run(tools, workshop, rustc, executable)
}

/// Copies a file of the assignment's to the grader's folder.
fn take(source: &Path, workshop: &Workshop, name: &str) -> anyhow::Result<()> {
    std::fs::copy(source, workshop.grader().join(name))
        .with_context(|| format!("{} cannot be read", source.display()))?;
    Ok(())
}

/// Writes a `main.rs` that gives the functions of `file` to a side of the judge.
fn table(workshop: &Workshop, file: &str, side: &str, checks: &[&Check]) -> anyhow::Result<()> {
    let mut main =
        format!("#[path = {file:?}]\nmod checks;\nfn main() {{\n    judge::{side}::main(&[\n");
    for check in checks {
        let _ = writeln!(main, "        ({0:?}, checks::{0}),", check.name);
    }
    main += "    ])\n}\n";
    std::fs::write(workshop.grader().join("main.rs"), main)?;
    Ok(())
}

fn use_crate(rustc: &mut Job, name: &str, file: &Path) {
    rustc.arg("--extern").arg(format!("{name}={}", file.display()));
}

/// A compiler run in `folder`, with what all of them have in common.
fn rustc(tools: &Tools, folder: &Path, workshop: &Workshop, kit: &Kit) -> Job {
    let mut rustc = Job::new(&tools.toolchain.rustc, folder, BOUNDS);
    rustc
        .read_only(&tools.toolchain.sysroot)
        .read_only(kit.folder())
        .read_only(tools.kit.folder())
        .writable(workshop.out())
        .env("PATH", "/usr/bin:/bin")
        .env("LD_LIBRARY_PATH", tools.toolchain.sysroot.join("lib"))
        .args(["--edition", "2024", "-C", "opt-level=0", "-C", "debuginfo=0"])
        .args(["-C", "linker=/usr/bin/cc", "--color", "never", "-A", "dead_code"])
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
