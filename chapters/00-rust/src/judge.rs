//! Whether a file holds what its change asks for.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use wait_timeout::ChildExt;

/// No check works for longer than a moment; a thread that waits for itself does so for ever.
const DEADLINE: Duration = Duration::from_secs(60);

/// What is said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It does not compile. With the compiler's own words.
    Refused(String),
    /// It compiles, but a function or type that the check calls has gone or looks different.
    Unlike(String),
    /// It compiles, and does something else. With what the check says, or what panicked.
    Wrong(String),
    /// The check was still running after a minute.
    Endless,
    /// It compiles, and does what it should.
    Passed,
}

/// The folder in which the changes are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("changes")
}

/// The changes, by name.
///
/// # Errors
///
/// When their folder cannot be read.
///
/// ```
/// assert!(ch00_rust::names().unwrap().contains(&"ownership".to_owned()));
/// ```
pub fn names() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Compiles `source` and runs the check of the change `name` on it. It waits for both, for a minute at most
/// where the check does not end.
///
/// # Errors
///
/// When there is no such change, when the compiler cannot be started, and when there is no room
/// for what it makes. What is wrong with `source` itself is a [`Verdict`].
pub fn judge(name: &str, source: &Path) -> io::Result<Verdict> {
    let check = folder().join(name).join("check.rs").canonicalize()?;
    let scratch = tempfile::tempdir()?;
    let library = scratch.path().join("libchange.rlib");
    // From the file's own folder, so that the message names it as the reader does.
    let place = source.parent().unwrap_or(Path::new("."));
    let mut compiler = rustc();
    compiler.current_dir(place).args(["--crate-type", "rlib", "--crate-name", "change", "-o"]);
    compiler.arg(&library).arg(source.file_name().unwrap_or_default());
    if let Some(refused) = said_on_failure(&mut compiler)? {
        return Ok(Verdict::Refused(refused));
    }
    let program = scratch.path().join("check");
    let mut compiler = rustc();
    compiler.arg("--extern").arg(with("change=", &library)).arg("-o").arg(&program).arg(check);
    if let Some(unlike) = said_on_failure(&mut compiler)? {
        return Ok(Verdict::Unlike(unlike));
    }
    run(&program, &scratch.path().join("said"))
}

fn rustc() -> Command {
    let mut compiler = Command::new("rustc");
    compiler.args(["--edition", "2024"]).stdin(Stdio::null());
    compiler
}

fn with(word: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(word);
    argument.push(path);
    argument
}

/// What a command wrote for people, if it failed.
fn said_on_failure(command: &mut Command) -> io::Result<Option<String>> {
    let output = command.output()?;
    let failed = !output.status.success();
    Ok(failed.then(|| String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
}

/// Runs the check; `said` is a file for what it says, which may be more than a pipe holds.
fn run(program: &Path, said: &Path) -> io::Result<Verdict> {
    let file = File::create(said)?;
    let mut check = Command::new(program);
    check.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let mut child = check.spawn()?;
    let Some(status) = child.wait_timeout(DEADLINE)? else {
        child.kill()?;
        child.wait()?;
        return Ok(Verdict::Endless);
    };
    if status.success() {
        return Ok(Verdict::Passed);
    }
    Ok(Verdict::Wrong(String::from_utf8_lossy(&fs::read(said)?).trim().to_owned()))
}
