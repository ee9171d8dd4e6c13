//! The verbs `grade` and `check`.

use super::Tools;
use super::assignment::Assignment;
use super::grade::{Grader, Options};
use super::result::{Status, SubmissionResult};
use crate::reports::terminal::Report;
use anyhow::{Context, bail};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What a run of the verb came to; its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// Every submission passes every check.
    AllPass = 0,
    /// Some check is not passed, or a submission is refused.
    SomeFail = 1,
    /// Some submission has no score, through no fault of its own.
    CannotTell = 3,
}

impl Verdict {
    /// Of one submission.
    pub fn of(result: &SubmissionResult) -> Verdict {
        match result.status {
            Status::CannotTell => Verdict::CannotTell,
            _ if result.passes() => Verdict::AllPass,
            _ => Verdict::SomeFail,
        }
    }
}

/// Runs the visible checks on the working copy in `copy`, and prints a report with the first hints.
///
/// # Errors
///
/// When nothing can be graded.
pub fn check(tools: &Tools, assignment: &Assignment, copy: &Path) -> anyhow::Result<Verdict> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let options = Options { seed: 0, jobs, visible_only: true };
    let result = Grader::new(tools, assignment, options)?.grade_folder("", copy);
    anstream::println!("{}", report(assignment, 1).write(&result));
    Ok(Verdict::of(&result))
}

fn report(assignment: &Assignment, hints: usize) -> Report<'_> {
    Report {
        manifest: &assignment.manifest,
        language: "en",
        hints,
        width: 100,
        colour: std::io::stdout().is_terminal(),
    }
}

/// The working copy around `folder`, and the assignment that it is of: `[package.metadata.every-interleaving]` in its `Cargo.toml`.
///
/// # Errors
///
/// When `folder` is in no working copy.
pub fn working_copy(folder: &Path) -> anyhow::Result<(PathBuf, String)> {
    let folder =
        folder.canonicalize().with_context(|| format!("{} cannot be read", folder.display()))?;
    for folder in folder.ancestors() {
        let Ok(text) = std::fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        let Ok(manifest) = text.parse::<toml::Table>() else { continue };
        let marked = ["package", "metadata", "every-interleaving"]
            .iter()
            .try_fold(&toml::Value::Table(manifest), |value, key| value.get(key))
            .and_then(|mark| mark.get("assignment")?.as_str().map(str::to_owned));
        if let Some(name) = marked {
            return Ok((folder.to_owned(), name));
        }
    }
    bail!(
        "{} is in no working copy of an assignment; `harness start NAME` makes one",
        folder.display()
    )
}
