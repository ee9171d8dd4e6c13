//! The verbs `start`, `check` and `hint`.

use super::copy::WorkingCopy;
use super::progress::Progress;
use crate::grading::Tools;
use crate::grading::assignment::{self, Assignment};
use crate::grading::grade::{Grader, Options};
use crate::grading::manifest::{Check, Visibility};
use crate::grading::result::{CheckStatus, SubmissionResult};
use crate::grading::verdict::Verdict;
use crate::reports::terminal::Report;
use crate::reports::words::in_language;
use anstyle::Style;
use anyhow::{Context, bail};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::Path;

const STRONG: Style = Style::new().bold();

/// Makes a working copy of `assignment` in `folder` and says what to do with it.
///
/// # Errors
///
/// As [`WorkingCopy::make`].
pub fn start(
    assignment: &Assignment,
    workspace: &Path,
    folder: &Path,
    language: &str,
) -> anyhow::Result<()> {
    let copy = WorkingCopy::make(assignment, workspace, folder)?;
    let title = in_language(&assignment.manifest.title, language);
    let readme = if language == "zh" { "README.zh-CN.md" } else { "README.md" };
    anstream::println!(
        "{STRONG}{title}{STRONG:#} is in {}: about {} minutes, {} points.\n\n\
         The task is in {}; the code to begin with in {}.\n\
         `harness watch {}` checks it on every save, `harness hint {}` helps.",
        folder.display(),
        assignment.manifest.minutes,
        assignment.manifest.points,
        copy.folder.join(readme).display(),
        copy.folder.join(assignment.root_file()).display(),
        folder.display(),
        folder.display()
    );
    Ok(())
}

/// Runs the visible checks on the working copy, takes note of what came of them, and returns it. Blocks until they have ended.
///
/// # Errors
///
/// When the checks cannot be read.
pub fn visible_checks(
    tools: &Tools,
    assignment: &Assignment,
    copy: &WorkingCopy,
) -> anyhow::Result<SubmissionResult> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let options = Options { seed: 0, jobs, visible_only: true };
    let result = Grader::new(tools, assignment, options)?.grade_folder("", &copy.folder);
    let mut progress = Progress::load(&copy.folder);
    progress.note(&result);
    // A copy that cannot be written to can still be checked.
    let _ = progress.save(&copy.folder);
    Ok(result)
}

/// Runs the visible checks on the working copy, and prints a report with the hints that have been asked for.
///
/// # Errors
///
/// As [`visible_checks`].
pub fn check(
    tools: &Tools,
    assignment: &Assignment,
    copy: &WorkingCopy,
    language: &str,
) -> anyhow::Result<Verdict> {
    let result = visible_checks(tools, assignment, copy)?;
    let progress = Progress::load(&copy.folder);
    let colour = std::io::stdout().is_terminal();
    anstream::print!("{}", report(assignment, &progress, language, colour).write(&result));
    Ok(Verdict::of(&result))
}

/// How results are reported to a student.
pub fn report<'a>(
    assignment: &'a Assignment,
    progress: &'a Progress,
    language: &'a str,
    colour: bool,
) -> Report<'a> {
    let hints = &progress.hints;
    let details = usize::MAX;
    Report { manifest: &assignment.manifest, language, hints, details, width: 100, colour }
}

/// Shows the next hint for `name` or, without it, for the first check that was not passed the last time; then remembers that it was shown.
///
/// # Errors
///
/// When there is no such check.
pub fn hint(
    assignment: &Assignment,
    copy: &WorkingCopy,
    name: Option<&str>,
    language: &str,
) -> anyhow::Result<()> {
    let mut progress = Progress::load(&copy.folder);
    let visible: Vec<&Check> = assignment
        .manifest
        .checks
        .iter()
        .filter(|check| check.visibility == Visibility::Visible)
        .collect();
    let check = match name {
        Some(name) => visible.iter().find(|check| check.name == name).with_context(|| {
            let known: Vec<&str> = visible.iter().map(|check| check.name.as_str()).collect();
            format!("there is no check {name}; there are: {}", known.join(", "))
        })?,
        None => {
            let open = |check: &&&Check| {
                progress.last.get(&check.name).is_none_or(|last| *last != CheckStatus::Pass)
            };
            match visible.iter().find(open) {
                Some(check) => check,
                None => {
                    bail!("every check was passed the last time; `harness check` runs them again")
                }
            }
        }
    };
    let shown = next_hint(&mut progress, check);
    progress.save(&copy.folder)?;
    let title = in_language(&check.title, language);
    anstream::println!("{STRONG}{}{STRONG:#}  {title}", check.name);
    for (number, hint) in (1..).zip(check.hints.iter().take(shown)) {
        anstream::println!("  {number} of {}: {}", check.hints.len(), in_language(hint, language));
    }
    if shown == check.hints.len() {
        println!("That is the last hint.");
    }
    Ok(())
}

/// Counts one hint more as shown, if there is one more. How many are shown now.
pub(super) fn next_hint(progress: &mut Progress, check: &Check) -> usize {
    let shown = (progress.hints_of(&check.name) + 1).min(check.hints.len());
    progress.hints.insert(check.name.clone(), shown);
    shown
}

/// What comes after this assignment in the course.
pub fn next_assignment(course: &Path, assignment: &Assignment) -> Option<String> {
    let names = assignment::names(course).ok()?;
    names.into_iter().find(|name| *name > assignment.name)
}
