//! `grade --compare`: who has another score than in an earlier grading, and why.
//!
//! What is compared with was written by a grader, perhaps by an older one, and has lain somewhere since: it is read as any stranger's file.

use super::output::Output;
use crate::grading::result::{CheckStatus, Status, SubmissionResult};
use crate::reports::csv::{finished, harmless as cell, writer};
use crate::reports::words::{harmless, harmless_name};
use anyhow::{Context, bail};
use rustix::fs::{Mode, OFlags, open};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

/// The most bytes of one result, and of all together. Most of it are runs, which are not kept.
const BYTES: u64 = 64 << 20;
const ALL_BYTES: u64 = 4 << 30;
/// The most results.
const RESULTS: usize = 100_000;

/// What is read of an earlier result. Members that it does not know are skipped, so that those of other versions can be read.
#[derive(Debug, Clone, Deserialize)]
pub struct Earlier {
    submission: String,
    assignment: String,
    versions: EarlierVersions,
    status: Status,
    score: Option<u32>,
    max: u32,
    #[serde(default)]
    files: Option<String>,
    #[serde(default)]
    checks: Vec<EarlierCheck>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierVersions {
    assignment: String,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierCheck {
    name: String,
    status: CheckStatus,
    points: u32,
    max: u32,
}

/// The results of an earlier grading of `assignment`: of a folder that `grade` has written, of its folder `results`, or of one file.
///
/// # Errors
///
/// When there is none, or one of them is no result.
pub fn read(path: &Path, assignment: &str) -> anyhow::Result<BTreeMap<String, Earlier>> {
    let mut files = Vec::new();
    if path.is_dir() {
        let inner = path.join("results");
        let folder = if inner.is_dir() { &inner } else { path };
        let entries = std::fs::read_dir(folder);
        for entry in entries.with_context(|| format!("{} cannot be read", folder.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                files.push(path);
            }
            if files.len() > RESULTS {
                bail!("{} has more than {RESULTS} results", folder.display());
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    let mut found = BTreeMap::new();
    let mut left = ALL_BYTES;
    for file in files {
        let earlier =
            one(&file, &mut left).with_context(|| format!("{} is no result", file.display()))?;
        if earlier.assignment != assignment {
            bail!(
                "{} is of {}, and not of {assignment}",
                file.display(),
                harmless_name(&earlier.assignment)
            );
        }
        let name = earlier.submission.clone();
        if found.insert(name.clone(), earlier).is_some() {
            bail!("two results there are of {}", harmless_name(&name));
        }
    }
    if found.is_empty() {
        bail!("there are no results in {}", path.display());
    }
    Ok(found)
}

fn one(path: &Path, left: &mut u64) -> anyhow::Result<Earlier> {
    // Neither a pipe nor a link to a device: what is there is a file.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    let stat = file.metadata()?;
    if !stat.is_file() {
        bail!("it is no regular file");
    }
    if stat.len() > BYTES || stat.len() > *left {
        bail!("it has {} MB, and that is too much", stat.len() >> 20);
    }
    *left -= stat.len();
    let earlier: Earlier = serde_json::from_reader(BufReader::new(file.take(BYTES)))?;
    let sum = earlier.checks.iter().try_fold(0_u32, |sum, check| {
        (check.points <= check.max).then_some(())?;
        sum.checked_add(check.points)
    });
    let agrees = match earlier.status {
        Status::Graded => sum == earlier.score,
        Status::CannotTell => earlier.score.is_none(),
        Status::Refused | Status::DoesNotCompile => earlier.score == Some(0),
    };
    if !agrees || earlier.score > Some(earlier.max) {
        bail!("its score is not the sum of its checks' points");
    }
    Ok(earlier)
}

/// Who has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Move {
    submission: String,
    before: String,
    now: String,
    /// How many points more.
    difference: Option<i64>,
    why: Vec<String>,
}

/// What came of a comparison.
#[derive(Debug, Default, PartialEq, Eq)]
struct Compared {
    moves: Vec<Move>,
    /// How many have what they had.
    same: usize,
    /// Of each check, how many pass that did not, and the other way round.
    checks: BTreeMap<String, (usize, usize)>,
    /// Who was not graded then, and who is not now.
    new: Vec<String>,
    gone: Vec<String>,
}

/// Prints who moves, from what to what, and why, and writes all of it to `compared.csv`.
///
/// # Errors
///
/// When that cannot be written.
pub fn tell(
    earlier: &BTreeMap<String, Earlier>,
    results: &[SubmissionResult],
    output: &Output,
) -> anyhow::Result<()> {
    let compared = compare(earlier, results);
    let Compared { moves, same, checks, new, gone } = &compared;
    anstream::println!(
        "\nCompared with before: {} {}, {same} {} not.",
        moves.len(),
        plural(moves.len(), "moves", "move"),
        plural(*same, "does", "do")
    );
    for it in moves {
        anstream::println!("  {}: {} -> {}", harmless_name(&it.submission), it.before, it.now);
        for why in &it.why {
            anstream::println!("      {}", harmless(why));
        }
    }
    for (name, (more, fewer)) in checks {
        anstream::println!(
            "  {}: {more} {} now and did not before, {fewer} did before and {} not now",
            harmless_name(name),
            plural(*more, "passes", "pass"),
            plural(*fewer, "does", "do"),
        );
    }
    for (names, what) in [(new, "not there before"), (gone, "not there any more")] {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| harmless_name(name)).collect();
            anstream::println!("  {what}: {}", names.join(", "));
        }
    }
    output.write_table("compared.csv", &table(&compared)?)
}

fn plural<'a>(number: usize, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

fn table(compared: &Compared) -> anyhow::Result<String> {
    let mut writer = writer();
    writer.write_record(["submission", "before", "now", "difference", "why"])?;
    for it in &compared.moves {
        writer.write_record([
            cell(&it.submission),
            it.before.clone(),
            it.now.clone(),
            it.difference.map_or_else(String::new, |points| points.to_string()),
            cell(&it.why.join("; ")),
        ])?;
    }
    for (names, before, now) in
        [(&compared.new, "nothing", "graded"), (&compared.gone, "graded", "nothing")]
    {
        for name in names {
            writer.write_record([&cell(name), before, now, "", ""])?;
        }
    }
    finished(writer)
}

fn compare(earlier: &BTreeMap<String, Earlier>, results: &[SubmissionResult]) -> Compared {
    let mut compared = Compared::default();
    for result in results {
        let Some(before) = earlier.get(&result.submission) else {
            compared.new.push(result.submission.clone());
            continue;
        };
        for check in &result.checks {
            let was = before.checks.iter().find(|it| it.name == check.name);
            let passed = |status| status == CheckStatus::Pass;
            let pair = (was.is_some_and(|it| passed(it.status)), passed(check.status));
            if was.is_some() && pair.0 != pair.1 {
                let (more, fewer) = compared.checks.entry(check.name.clone()).or_default();
                *(if pair.1 { more } else { fewer }) += 1;
            }
        }
        let moved =
            (before.status, before.score, before.max) != (result.status, result.score, result.max);
        if !moved {
            compared.same += 1;
            continue;
        }
        let now = result.score.map(i64::from);
        compared.moves.push(Move {
            submission: result.submission.clone(),
            before: points(before.status, before.score, before.max),
            now: points(result.status, result.score, result.max),
            difference: now.zip(before.score).map(|(now, before)| now - i64::from(before)),
            why: why(before, result),
        });
    }
    let is_there = |name: &&String| results.iter().any(|result| result.submission == **name);
    compared.gone = earlier.keys().filter(|name| !is_there(name)).cloned().collect();
    compared
}

fn points(status: Status, score: Option<u32>, max: u32) -> String {
    match (status, score) {
        (Status::Refused, _) => "refused".to_owned(),
        (Status::DoesNotCompile, _) => "does not compile".to_owned(),
        (Status::Graded, Some(score)) => format!("{score} of {max}"),
        (Status::CannotTell, _) | (_, None) => "cannot tell".to_owned(),
    }
}

/// What is different: the files, the assignment, and each check whose points are.
fn why(before: &Earlier, now: &SubmissionResult) -> Vec<String> {
    let mut why = Vec::new();
    match (&before.files, &now.files) {
        (Some(then), Some(now)) if then != now => {
            why.push("other files were handed in".to_owned());
        }
        (None, _) | (_, None) => {
            why.push("it is not known whether the files are the same".to_owned())
        }
        _ => {}
    }
    if before.versions.assignment != now.versions.assignment {
        why.push("the assignment has changed".to_owned());
    }
    for check in &now.checks {
        let name = &check.name;
        match before.checks.iter().find(|it| it.name == *name) {
            None => why
                .push(format!("{name}: new, {}, {} of {}", check.status, check.points, check.max)),
            Some(was) if was.status != check.status => {
                let mut line = format!("{name}: {} before, {} now", was.status, check.status);
                if let Some(first) = check.message.as_deref().and_then(|it| it.lines().next()) {
                    line += &format!(": {first}");
                }
                why.push(line);
            }
            Some(was) if was.max == check.max && was.points != check.points => {
                why.push(format!(
                    "{name}: {} as before, {} points before, {} now",
                    check.status, was.points, check.points
                ));
            }
            Some(was) if was.max != check.max => why.push(format!(
                "{name}: {} as before, worth {} before, {} now",
                check.status, was.max, check.max
            )),
            Some(_) => {}
        }
    }
    for was in before.checks.iter().filter(|was| now.check(&was.name).is_none()) {
        why.push(format!("{}: there is no such check any more; it gave {}", was.name, was.points));
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::words::samples;

    fn earlier(results: &[SubmissionResult]) -> BTreeMap<String, Earlier> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("results")).unwrap();
        for result in results {
            let path = folder.path().join(format!("results/{}.json", result.submission));
            std::fs::write(path, serde_json::to_vec(result).unwrap()).unwrap();
        }
        read(folder.path(), "07-queue").unwrap()
    }

    #[test]
    fn who_moves_and_why() {
        let old = [
            samples::graded("ada"),
            samples::graded("bob"),
            samples::broken("cy"),
            samples::graded("dan"),
        ];
        let earlier = earlier(&old);
        let mut ada = samples::graded("ada");
        // A check that was too strict is another one now.
        ada.versions.assignment = "another".to_owned();
        ada.checks[1].status = CheckStatus::Pass;
        ada.checks[1].points = ada.checks[1].max;
        ada.score = Some(2 + ada.checks[1].max);
        let mut cy = samples::graded("cy");
        cy.files = Some("1".to_owned());
        let now = [ada.clone(), samples::graded("bob"), cy, samples::graded("eve")];
        let compared = compare(&earlier, &now);
        assert_eq!(compared.same, 1);
        assert_eq!(compared.moves.len(), 2);
        let first = &compared.moves[0];
        assert_eq!(
            (first.before.as_str(), first.now.as_str()),
            ("2 of 6", format!("{} of 6", ada.score.unwrap()).as_str())
        );
        assert_eq!(first.difference, Some(i64::from(ada.checks[1].max)));
        let text = first.why.join("\n");
        assert!(text.contains("the assignment has changed"), "{text}");
        assert!(text.contains("fails: fail before, pass now"), "{text}");
        assert_eq!(compared.moves[1].before, "does not compile");
        assert_eq!(compared.checks["fails"], (1, 0));
        assert_eq!(
            (compared.new.as_slice(), compared.gone.as_slice()),
            (&["eve".to_owned()][..], &["dan".to_owned()][..])
        );
        let table = table(&compared).unwrap();
        assert_eq!(table.lines().count(), 5, "{table}");
    }

    #[test]
    fn a_student_may_be_called_batch() {
        let compared = compare(&earlier(&[samples::graded("batch")]), &[samples::graded("batch")]);
        assert_eq!((compared.same, compared.new.len()), (1, 0));
    }

    #[test]
    fn what_is_no_result_is_no_result() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let good = serde_json::to_value(samples::graded("ada")).unwrap();
        let mut cases =
            vec![("[".to_owned(), "is no result"), ("[".repeat(200_000), "is no result")];
        for (pointer, value) in [
            ("/score", serde_json::json!(6)),
            ("/score", serde_json::json!(4_000_000_000_u32)),
            ("/checks/0/points", serde_json::json!(4_294_967_295_u32)),
            ("/max", serde_json::json!(1)),
            ("/max", serde_json::json!(-1)),
            ("/status", serde_json::json!("well")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            cases.push((bad.to_string(), "is no result"));
        }
        let mut other = good.clone();
        other["assignment"] = "\u{1b}[2J".into();
        cases.push((other.to_string(), "is of ␛[2J, and not of 07-queue"));
        for (text, part) in cases {
            std::fs::write(&path, &text).unwrap();
            let error = format!("{:#}", read(&path, "07-queue").unwrap_err());
            assert!(error.contains(part), "{error}");
        }
        // A later version may have more in it.
        let mut more = good.clone();
        more["more"] = vec![1, 2, 3].into();
        std::fs::write(&path, more.to_string()).unwrap();
        assert_eq!(read(&path, "07-queue").unwrap().len(), 1);
        // The same student twice, links, and what never ends.
        std::fs::write(folder.path().join("b.json"), good.to_string()).unwrap();
        assert!(read(folder.path(), "07-queue").unwrap_err().to_string().contains("two results"));
        std::fs::remove_file(folder.path().join("b.json")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("b.json")).unwrap();
        assert!(
            read(folder.path(), "07-queue")
                .unwrap_err()
                .to_string()
                .contains("b.json is no result")
        );
        assert!(read(Path::new("/dev/zero"), "07-queue").is_err());
    }
}
