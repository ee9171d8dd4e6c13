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
use std::path::Path;
use std::process::{Command, Stdio};
use target::Target;

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
    let kit = kit::Kit::build(workspace)?;
    let driver = driver::build(&kit, &target.files, &target.uses)?;
    if scenarios.is_empty() {
        bail!("there is nothing to explore in what rustc accepts and this program cannot read");
    }
    let mut command = Command::new(driver);
    command.arg("--progress").arg("--config").arg(serde_json::to_string(&search.config)?);
    if let Some(schedule) = &search.schedule {
        command.arg("--schedule").arg(schedule);
    }
    command.args(scenarios).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("the driver could not be started")?;
    let output = child.stdout.take().context("the driver's output is a pipe")?;
    let errors = child.stderr.take().context("the driver's errors are a pipe")?;
    let mut count = 0;
    let complaints = std::thread::scope(|scope| {
        let complaints = scope.spawn(move || {
            let mut others = String::new();
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                match report::progress(&line) {
                    Some(text) => progress(&text),
                    None => others += &(line + "\n"),
                }
            }
            others
        });
        for line in BufReader::new(output).lines() {
            let line = line.context("the driver's output cannot be read")?;
            let outcome = Outcome::read(&line).with_context(|| {
                format!("the driver said something else than an outcome: {line}")
            })?;
            count += 1;
            told(outcome);
        }
        match complaints.join() {
            Ok(text) => anyhow::Ok(text),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let status = child.wait()?;
    if count < scenarios.len() {
        bail!("{} took the explorer down: {status}\n{}", scenarios[count], complaints.trim_end());
    }
    Ok(())
}
