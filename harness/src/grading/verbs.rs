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
    fn of(result: &SubmissionResult) -> Verdict {
        match result.status {
            Status::CannotTell => Verdict::CannotTell,
            _ if result.passes() => Verdict::AllPass,
            _ => Verdict::SomeFail,
        }
    }
}

/// Grades the submission at `path`, or every submission in that folder, writes `NAME.json` for each to `out`, and prints a report.
///
/// # Errors
///
/// When nothing can be graded, or a result cannot be written. Trouble with one submission is in its result.
pub fn grade(
    tools: &Tools,
    assignment: &Assignment,
    options: &Options,
    path: &Path,
    out: &Path,
) -> anyhow::Result<Verdict> {
    let submissions = submissions(assignment, path)?;
    std::fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let grader = Grader::new(tools, assignment, options.clone())?;
    let mut worst = Verdict::AllPass;
    for (name, folder) in &submissions {
        let result = grader.grade(name, folder);
        result.write(&out.join(format!("{name}.json")))?;
        anstream::println!("{}", report(assignment, 0).write(&result));
        worst = worst.max(Verdict::of(&result));
    }
    Ok(worst)
}

/// Runs the visible checks on the working copy in `copy`, and prints a report with the first hints.
///
/// # Errors
///
/// When nothing can be graded.
pub fn check(tools: &Tools, assignment: &Assignment, copy: &Path) -> anyhow::Result<Verdict> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let options = Options { seed: 0, jobs, visible_only: true };
    let result = Grader::new(tools, assignment, options)?.grade("", copy);
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

/// Each submission's name and folder. A folder that holds the file that a submission cannot do without is one; otherwise each folder in it is.
fn submissions(assignment: &Assignment, path: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let root = assignment.root_file();
    let name = |path: &Path| -> anyhow::Result<String> {
        let path =
            path.canonicalize().with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_name().context("a submission's folder has a name")?;
        Ok(name.to_str().context("a submission's name is not UTF-8")?.to_owned())
    };
    if path.join(root).exists() {
        return Ok(vec![(name(path)?, path.to_owned())]);
    }
    let entries =
        std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut found = entries
        .map(|entry| Ok(entry?.path()))
        .filter(|path| path.as_ref().is_ok_and(|path| path.is_dir()))
        .map(|path: anyhow::Result<PathBuf>| path.and_then(|path| Ok((name(&path)?, path))))
        .collect::<anyhow::Result<Vec<_>>>()?;
    found.sort();
    if found.is_empty() {
        bail!("{} holds no {root}, and no folders of submissions", path.display());
    }
    Ok(found)
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
