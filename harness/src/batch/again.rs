//! `grade --again`: a result is reproduced.

use super::submissions;
use crate::grading::grade::Grader;
use crate::grading::result::SubmissionResult;
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
    let found = submissions::find(grader.assignment(), paths)?;
    let [submission] = &found[..] else {
        bail!("a result is of one submission; there are {} here", found.len());
    };
    if before.versions != *grader.versions() {
        anstream::println!(
            "It was graded with {:?}, and is now with {:?}.",
            before.versions,
            grader.versions()
        );
    }
    let now = grader.grade(&before.submission, submission.take(grader.assignment()));
    let differences = differences(before, &now);
    for difference in &differences {
        anstream::println!("{difference}");
    }
    if differences.is_empty() {
        let of = |score: Option<u32>| score.map_or("no score".to_owned(), |s| s.to_string());
        anstream::println!("The same in every check: {} of {} points.", of(now.score), now.max);
    }
    Ok(differences.is_empty())
}

/// What is different in verdicts and in what is said of them. How long something took is no difference.
fn differences(before: &SubmissionResult, now: &SubmissionResult) -> Vec<String> {
    let mut found = Vec::new();
    if (before.status, before.score) != (now.status, now.score) {
        found.push(format!(
            "{:?} with {:?} points before, {:?} with {:?} now",
            before.status, before.score, now.status, now.score
        ));
    }
    let (before, now) = (before.without_times(), now.without_times());
    for check in &before.checks {
        match now.check(&check.name) {
            None => found.push(format!("{}: there is no such check any more", check.name)),
            Some(again) if again.status != check.status => {
                let (before, now) = (check.status, again.status);
                found.push(format!("{}: {before:?} before, {now:?} now", check.name));
            }
            Some(again) if again != check => {
                found.push(format!(
                    "{}: {:?} as before, for another reason",
                    check.name, check.status
                ));
            }
            Some(_) => {}
        }
    }
    for check in now.checks.iter().filter(|check| before.check(&check.name).is_none()) {
        found.push(format!("{}: a new check, {:?}", check.name, check.status));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::result::CheckStatus;
    use crate::reports::words::samples;

    #[test]
    fn times_are_no_difference_and_verdicts_are() {
        let before = samples::graded("ada");
        let mut now = before.clone();
        now.milliseconds += 1;
        now.checks[0].milliseconds += 1;
        assert!(differences(&before, &now).is_empty());
        now.checks[1].message = Some("another".to_owned());
        now.checks[0].status = CheckStatus::Fail;
        now.checks.pop();
        let found = differences(&before, &now).join("\n");
        assert!(found.contains("passes: Pass before, Fail now"), "{found}");
        assert!(found.contains("fails: Fail as before, for another reason"), "{found}");
        assert!(found.contains("hidden: there is no such check any more"), "{found}");
    }
}
