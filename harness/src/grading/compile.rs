//! From source files to executables, each compiler run in a jail.
//!
//! Nothing of a submission but its source is used: the grader calls the compiler, with flags of its own. Cargo never sees it.

use super::Tools;
use super::manifest::Check;
use super::sandbox::{Bounds, How, Job};
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Location, SourceFiles, Sources};

/// What a compiler run may use.
const BOUNDS: Bounds =
    Bounds { wall: Duration::from_secs(60), memory_mb: 4096, processes: 32, output_bytes: 1 << 20 };

/// The most of rustc's messages that is kept.
const MESSAGES: usize = 32 << 10;

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
}

impl Workshop {
    /// An empty one.
    ///
    /// # Errors
    ///
    /// When the folders cannot be made.
    pub fn new() -> anyhow::Result<Workshop> {
        let folder = tempfile::Builder::new().prefix("grade-").tempdir()?;
        for name in ["student", "grader", "out"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        // Without namespaces, who runs in the jail has to get here under an id of his own.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        Ok(Workshop { folder })
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
    let mut rustc = rustc(tools, &workshop.student(), workshop);
    let kit = tools.kit.folder();
    let extern_ = |name: &str, file: &str| format!("{name}={}", kit.join(file).display());
    rustc.args(["--crate-type", "rlib", "--crate-name", "student", "-F", "unsafe_code"]);
    rustc.args(["--extern", &extern_("std", "libstudent_std.rlib")]);
    for name in ["core", "alloc", "proc_macro", "test"] {
        rustc.args(["--extern", &extern_(name, "libstudent_nothing.rlib")]);
    }
    let library = workshop.out().join("libstudent.rlib");
    rustc.arg("src/lib.rs").arg("-o").arg(&library);
    run(tools, rustc, library)
}

/// Compiles and links the executable in which the checks of kinds `run` and `explore` call the library.
///
/// # Errors
///
/// As [`library`].
pub fn checks(
    tools: &Tools,
    workshop: &Workshop,
    source: &Path,
    library: &Path,
    checks: &[&Check],
) -> anyhow::Result<Compiled> {
    let folder = workshop.grader();
    std::fs::copy(source, folder.join("checks.rs"))
        .with_context(|| format!("{} cannot be read", source.display()))?;
    let mut main = String::from("mod checks;\nfn main() {\n    judge::inside::main(&[\n");
    for check in checks {
        let _ = writeln!(main, "        ({0:?}, checks::{0}),", check.name);
    }
    main += "    ])\n}\n";
    std::fs::write(folder.join("main.rs"), main)?;
    let kit = tools.kit.folder();
    let extern_ = |name: &str, file: PathBuf| format!("{name}={}", file.display());
    let mut rustc = rustc(tools, &folder, workshop);
    rustc.args(["--crate-type", "bin", "--crate-name", "check"]);
    rustc.args(["--extern", &extern_("std", kit.join("libexplore_std.rlib"))]);
    rustc.args(["--extern", &extern_("core", kit.join("libexplore_core.rlib"))]);
    rustc.args(["--extern", &extern_("judge", kit.join("libjudge.rlib"))]);
    rustc.args(["--extern", &extern_("student", library.to_owned())]);
    let executable = workshop.out().join("check");
    rustc.arg("main.rs").arg("-o").arg(&executable);
    run(tools, rustc, executable)
}

/// A compiler run in `folder`, with what all of them have in common.
fn rustc(tools: &Tools, folder: &Path, workshop: &Workshop) -> Job {
    let mut rustc = Job::new(&tools.toolchain.rustc, folder, BOUNDS);
    rustc
        .read_only(&tools.toolchain.sysroot)
        .read_only(tools.kit.folder())
        .writable(workshop.out())
        .env("PATH", "/usr/bin:/bin")
        .env("LD_LIBRARY_PATH", tools.toolchain.sysroot.join("lib"))
        .args(["--edition", "2024", "-C", "opt-level=0", "-C", "debuginfo=0"])
        .args(["-C", "linker=/usr/bin/cc", "--color", "never", "-A", "dead_code"])
        .args(system_linker())
        .arg("--sysroot")
        .arg(&tools.toolchain.sysroot)
        .arg("-L")
        .arg(format!("dependency={}", tools.kit.folder().display()));
    rustc
}

/// Flags for the system's own linker. On x86-64 rustc's default is its own copy of lld, whose wrapper looks for itself in `/proc`, which a
/// jail does not have.
fn system_linker() -> &'static [&'static str] {
    match cfg!(target_arch = "x86_64") {
        true => &["-C", "linker-features=-lld"],
        false => &[],
    }
}

fn run(tools: &Tools, rustc: Job, makes: PathBuf) -> anyhow::Result<Compiled> {
    let ended = rustc.run(tools.sandbox).context("the compiler cannot be run")?;
    let mut messages = String::from_utf8_lossy(&ended.stderr).into_owned();
    if messages.len() > MESSAGES {
        messages.truncate(messages.floor_char_boundary(MESSAGES));
        messages += "\n… and more\n";
    }
    match ended.how {
        // What it left may be anything, a link for one.
        How::Exited(0) if makes.symlink_metadata().is_ok_and(|made| made.is_file()) => {
            Ok(Compiled::Yes(makes))
        }
        // Without `unsafe` a submission has no symbols of its own to trip the linker with.
        How::Exited(1) if messages.contains("error: linking with") => {
            bail!("the linker failed:\n{messages}")
        }
        How::Exited(1) => Ok(Compiled::No(messages)),
        How::WallTime => Ok(Compiled::No(format!(
            "{messages}\nrustc was still at it after {} s\n",
            BOUNDS.wall.as_secs()
        ))),
        How::OutputLimit => Ok(Compiled::No(messages + "\nrustc had no end of messages\n")),
        // Rustc cannot be brought down so by mistake. Whoever tries does not get another go for it.
        How::Exited(101) | How::Signalled(_) => {
            Ok(Compiled::No(format!("{messages}\nrustc broke down over this source\n")))
        }
        How::Exited(code) => bail!("rustc ended with {code}:\n{messages}"),
    }
}
