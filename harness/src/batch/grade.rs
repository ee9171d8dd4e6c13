//! The verb `grade`.

use super::compare;
use super::output::{Batch, Output, Reports};
use super::roster::{self, Student};
use super::shard::Shard;
use super::submissions::{self, Submission};
use crate::grading::grade::Grader;
use crate::grading::intake;
use crate::grading::result::{SCHEMA, Status, SubmissionResult};
use crate::grading::verdict::Verdict;
use crate::parallel;
use crate::reports::terminal::Report;
use crate::reports::words::{harmless, harmless_name};
use anstyle::{AnsiColor, Style};
use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use trace::Language;

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
    /// How to write the reports.
    pub reports: Reports,
    /// Whether the one path is one submission, whatever is in it.
    pub one: bool,
    /// Results of an earlier grading, to compare with.
    pub compare: Option<PathBuf>,
}

/// Grades what is asked for and has no result yet, writes all reports, and prints what came of it. Blocks until all is done. Interrupted at any
/// moment and called again, it goes on where it was.
///
/// # Errors
///
/// When nothing can be graded, or something cannot be written. Trouble with one submission is in its result, and the others go on.
pub fn grade(grader: &Grader<'_>, request: &Request) -> anyhow::Result<Verdict> {
    let assignment = grader.assignment();
    let found = match &request.paths[..] {
        [path] if request.one => submissions::only(path)?,
        _ if request.one => bail!("with --one there is one path"),
        paths => submissions::find(assignment, paths, Some(&request.out))?,
    };
    let mut batch = Batch::new(grader, request.shard, &found);
    // What makes no sense is said before hours of grading.
    request.reports.earlier.is_before(&assignment.name)?;
    let before = request.compare.as_deref().map(|path| compare::read(path, &assignment.name));
    let before = before.transpose()?;
    let output = Output::begin(&request.out, &batch)?;
    if let Some(path) = request.compare.as_deref().filter(|path| output.holds(path)) {
        bail!("{} is where the results are written; compare with another folder", path.display());
    }
    let earlier = output.add_earlier(&mut batch)?;
    let mine: Vec<&Submission> = found
        .submissions
        .iter()
        .filter(|submission| request.shard.is_none_or(|shard| shard.has(&submission.name)))
        .collect();
    let (mut changed, mut older, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let (done, left): (Vec<&Submission>, Vec<&Submission>) = mine.iter().partition(|submission| {
        let Some(before) = output.standing(&submission.name) else { return false };
        if !batch.is_of(&before) {
            others.push(submission.name.as_str());
            return false;
        }
        let same = before.files == intake::digest(&submission.take(assignment));
        // A result of an older version does not say of which files it is.
        if !same && before.files.is_some() {
            changed.push(submission.name.as_str());
        }
        if same && before.schema < SCHEMA {
            older.push(submission.name.as_str());
        }
        same
    });

    if !done.is_empty() {
        anstream::println!("{} of {} were graded before.", done.len(), mine.len());
    }
    if !older.is_empty() {
        anstream::println!(
            "{} of these by an older harness: {}. Name another folder, and all are graded alike.",
            older.len(),
            listed(&older)
        );
    }
    if !changed.is_empty() {
        let names = listed(&changed);
        anstream::println!("{} changed since, and graded again: {names}", changed.len());
    }
    if !others.is_empty() {
        let names = listed(&others);
        anstream::println!(
            "{} had results of another batch there, and are graded again: {names}",
            others.len()
        );
    }
    let bar = progress(left.len() as u64);
    let unwritten = Mutex::new(Vec::new());
    parallel::map(request.jobs, &left, |submission| {
        let result = grader.grade(&submission.name, submission.take(assignment));
        if let Err(error) = output.write(&result) {
            unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((&submission.name, error));
        }
        bar.suspend(|| match left.len() {
            1 => print_whole(grader, &result, request.reports.language),
            _ => print_line(&result),
        });
        bar.inc(1);
    });
    bar.finish_and_clear();
    let mut unwritten = unwritten.into_inner().unwrap_or_else(PoisonError::into_inner);
    if unwritten.len() == mine.len()
        && let Some((_, error)) = unwritten.pop()
    {
        return Err(error);
    }
    let is_written = |name: &&String| unwritten.iter().all(|(unwritten, _)| unwritten != name);
    let mine = mine.iter().map(|submission| &submission.name).filter(is_written);
    let mut names: Vec<String> = mine.chain(&earlier).cloned().collect();
    names.sort();
    let results = match output.report(assignment, &names, &request.reports) {
        Err(error) if unwritten.is_empty() => return Err(error),
        results => results,
    };
    if let Some((_, error)) = unwritten.first() {
        let names: Vec<&str> = unwritten.iter().map(|(name, _)| name.as_str()).collect();
        anstream::eprintln!("error: {}", harmless(&format!("{error:#}")));
        anstream::eprintln!(
            "{} could not be written; the same command tries again: {}",
            match names.len() {
                1 => "One result".to_owned(),
                n => format!("{n} results"),
            },
            listed(&names)
        );
    }
    let Ok(results) = results else { return Ok(Verdict::CannotTell) };
    let mut verdict = summary(&results, &request.out);
    if !unwritten.is_empty() {
        verdict = Verdict::CannotTell;
    }
    if !earlier.is_empty() {
        anstream::println!(
            "Among them are results from before, of submissions that are not among these paths: {}",
            listed(&earlier)
        );
    }
    match &request.reports.roster {
        Some(students) => tell_unmatched(students, &results),
        None => tell_claimed(&results),
    }
    if let Some(before) = before {
        compare::tell(&before, &results, &output)?;
    }
    if !found.others.is_empty() {
        anstream::println!("Not submissions, and not graded: {}", listed(&found.others));
    }
    Ok(verdict)
}

/// Whom the roster does not know, and of whom there is nothing.
fn tell_unmatched(students: &[Student], results: &[SubmissionResult]) {
    let (strange, missing) = roster::unmatched(students, results);
    for (names, what) in [
        (
            strange,
            "Nobody in the roster has handed these in, so that they are not in the students' files",
        ),
        (missing, "In the roster, and not here"),
    ] {
        if !names.is_empty() {
            anstream::println!("{what}: {}", listed(&names));
        }
    }
}

/// Which ids several submissions claim, so that none of them has it.
fn tell_claimed(results: &[SubmissionResult]) {
    let names = results.iter().map(|result| result.submission.as_str());
    for (id, submissions) in roster::claimed_twice(names) {
        anstream::println!(
            "By their names these are all of the student with the number {id}, and no file for Canvas or Moodle says so of any: {}. \
             A roster (--roster) says whose they are.",
            listed(&submissions)
        );
    }
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

fn print_whole(grader: &Grader<'_>, result: &SubmissionResult, language: Language) {
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
    anstream::println!("{style}{text:>16}{style:#}  {}", harmless_name(&result.submission));
}

/// Names of strangers, in a sentence.
fn listed(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|name| harmless_name(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Says what is in the folder and what has to be done again.
pub(super) fn summary(results: &[SubmissionResult], out: &Path) -> Verdict {
    let strong = Style::new().bold();
    let again: Vec<&str> = results
        .iter()
        .filter(|result| result.status == Status::CannotTell)
        .map(|result| result.submission.as_str())
        .collect();
    if results.len() > 1 {
        anstream::println!(
            "\n{strong}{} submissions{strong:#}: {}.",
            results.len(),
            figures(results)
        );
    }
    anstream::println!("Results, pages and grade book are in {}.", out.display());
    for result in results {
        for check in result.checks.iter().filter(|check| !check.notes.is_empty()) {
            anstream::println!(
                "A note on {}, {}: {}",
                harmless_name(&result.submission),
                check.name,
                harmless_name(&check.notes.join("; "))
            );
        }
    }
    for names in identical(results) {
        anstream::println!("The same files, to the letter, were handed in by {}", listed(&names));
    }
    if !again.is_empty() {
        anstream::println!(
            "The grader cannot tell for {}; the same command tries again: {}",
            again.len(),
            listed(&again)
        );
    }
    results.iter().map(Verdict::of).max().unwrap_or(Verdict::AllPass)
}

/// The names of submissions of which the same files were taken, those of one kind together.
fn identical(results: &[SubmissionResult]) -> Vec<Vec<&str>> {
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // What is refused has no files; two of them may be refused for the same reason.
    for result in results.iter().filter(|result| result.status != Status::Refused) {
        if let Some(files) = &result.files {
            of.entry(files).or_default().push(&result.submission);
        }
    }
    let mut found: Vec<_> = of.into_values().filter(|names| names.len() > 1).collect();
    found.sort();
    found
}

/// How many pass, how many have a score, and what it is on average.
fn figures(results: &[SubmissionResult]) -> String {
    let full = results.iter().filter(|result| result.passes()).count();
    // What was refused for how it was packed says nothing of how well the others did.
    let refused = results.iter().filter(|result| result.status == Status::Refused).count();
    let graded = results.iter().filter(|result| result.status != Status::Refused);
    let scores: Vec<u32> = graded.filter_map(|result| result.score).collect();
    let pass = if full == 1 { "passes" } else { "pass" };
    let have = if scores.len() == 1 { "has" } else { "have" };
    let mut text = format!("{full} {pass} everything, {} {have} a score", scores.len());
    if let (Some(result), false) = (results.first(), scores.is_empty()) {
        let mean = f64::from(scores.iter().sum::<u32>()) / scores.len() as f64;
        text += &format!(", on average {mean:.1} of {}", result.max);
    }
    match refused {
        0 => {}
        1 => text += "; 1 is refused",
        n => text += &format!("; {n} are refused"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::words::samples;

    #[test]
    fn what_two_have_handed_in_alike_is_told() {
        let with = |name: &str, files: Option<&str>, status: Status| SubmissionResult {
            files: files.map(str::to_owned),
            status,
            ..samples::graded(name)
        };
        let results = [
            with("ada", Some("1"), Status::Graded),
            with("bob", Some("2"), Status::Graded),
            with("cy", Some("1"), Status::DoesNotCompile),
            with("dan", Some("3"), Status::Refused),
            with("eve", Some("3"), Status::Refused),
            with("fay", None, Status::Graded),
            with("gus", None, Status::Graded),
            with("hal", Some("2"), Status::Graded),
        ];
        assert_eq!(identical(&results), [vec!["ada", "cy"], vec!["bob", "hal"]]);
        assert!(identical(&results[..2]).is_empty());
    }

    #[test]
    fn figures_are_words_of_one_or_of_many() {
        let mut whole = samples::graded("cy");
        whole.checks.truncate(1);
        whole.score = Some(6);
        let mut results = vec![samples::unknown("ada"), samples::unknown("bob")];
        assert_eq!(figures(&results), "0 pass everything, 0 have a score");
        results.push(whole);
        assert_eq!(figures(&results), "1 passes everything, 1 has a score, on average 6.0 of 6");
        results.push(samples::graded("dora"));
        assert_eq!(figures(&results), "1 passes everything, 2 have a score, on average 4.0 of 6");
        let mut refused = samples::graded("eve");
        (refused.status, refused.score) = (Status::Refused, Some(0));
        results.push(refused);
        let with = "1 passes everything, 2 have a score, on average 4.0 of 6; 1 is refused";
        assert_eq!(figures(&results), with);
    }
}
