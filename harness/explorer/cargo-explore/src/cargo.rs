//! Cargo, as a child process.

use crate::stop;
use anyhow::Context;
use cargo_metadata::{Artifact, BuildScript, Message, Target, TargetKind};
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A cargo command in `folder`, without what an outer `cargo run` has set for
/// its own package.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// What chooses a target on the command line: `--lib`, `--test name`.
pub(crate) fn flag(target: &Target) -> String {
    match target.kind.first() {
        Some(TargetKind::Bin) => format!("--bin {}", target.name),
        Some(TargetKind::Test) => format!("--test {}", target.name),
        Some(TargetKind::Example) => format!("--example {}", target.name),
        Some(TargetKind::Bench) => format!("--bench {}", target.name),
        _ => "--lib".to_owned(),
    }
}

/// Whether what is printed to a stream has colours: as was asked, or else if it is a terminal and the environment does not say otherwise.
pub(crate) fn colours(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Runs a cargo command that compiles, with these flags for rustc. `seen` is told of each compiled
/// target as soon as it is there. Returns what came of it.
///
/// # Errors
///
/// When cargo cannot be started, or says something that it never says; [`stop::Stopped`], if
/// somebody stops it.
pub fn compile(
    mut command: Command,
    flags: &[String],
    seen: &mut dyn FnMut(Artifact),
) -> anyhow::Result<Came> {
    let colour = if colours(&std::io::stderr()) { "always" } else { "never" };
    command
        .args(["--quiet", "--message-format=json-render-diagnostics", "--color", colour])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if !flags.is_empty() {
        command.arg("--").args(flags);
    }
    let mut child = command.spawn().context("cargo could not be started")?;
    let watched = stop::Watched::new(&child);
    let messages = child.stdout.take().context("cargo's output is a pipe")?;
    let mut errors = child.stderr.take().context("cargo's errors are a pipe")?;
    let mut began = false;
    let mut scripts = Vec::new();
    let said = std::thread::scope(|scope| {
        let text = scope.spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not shown.
            let _ = errors.read_to_end(&mut text);
            text
        });
        for message in Message::parse_stream(BufReader::new(messages)) {
            match message.context("cargo's messages")? {
                Message::CompilerArtifact(artifact) => seen(artifact),
                Message::BuildScriptExecuted(script) => scripts.push(script),
                Message::BuildFinished(_) => began = true,
                _ => {}
            }
        }
        match text.join() {
            Ok(text) => anyhow::Ok(text),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    drop(watched);
    let status = child.wait()?;
    if !status.success() && stop::ended(status) {
        return Err(stop::Stopped.into());
    }
    let built = match began {
        _ if status.success() => Built::Well,
        true => Built::NotWell,
        false => Built::NotBegun,
    };
    Ok(Came { built, scripts, said })
}

/// What came of a call of cargo.
#[derive(Debug)]
pub struct Came {
    /// How it ended.
    pub built: Built,
    /// What build scripts have told cargo.
    pub scripts: Vec<BuildScript>,
    /// What it said on standard error, as it is to be shown.
    said: Vec<u8>,
}

impl Came {
    /// Whether everything is compiled. If not, what cargo said is shown.
    ///
    /// # Errors
    ///
    /// When standard error is closed.
    pub fn well(&self) -> anyhow::Result<bool> {
        if self.built != Built::Well {
            std::io::stderr().write_all(&self.said)?;
        }
        Ok(self.built == Built::Well)
    }

    /// What cargo said, without colours.
    pub fn text(&self) -> String {
        anstream::adapter::strip_str(&String::from_utf8_lossy(&self.said)).to_string()
    }
}

/// How a call of cargo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built {
    /// Everything is compiled.
    Well,
    /// Something does not compile.
    NotWell,
    /// Cargo refused before it compiled anything: what it was asked for is not there, or not to be had.
    NotBegun,
}
