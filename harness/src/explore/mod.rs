//! The verb `explore`: every interleaving of ordinary `std` code.
//!
//! | module | what lives there |
//! |---|---|
//! | [`target`] | what a reader asks for: a chapter, a file, a crate |
//! | [`scenario`] | a file of scenarios |
//! | [`kit`] | the stand-ins for `std` and `core`, compiled |
//! | [`driver`] | a generated executable that explores a target's scenarios |
//! | [`report`] | what the driver says of a scenario |
//! | [`verb`] | what is printed and written |
//!
//! The harness does not link the explorer. It compiles it, gives it to a
//! driver in the place of `std`, and reads what the driver reports.

pub mod driver;
pub mod kit;
pub mod report;
pub mod scenario;
pub mod target;
pub mod verb;

use anyhow::{Context, bail};
use report::Outcome;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use target::Target;
use trace::Trace;

/// How to explore: the explorer's own configuration, as far as it is not the
/// default, and a schedule to replay instead of a search.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Fields of the explorer's `Config`.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// A schedule to replay.
    pub schedule: Option<String>,
}

/// Explores `scenarios` (`file/name`) of `target`, calls `told` with what came
/// of each as soon as it is known, and `progress` while a search is under way.
/// Blocks until all have ended or have used up their budgets.
///
/// # Errors
///
/// When something does not compile, or a scenario takes the driver down; it is
/// named.
pub fn explore(
    workspace: &Path,
    target: &Target,
    scenarios: &[String],
    search: &Search,
    progress: &(dyn Fn(&str) + Sync),
    told: &mut dyn FnMut(Outcome),
) -> anyhow::Result<()> {
    let driver = compile(workspace, target)?;
    let mut left = scenarios;
    while !left.is_empty() {
        // A scenario that spins without end takes the driver with it, after it
        // was reported. Another driver explores the rest.
        let ended = drive(&driver, left, search, progress, told)?;
        if ended.outcomes == 0 {
            bail!("{} took the explorer down: {}", left[0], ended.last_words);
        }
        left = &left[ended.outcomes.min(left.len())..];
    }
    Ok(())
}

/// Runs one scenario on real threads and returns what its threads did. It
/// reads and prints as it always does.
///
/// # Errors
///
/// When something does not compile, or the program ends the process.
pub fn record(workspace: &Path, target: &Target, scenario: &str) -> anyhow::Result<Trace> {
    let driver = compile(workspace, target)?;
    let file = driver.with_extension(format!("{}.trace", std::process::id()));
    let status = Command::new(&driver)
        .args(["--record", scenario])
        .arg(&file)
        .status()
        .context("the driver could not be started")?;
    let text = std::fs::read_to_string(&file);
    let _ = std::fs::remove_file(&file);
    let Ok(text) = text else {
        bail!("{scenario} ended its process ({status}) before its threads could be drawn");
    };
    Ok(Trace::from_json(&text)?)
}

fn compile(workspace: &Path, target: &Target) -> anyhow::Result<PathBuf> {
    let kit = kit::Kit::build(workspace)?;
    let driver = driver::build(&kit, &target.files, &target.uses)?;
    if target.files.iter().all(|file| file.scenarios.is_empty()) {
        bail!("rustc accepts it, but no scenario can be found in it");
    }
    Ok(driver)
}

/// How a driver ended.
struct Ended {
    /// How many scenarios it reported on.
    outcomes: usize,
    /// Its exit status and what it wrote besides outcomes and progress.
    last_words: String,
}

fn drive(
    driver: &Path,
    scenarios: &[String],
    search: &Search,
    progress: &(dyn Fn(&str) + Sync),
    told: &mut dyn FnMut(Outcome),
) -> anyhow::Result<Ended> {
    let mut command = Command::new(driver);
    command.arg("--progress").arg("--config").arg(serde_json::to_string(&search.config)?);
    if let Some(schedule) = &search.schedule {
        command.arg("--schedule").arg(schedule);
    }
    command.args(scenarios).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("the driver could not be started")?;
    let output = child.stdout.take().context("the driver's output is a pipe")?;
    let errors = child.stderr.take().context("the driver's errors are a pipe")?;
    let mut outcomes = 0;
    let words = std::thread::scope(|scope| {
        let words = scope.spawn(move || {
            let mut others = String::new();
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                match report::progress(&line) {
                    Some(text) => progress(&text),
                    None => others += &format!("\n{line}"),
                }
            }
            others
        });
        for line in BufReader::new(output).lines() {
            let line = line.context("the driver's output cannot be read")?;
            told(Outcome::read(&line).with_context(|| {
                format!("the driver said something else than an outcome: {line}")
            })?);
            outcomes += 1;
        }
        match words.join() {
            Ok(text) => anyhow::Ok(text),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let status = child.wait()?;
    Ok(Ended { outcomes, last_words: format!("{status}{words}") })
}
