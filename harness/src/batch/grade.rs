//! The verb `grade`.

use super::output::{Batch, Output};
use super::shard::Shard;
use super::submissions::{self, Submission};
use crate::grading::grade::Grader;
use crate::grading::intake;
use crate::grading::result::{Status, SubmissionResult};
use crate::grading::verdict::Verdict;
use crate::parallel;
use crate::reports::terminal::Report;
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What to grade, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Submissions, or folders of them.
    pub paths: Vec<PathBuf>,
    /// Where to write results and reports.
    pub out: PathBuf,
    /// How many submissions are graded at a time.
    pub jobs: NonZeroUsize,
    /// Only this part.
    pub shard: Option<Shard>,
    /// `en` or `zh`: the language of the reports.
    pub language: String,
}

/// Grades what is asked for and has no result yet, writes all reports, and prints what came of it. Blocks until all is done. Interrupted at any
/// moment and called again, it goes on where it was.
///
/// # Errors
///
/// When nothing can be graded, or something cannot be written. Trouble with one submission is in its result, and the others go on.
pub fn grade(grader: &Grader<'_>, request: &Request) -> anyhow::Result<Verdict> {
    let assignment = grader.assignment();
    let found = submissions::find(assignment, &request.paths)?;
    let mut batch = Batch::new(grader, request.shard, &found);
    let output = Output::begin(&request.out, &batch)?;
    let earlier = output.add_earlier(&mut batch)?;
    let mine: Vec<&Submission> = found
        .submissions
        .iter()
        .filter(|submission| request.shard.is_none_or(|shard| shard.has(&submission.name)))
        .collect();
    let mut changed = Vec::new();
    let (done, left): (Vec<&Submission>, Vec<&Submission>) = mine.iter().partition(|submission| {
        let Some(before) = output.standing(&submission.name) else { return false };
        let same = before.files == intake::digest(&submission.take(assignment));
        // A result of an older version does not say of which files it is.
        if !same && before.files.is_some() {
            changed.push(submission.name.as_str());
        }
        same
    });

    if !done.is_empty() {
        anstream::println!("{} of {} were graded before.", done.len(), mine.len());
    }
    if !changed.is_empty() {
        let names = changed.join(", ");
        anstream::println!("{} changed since, and graded again: {names}", changed.len());
    }
    let bar = progress(left.len() as u64);
    let failure = Mutex::new(None);
    parallel::map(request.jobs, &left, |submission| {
        let result = grader.grade(&submission.name, submission.take(assignment));
        if let Err(error) = output.write(&result) {
            bar.suspend(|| anstream::eprintln!("error: {error:#}"));
            failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(error);
        }
        bar.suspend(|| match left.len() {
            1 => print_whole(grader, &result, &request.language),
            _ => print_line(&result),
        });
        bar.inc(1);
    });
    bar.finish_and_clear();
    if let Some(error) = failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        return Err(error);
    }
    let mut names: Vec<String> = mine.iter().map(|submission| submission.name.clone()).collect();
    names.extend_from_slice(&earlier);
    names.sort();
    let results = output.report(assignment, &names, &request.language)?;
    let verdict = summary(&results, &request.out);
    if !earlier.is_empty() {
        anstream::println!(
            "Among them are results from before, of submissions that are not among these paths: {}",
            earlier.join(", ")
        );
    }
    if !found.others.is_empty() {
        anstream::println!("Not submissions, and not graded: {}", found.others.join(", "));
    }
    Ok(verdict)
}

fn progress(length: u64) -> ProgressBar {
    if length < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    let template = "{bar:30} {pos} of {len}, {elapsed} so far, about {eta} to go";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn print_whole(grader: &Grader<'_>, result: &SubmissionResult, language: &str) {
    let hints = BTreeMap::new();
    let report = Report {
        manifest: &grader.assignment().manifest,
        language,
        hints: &hints,
        details: usize::MAX,
        width: 100,
        colour: std::io::stdout().is_terminal(),
    };
    anstream::println!("{}", report.write(result));
}

fn print_line(result: &SubmissionResult) {
    let (style, text) = match (result.status, result.score) {
        (Status::CannotTell, _) | (_, None) => (AnsiColor::Yellow, "cannot tell".to_owned()),
        (Status::Refused, _) => (AnsiColor::Red, "refused".to_owned()),
        (Status::DoesNotCompile, _) => (AnsiColor::Red, "does not compile".to_owned()),
        (Status::Graded, Some(score)) => {
            let colour = if result.passes() { AnsiColor::Green } else { AnsiColor::Red };
            (colour, format!("{score} of {}", result.max))
        }
    };
    let style = style.on_default();
    anstream::println!("{style}{text:>16}{style:#}  {}", result.submission);
}

/// Says what is in the folder and what has to be done again.
pub(super) fn summary(results: &[SubmissionResult], out: &Path) -> Verdict {
    let strong = Style::new().bold();
    let again: Vec<&str> = results
        .iter()
        .filter(|result| result.status == Status::CannotTell)
        .map(|result| result.submission.as_str())
        .collect();
    let scores: Vec<u32> = results.iter().filter_map(|result| result.score).collect();
    if results.len() > 1 {
        let full = results.iter().filter(|result| result.passes()).count();
        let mean = f64::from(scores.iter().sum::<u32>()) / scores.len().max(1) as f64;
        anstream::println!(
            "\n{strong}{} submissions{strong:#}: {full} pass everything, {} have a score, on average {mean:.1}.",
            results.len(),
            scores.len()
        );
    }
    anstream::println!("Results, pages and grade book are in {}.", out.display());
    if !again.is_empty() {
        anstream::println!(
            "The grader cannot tell for {}; the same command tries again: {}",
            again.len(),
            again.join(", ")
        );
    }
    results.iter().map(Verdict::of).max().unwrap_or(Verdict::AllPass)
}
