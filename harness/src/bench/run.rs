//! Benches, compiled and started: each in several processes, and the chapters in turns, so that what comes and goes on the machine hits all.

use super::Options;
use super::plan::{Plan, Time};
use super::table::Row;
use anyhow::{Context, bail};
use cargo_metadata::Message;
use paired::measured::{self, Measured};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wait_timeout::ChildExt as _;

/// Where the numbers of the last run are.
pub const KEPT: &str = "target/bench/results.json";

/// A chapter that is measured.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// `07-queue`.
    pub name: String,
    /// Its bench, when it is compiled.
    pub bench: Option<PathBuf>,
}

/// What a chapter's bench came to.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// In each of its processes.
    pub starts: Vec<Vec<Measured>>,
    /// Whether one of them was ended because the time was up.
    pub cut: bool,
}

/// The chapters of the workspace at `root` that have a bench `ratios`, in order.
///
/// # Errors
///
/// When it has no folder `chapters`.
pub fn chapters(root: &Path) -> anyhow::Result<Vec<Chapter>> {
    let folder = root.join("chapters");
    let entries = std::fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("benches/ratios.rs").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names.into_iter().map(|name| Chapter { name, bench: None }).collect())
}

/// Compiles the benches. Cargo shows its own progress.
///
/// # Errors
///
/// When one does not compile.
pub fn compile(root: &Path, chapters: &mut [Chapter]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["bench", "--no-run", "--bench", "ratios"]);
    command.arg("--message-format=json-render-diagnostics");
    for chapter in chapters.iter() {
        command.args(["--package", &format!("ch{}", chapter.name)]);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the benches do not compile; cargo says why above");
    }
    for message in Message::parse_stream(&output.stdout[..]) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's messages")?
            && let Some(executable) = artifact.executable
        {
            let folder = artifact.manifest_path.parent().and_then(|folder| folder.file_name());
            let of = chapters.iter_mut().find(|chapter| Some(&*chapter.name) == folder);
            if let (Some(chapter), "ratios") = (of, &*artifact.target.name) {
                chapter.bench = Some(executable.into_std_path_buf());
            }
        }
    }
    Ok(())
}

/// What each chapter's bench came to in each of its processes.
///
/// # Errors
///
/// When one cannot be started or fails.
pub fn measure(
    root: &Path,
    chapters: &[Chapter],
    options: &Options,
    plan: &Plan,
) -> anyhow::Result<Vec<Runs>> {
    let mut results = vec![Runs::default(); chapters.len()];
    let starts = options.starts.get();
    for start in 1..=starts {
        for (number, chapter) in chapters.iter().enumerate() {
            eprintln!("{}, process {start} of {starts}", chapter.name);
            let time = plan.time(start, starts, number);
            let (measured, cut) = once(root, chapter, options, time, &plan.left_out[number])?;
            results[number].starts.push(measured);
            results[number].cut |= cut;
        }
    }
    Ok(results)
}

fn once(
    root: &Path,
    chapter: &Chapter,
    options: &Options,
    time: Option<Time>,
    without: &[Row],
) -> anyhow::Result<(Vec<Measured>, bool)> {
    let name = &chapter.name;
    let bench = chapter.bench.as_ref().with_context(|| format!("{name} has no bench"))?;
    let file = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(bench);
    // As cargo does: scripts beside the bench are found from the package's folder.
    command.current_dir(root.join("chapters").join(name)).arg("--bench");
    command.args(&options.rows).env(measured::RESULTS, file.path());
    if let Some(pairs) = options.pairs {
        command.env(measured::PAIRS, pairs.to_string());
    }
    if let Some(time) = &time {
        command.env(measured::SECONDS, time.of_a_row.as_secs_f64().to_string());
    }
    let without: Vec<String> =
        without.iter().map(|row| format!("{}\t{}", row.what, row.peer)).collect();
    command.env(measured::WITHOUT, without.join("\n"));
    let said = tempfile::NamedTempFile::new()?;
    let mut bench = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.reopen()?)
        .spawn()
        .with_context(|| format!("the bench of {name} could not be started"))?;
    let status = match time {
        Some(time) => bench.wait_timeout(time.of_all)?,
        None => Some(bench.wait()?),
    };
    match status {
        Some(status) if status.success() => {}
        Some(status) => {
            let said = String::from_utf8_lossy(&std::fs::read(said.path())?).into_owned();
            bail!("the bench of {name} failed ({status}):\n{said}");
        }
        // The rows that are done are in the file. Its peers end with it.
        None => {
            bench.kill()?;
            bench.wait()?;
        }
    }
    let lines = std::fs::read_to_string(file.path())?;
    let read = |line: &str| {
        serde_json::from_str(line).with_context(|| format!("the bench of {name} wrote {line}"))
    };
    // The last line may be cut off with the bench.
    let whole = lines.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    Ok((whole.map(read).collect::<anyhow::Result<_>>()?, status.is_none()))
}

/// Keeps all numbers in [`KEPT`].
///
/// # Errors
///
/// When it cannot be written.
pub fn keep(root: &Path, measured: &[Runs]) -> anyhow::Result<()> {
    let starts: Vec<_> = measured.iter().map(|runs| &runs.starts).collect();
    crate::files::write(&root.join(KEPT), &serde_json::to_vec(&starts)?)
}
