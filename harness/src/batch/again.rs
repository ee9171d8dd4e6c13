//! `grade --again`: a result is reproduced.

use super::submissions;
use crate::grading::grade::Grader;
use crate::grading::intake;
use crate::grading::result::{CheckResult, Status, SubmissionResult};
use crate::reports::words::harmless;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Reads a result that `grade` wrote.
///
/// # Errors
///
/// When it is none.
pub fn read(path: &Path) -> anyhow::Result<SubmissionResult> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no result", path.display()))
}

/// Grades the one submission at `paths` again, and prints what is different from `before`. `grader` has its seed. Whether nothing is.
///
/// # Errors
///
/// When there is not exactly one submission.
pub fn again(
    grader: &Grader<'_>,
    before: &SubmissionResult,
    paths: &[PathBuf],
) -> anyhow::Result<bool> {
    let found = submissions::find(grader.assignment(), paths, None)?.submissions;
    let [submission] = &found[..] else {
        bail!("a result is of one submission; there are {} here", found.len());
    };
    if before.versions != *grader.versions() {
        let (then, now) = (&before.versions, grader.versions());
        anstream::println!("It was graded with {then}; now it is with {now}.");
    }
    let taken = submission.take(grader.assignment());
    match &before.files {
        None => anstream::println!("The result does not say of which files it is."),
        files if *files != intake::digest(&taken) => {
            anstream::println!("These are not the files that were graded then.");
        }
        Some(_) => {}
    }
    let now = grader.grade(&before.submission, taken);
    let Compared { differences, notes } = compare(before, &now);
    for line in differences.iter().chain(&notes) {
        anstream::println!("{}", harmless(line));
    }
    if differences.is_empty() {
        anstream::println!("The same in every check: {}.", points(&now));
    }
    Ok(differences.is_empty())
}

/// What there is to say of two results.
#[derive(Debug, Default, PartialEq, Eq)]
struct Compared {
    /// In verdicts, and in what is said of them.
    differences: Vec<String>,
    /// How far a search has come depends on the machine where time ends it, and is no difference.
    notes: Vec<String>,
}

fn compare(before: &SubmissionResult, now: &SubmissionResult) -> Compared {
    let Compared { mut differences, mut notes } = Compared::default();
    if (before.status, before.score) != (now.status, now.score) {
        differences.push(format!("{} before, {} now", points(before), points(now)));
    } else if before.message != now.message {
        differences.push(format!("{} as before, with another message", points(now)));
    }
    let (before, now) = (before.without_times(), now.without_times());
    let older = before.schema < now.schema;
    if older {
        notes.push(
            "It was graded by an older harness: what only one of the two says is not compared"
                .to_owned(),
        );
    }
    let executions = |check: &CheckResult| check.explored.as_ref().map_or(0, |e| e.executions);
    for check in &before.checks {
        let (name, status) = (&check.name, check.status);
        match now.check(name) {
            None => differences.push(format!("{name}: there is no such check any more")),
            Some(again) if again.status != status => {
                differences.push(format!("{name}: {status} before, {} now", again.status));
            }
            Some(again) if reason(again, older) != reason(check, older) => {
                differences.push(format!("{name}: {status} as before, for another reason"));
            }
            Some(again) if executions(again) != executions(check) => {
                let (before, now) = (executions(check), executions(again));
                notes.push(format!(
                    "{name}: {status} as before, after {now} executions instead of {before}"
                ));
            }
            Some(_) => {}
        }
    }
    for check in now.checks.iter().filter(|check| before.check(&check.name).is_none()) {
        differences.push(format!("{}: a new check, {}", check.name, check.status));
    }
    Compared { differences, notes }
}

/// What must be the same for two to have one reason. One of an `older` harness has fewer members, and its explorer chose and wrote runs otherwise.
fn reason(check: &CheckResult, older: bool) -> CheckResult {
    let mut check = check.clone();
    if older {
        (check.basis, check.explored) = (None, None);
        check.cases.clear();
        check.notes.clear();
    }
    if let Some(explored) = &mut check.explored {
        explored.executions = 0;
    }
    check
}

/// `4 of 6 points`, and why if there is more to say.
fn points(result: &SubmissionResult) -> String {
    let why = match result.status {
        Status::Graded => "",
        Status::Refused => " (refused)",
        Status::DoesNotCompile => " (does not compile)",
        Status::CannotTell => " (the grader cannot tell)",
    };
    match result.score {
        Some(score) => format!("{score} of {} points{why}", result.max),
        None => format!("no score{why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::result::{Basis, CheckStatus, Explored};
    use crate::reports::words::samples;

    #[test]
    fn times_and_executions_are_no_difference_and_verdicts_are() {
        let mut before = samples::graded("ada");
        let explored = Explored {
            executions: 7,
            proved: false,
            timed: false,
            naps: false,
            yields: false,
            bounds: Vec::new(),
            schedule: None,
            trace: None,
        };
        before.checks[0].explored = Some(explored.clone());
        let mut now = before.clone();
        now.milliseconds += 1;
        now.checks[0].milliseconds += 1;
        assert_eq!(compare(&before, &now), Compared::default());
        now.checks[0].explored = Some(Explored { executions: 8, ..explored });
        let found = compare(&before, &now);
        assert_eq!(found.notes, ["passes: pass as before, after 8 executions instead of 7"]);
        assert!(found.differences.is_empty(), "{found:?}");
        now.checks[1].message = Some("another".to_owned());
        now.checks[0].status = CheckStatus::Fail;
        now.score = Some(0);
        now.checks.pop();
        let found = compare(&before, &now).differences;
        let mut older = samples::graded("ada");
        older.schema = 2;
        let mut today = samples::graded("ada");
        today.checks[0].basis = Some(Basis::Open);
        let of_two = compare(&older, &today);
        assert!(of_two.differences.is_empty() && of_two.notes[0].contains("an older harness"));
        older.checks[1].message = Some("another".to_owned());
        assert_eq!(compare(&older, &today).differences.len(), 1);
        let expected = [
            "2 of 6 points before, 0 of 6 points now",
            "passes: pass before, fail now",
            "fails: fail as before, for another reason",
            "hidden: there is no such check any more",
        ];
        assert_eq!(found, expected);
        assert_eq!(points(&samples::unknown("x")), "no score (the grader cannot tell)");
    }
}
