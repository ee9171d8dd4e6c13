//! The verbs `start`, `check` and `hint`.

use super::copy::{Contents, WorkingCopy};
use super::progress::Progress;
use crate::grading::Tools;
use crate::grading::assignment::{self, Assignment};
use crate::grading::grade::{Grader, Options};
use crate::grading::manifest::{Check, Kind, Visibility};
use crate::grading::result::{CheckStatus, SubmissionResult};
use crate::grading::verdict::Verdict;
use crate::language::{Started, command, words};
use crate::reports::terminal::Report;
use crate::reports::words::in_language;
use anstyle::Style;
use anyhow::{Context, bail};
use crossterm::terminal;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::Path;
use trace::Language;

const STRONG: Style = Style::new().bold();

/// Makes a working copy of `assignment` in `folder` and says what to do with it. `course` is remembered.
///
/// # Errors
///
/// As [`WorkingCopy::make`].
pub fn start(
    assignment: &Assignment,
    workspace: &Path,
    course: Option<&Path>,
    folder: &Path,
    language: Language,
) -> anyhow::Result<()> {
    let copy = WorkingCopy::make(assignment, workspace, course, folder, Contents::Starter)?;
    let manifest = &assignment.manifest;
    let title = in_language(&manifest.title, language);
    let readme = match language {
        // A course need not have its tasks in each language.
        Language::Zh if copy.folder.join("README.zh-CN.md").is_file() => "README.zh-CN.md",
        Language::En | Language::Zh => "README.md",
    };
    let hidden = manifest.checks.iter().filter(|check| check.visibility != Visibility::Visible);
    let shown = folder.display().to_string();
    let verb = |verb| {
        let mut arguments = vec!["harness", verb, &shown];
        arguments.extend(in_its_language(language));
        command(&arguments)
    };
    let text = (words(language).started)(&Started {
        title: &format!("{STRONG}{title}{STRONG:#}"),
        folder: &shown,
        minutes: manifest.minutes,
        points: manifest.points,
        hidden: hidden.map(|check| check.points).sum(),
        task: &copy.folder.join(readme).display().to_string(),
        code: &copy.folder.join(assignment.root_file()).display().to_string(),
        watch: &verb("watch"),
        hint: &verb("hint"),
    });
    anstream::println!("{text}");
    Ok(())
}

/// Runs the visible checks on the working copy, with random inputs that come from `seed`. Blocks until they have ended.
///
/// # Errors
///
/// When the checks cannot be read.
pub fn visible_checks(
    tools: &Tools,
    assignment: &Assignment,
    copy: &WorkingCopy,
    seed: u64,
) -> anyhow::Result<SubmissionResult> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let options = Options { seed, jobs, visible_only: true, trusting: true };
    Ok(Grader::new(tools, assignment, options)?.grade_folder("", &copy.folder))
}

/// Where random inputs come from: `asked`, or another number each time. Short, as people copy it.
///
/// # Errors
///
/// When the system has no random numbers.
pub fn seed(asked: Option<u64>) -> anyhow::Result<u64> {
    match asked {
        Some(seed) => Ok(seed),
        None => Ok(getrandom::u64().context("the system has no random numbers")? % 1_000_000),
    }
}

/// Makes the copy remember what came of its checks.
pub(super) fn note(copy: &WorkingCopy, result: &SubmissionResult) -> Progress {
    let mut progress = Progress::load(&copy.folder);
    progress.note(result);
    // A copy that cannot be written to can still be checked.
    let _ = progress.save(&copy.folder);
    progress
}

/// Runs the visible checks on the working copy, takes note of what came of them, and prints a report with the hints that have been asked for.
///
/// # Errors
///
/// As [`visible_checks`].
pub fn check(
    tools: &Tools,
    assignment: &Assignment,
    copy: &WorkingCopy,
    asked: Option<u64>,
    language: Language,
) -> anyhow::Result<Verdict> {
    let tell = std::io::stderr().is_terminal();
    if tell {
        eprint!("{}", words(language).checking);
    }
    let result = visible_checks(tools, assignment, copy, seed(asked)?);
    if tell {
        // What is to come takes the line.
        eprint!("\r\x1b[K");
    }
    let result = result?;
    let progress = note(copy, &result);
    let colour = std::io::stdout().is_terminal();
    let width = if colour { columns() } else { 100 };
    let report = Report { width, ..report(assignment, &progress, language, colour) };
    anstream::print!("{}{}", report.write(&result), inputs(assignment, copy, &result, language));
    Ok(Verdict::of(&result))
}

/// How wide a report on this terminal is.
pub(super) fn columns() -> usize {
    terminal::size().map_or(100, |(width, _)| usize::from(width)).clamp(40, 120)
}

/// How to have the same inputs again, if something went wrong with inputs that were random.
pub(super) fn inputs(
    assignment: &Assignment,
    copy: &WorkingCopy,
    result: &SubmissionResult,
    language: Language,
) -> String {
    let failed = result
        .checks
        .iter()
        .any(|check| check.status == CheckStatus::Fail && check.kind == Kind::Program);
    if !failed || !assignment.manifest.has(Kind::Program) {
        return String::new();
    }
    let again = check_command(copy, language, &["--seed", &result.seed.to_string()]);
    format!("\n{}\n", (words(language).seed_was)(result.seed, &again))
}

/// The command that checks this copy from here.
pub(super) fn check_command(copy: &WorkingCopy, language: Language, options: &[&str]) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let folder = copy.folder.strip_prefix(&here).unwrap_or(&copy.folder).display().to_string();
    let mut arguments = vec!["harness", "check"];
    if !here.starts_with(&copy.folder) {
        arguments.push(&folder);
    }
    arguments.extend(options);
    arguments.extend(in_its_language(language));
    command(&arguments)
}

/// The option that chooses a language, where it is not the default.
fn in_its_language<'a>(language: Language) -> impl Iterator<Item = &'a str> {
    let is_usual = language == Language::default();
    let options = if is_usual { None } else { Some(["--language", language.tag()]) };
    options.into_iter().flatten()
}

/// The command that begins another assignment of the copy's course.
pub(super) fn start_command(copy: &WorkingCopy, name: &str, language: Language) -> String {
    let course = copy.course.as_ref().map(|course| course.display().to_string());
    let mut arguments = vec!["harness", "start", name];
    if let Some(course) = &course {
        arguments.extend(["--course", course]);
    }
    arguments.extend(in_its_language(language));
    command(&arguments)
}

/// How results are reported to a student.
pub fn report<'a>(
    assignment: &'a Assignment,
    progress: &'a Progress,
    language: Language,
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
    language: Language,
) -> anyhow::Result<()> {
    let words = words(language);
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
            (words.no_such_check)(name, &known.join(", "))
        })?,
        None => {
            let open = |check: &&&Check| {
                progress.last.get(&check.name).is_none_or(|last| *last != CheckStatus::Pass)
            };
            match visible.iter().find(open) {
                Some(check) => check,
                None => bail!(words.nothing_open),
            }
        }
    };
    let shown = next_hint(&mut progress, check);
    progress.save(&copy.folder)?;
    let title = in_language(&check.title, language);
    anstream::println!("{STRONG}{}{STRONG:#}  {title}", check.name);
    for (number, hint) in (1..).zip(check.hints.iter().take(shown)) {
        let before = (words.hint_of)(number, check.hints.len());
        anstream::println!("  {before}{}", in_language(hint, language));
    }
    if shown == check.hints.len() {
        println!("{}", words.last_hint);
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
