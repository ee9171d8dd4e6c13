//! Where a batch is written.
//!
//! ```text
//! OUT/batch.json              what was asked for: assignment, versions, seed, part, every name
//! OUT/results/NAME.json       a result each, written whole or not at all, as soon as it is there
//! OUT/pages/NAME.html         a page each, for the student
//! OUT/instructor/NAME.html    the same with what is hidden from students, where it is asked for
//! OUT/gradescope/NAME.json    none for a submission without a score
//! OUT/exercism/NAME.json
//! OUT/prairielearn/NAME.json  none for a submission without a score
//! OUT/gradebook.csv           made at the end, of all results
//! OUT/students.csv            a row a student: the score, what being late has cost, and what counts
//! OUT/roster.json             the students as `--roster` has named them, and what being late costs
//! OUT/canvas.csv              the same for Canvas's gradebook
//! OUT/moodle.csv              and for an assignment of Moodle's
//! OUT/compared.csv            who has another score than before, with `--compare`
//! OUT/junit.xml
//! ```
//!
//! A batch that is interrupted has its results, and goes on from there. The reports are made of the results alone, so that they can be made
//! again at any time.

use super::roster::{self, Policy, Student};
use super::shard::Shard;
use super::submissions::Found;
use super::term::Earlier;
use crate::files;
use crate::grading::assignment::Assignment;
use crate::grading::grade::Grader;
use crate::grading::result::{Status, SubmissionResult, Versions};
use crate::reports::words::harmless_name;
use crate::reports::{csv, exercism, gradescope, html, junit, prairielearn, students};
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use trace::Language;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The assignment's name.
    pub assignment: String,
    /// What it is graded with.
    pub versions: Versions,
    /// What random inputs and random searches start from.
    pub seed: u64,
    /// The part of the batch, as `3/8`; the whole without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Every submission of the whole batch, sorted.
    pub submissions: Vec<String>,
    /// What lay beside them and is none, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

impl Batch {
    /// The batch that `grader` is to grade.
    pub fn new(grader: &Grader<'_>, shard: Option<Shard>, found: &Found) -> Batch {
        Batch {
            assignment: grader.assignment().name.clone(),
            versions: grader.versions().clone(),
            seed: grader.seed(),
            shard: shard.map(|shard| shard.to_string()),
            submissions: found.submissions.iter().map(|found| found.name.clone()).collect(),
            others: found.others.clone(),
        }
    }

    /// Whether `result` was graded with what this batch is graded with.
    pub fn is_of(&self, result: &SubmissionResult) -> bool {
        (&self.assignment, &self.versions, self.seed)
            == (&result.assignment, &result.versions, result.seed)
    }

    /// Whether results of `other` can stand beside those of this one.
    pub fn agrees_with(&self, other: &Batch) -> bool {
        (&self.assignment, &self.versions, self.seed)
            == (&other.assignment, &other.versions, other.seed)
    }

    /// What keeps `now` from going on with this batch, which is in its folder already.
    fn differences(&self, now: &Batch) -> Vec<String> {
        let part = |batch: &Batch| match &batch.shard {
            Some(shard) => format!("part {shard}"),
            None => "the whole".to_owned(),
        };
        let (seed, here) = (self.seed.to_string(), now.seed.to_string());
        let (then, today) = (&self.versions, &now.versions);
        [
            ("it is of the assignment", &self.assignment, &now.assignment),
            ("the assignment has the version", &then.assignment, &today.assignment),
            ("the harness has the version", &then.harness, &today.harness),
            ("the compiler is", &then.rustc, &today.rustc),
            ("the seed, which `--seed` names, is", &seed, &here),
            ("what `--shard` names is", &part(self), &part(now)),
        ]
        .into_iter()
        .filter(|(_, then, now)| then != now)
        .map(|(what, then, now)| format!("{what} {then} there, and {now} here"))
        .chain((then.assignment != today.assignment && self.assignment == now.assignment).then(
            || {
                let changed =
                    "its manifest, its checks, its judge, its starter or a right solution";
                format!("since then {changed} has changed")
            },
        ))
        .collect()
    }
}

/// The seed of the batch that is already in `folder`, so that it goes on; a random one if there is none.
///
/// # Errors
///
/// When what is there is no batch, or the system has no random numbers.
pub fn seed_of(folder: &Path) -> anyhow::Result<u64> {
    match (Output { folder: folder.to_owned() }).batch()? {
        Some(before) => Ok(before.seed),
        None => random_seed(),
    }
}

/// A number that no student knows. Programs that keep numbers as floating point keep this one.
///
/// # Errors
///
/// When the system has none.
pub fn random_seed() -> anyhow::Result<u64> {
    Ok(getrandom::u64().context("the system has no random numbers")? >> 11)
}

/// How reports are written.
#[derive(Debug, Clone)]
pub struct Reports {
    /// What they speak.
    pub language: Language,
    /// Whether each submission has a page with hidden checks as well.
    pub instructor_pages: bool,
    /// Whether the grade book begins with a byte order mark.
    pub csv_bom: bool,
    /// The students, where there is a list of them.
    pub roster: Option<Vec<Student>>,
    /// What being late costs.
    pub late: Policy,
    /// What was used of the free days of a term, which the roster says as well.
    pub earlier: Earlier,
}

/// A batch's folder.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
}

impl Output {
    /// Makes the folders of `batch` in `folder`. One that holds an interrupted run of the same batch is used as it is.
    ///
    /// # Errors
    ///
    /// When it holds another batch, or cannot be made.
    pub fn begin(folder: &Path, batch: &Batch) -> anyhow::Result<Output> {
        let output = Output { folder: folder.to_owned() };
        for name in ["results", "pages", "gradescope", "exercism", "prairielearn"] {
            let path = folder.join(name);
            std::fs::create_dir_all(&path)
                .with_context(|| format!("{} cannot be made", path.display()))?;
        }
        if let Some(before) = output.batch()?
            && let differences = before.differences(batch)
            && !differences.is_empty()
        {
            bail!(
                "{folder} holds another batch: {}. Results of the two cannot stand side by side. Name another folder, \
                 and `--compare {folder}` says whose score is another; or remove this one",
                differences.join("; "),
                folder = folder.display(),
            );
        }
        output.put_batch(batch)?;
        Ok(output)
    }

    fn put_batch(&self, batch: &Batch) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(batch)? + "\n";
        self.put("batch.json", text.as_bytes())
    }

    /// Adds the submissions to `batch` that have a result of it in the folder and are not among its own: whoever grades one student again has
    /// the reports of all. Returns their names.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or written.
    pub fn add_earlier(&self, batch: &mut Batch) -> anyhow::Result<Vec<String>> {
        let mut earlier = Vec::new();
        for entry in std::fs::read_dir(self.folder.join("results"))? {
            let name = entry?.file_name();
            let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
                continue;
            };
            if batch.submissions.iter().any(|submission| submission == name) {
                continue;
            }
            if self.result(name).is_some_and(|result| batch.is_of(&result)) {
                earlier.push(name.to_owned());
            }
        }
        earlier.sort();
        if !earlier.is_empty() {
            batch.submissions.extend_from_slice(&earlier);
            batch.submissions.sort();
            self.put_batch(batch)?;
        }
        Ok(earlier)
    }

    /// The folder of a batch that was run before.
    pub fn open(folder: &Path) -> anyhow::Result<(Output, Batch)> {
        let output = Output { folder: folder.to_owned() };
        let batch = output.batch()?;
        let batch =
            batch.with_context(|| format!("{} holds no batch: no batch.json", folder.display()))?;
        Ok((output, batch))
    }

    fn batch(&self) -> anyhow::Result<Option<Batch>> {
        let path = self.folder.join("batch.json");
        match std::fs::read(&path) {
            Ok(bytes) => {
                let batch = serde_json::from_slice(&bytes)
                    .with_context(|| format!("{} is no batch", path.display()))?;
                Ok(Some(batch))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// The result of a submission, if it is there. A file that is no result is as good as none.
    pub fn result(&self, name: &str) -> Option<SubmissionResult> {
        let bytes = std::fs::read(self.result_path(name)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// The result of a submission that stands: one that the grader could not tell is tried again.
    pub fn standing(&self, name: &str) -> Option<SubmissionResult> {
        self.result(name).filter(|result| result.status != Status::CannotTell)
    }

    /// Writes a result, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, result: &SubmissionResult) -> anyhow::Result<()> {
        result.write(&self.result_path(&result.submission))
    }

    fn result_path(&self, name: &str) -> PathBuf {
        self.folder.join("results").join(format!("{name}.json"))
    }

    /// Makes the reports of the results of `names`. Returns the results, without their traces.
    ///
    /// # Errors
    ///
    /// When a result is missing, or a report cannot be written.
    pub fn report(
        &self,
        assignment: &Assignment,
        names: &[String],
        reports: &Reports,
    ) -> anyhow::Result<Vec<SubmissionResult>> {
        let mut checks = String::new();
        for file in ["checks.rs", "judge.rs"] {
            checks += &std::fs::read_to_string(assignment.folder.join(file)).unwrap_or_default();
        }
        let language = reports.language;
        let page = html::Page { manifest: &assignment.manifest, language, for_student: true };
        if reports.instructor_pages {
            let path = self.folder.join("instructor");
            std::fs::create_dir_all(&path)
                .with_context(|| format!("{} cannot be made", path.display()))?;
        }
        let mut results = Vec::with_capacity(names.len());
        for name in names {
            let mut result =
                self.result(name).with_context(|| format!("there is no result of {name}"))?;
            let write = |result: &SubmissionResult| {
                self.put(&format!("pages/{name}.html"), page.write(result).as_bytes())?;
                if reports.instructor_pages {
                    let page = html::Page { for_student: false, ..page };
                    self.put(&format!("instructor/{name}.html"), page.write(result).as_bytes())?;
                }
                let value = exercism::write(result, language, &checks);
                self.put(&format!("exercism/{name}.json"), &serde_json::to_vec_pretty(&value)?)?;
                for (platform, value) in [
                    ("gradescope", gradescope::write(result, language)),
                    ("prairielearn", prairielearn::write(result, language)),
                ] {
                    let file = format!("{platform}/{name}.json");
                    match value {
                        Some(value) => self.put(&file, &serde_json::to_vec_pretty(&value)?)?,
                        // One from before may be there, of a run that could tell.
                        None => drop(std::fs::remove_file(self.folder.join(file))),
                    }
                }
                anyhow::Ok(())
            };
            // What is drawn is a stranger's. One that cannot be drawn costs its own picture, and nobody else anything.
            let drawn = catch_unwind(AssertUnwindSafe(|| write(&result)));
            // A failing run may be large, and there may be a thousand of them.
            for explored in result.checks.iter_mut().filter_map(|check| check.explored.as_mut()) {
                explored.trace = None;
            }
            match drawn {
                Ok(written) => written?,
                Err(_) => {
                    let name = harmless_name(name);
                    anstream::eprintln!(
                        "The runs of {name} cannot be drawn; its reports are without."
                    );
                    write(&result)?;
                }
            }
            results.push(result);
        }
        let mark = if reports.csv_bom { "\u{feff}" } else { "" };
        self.put("gradebook.csv", (mark.to_owned() + &csv::write(&results)?).as_bytes())?;
        self.put("junit.xml", junit::write(&assignment.name, &results)?.as_bytes())?;
        let (students, late) = &self.students(reports, &results)?;
        let late = *late;
        self.write_table(
            "students.csv",
            &(mark.to_owned() + &students::table(students, &results, late)?),
        )?;
        let canvas = students::canvas(&assignment.name, students, &results, late)?;
        self.write_table("canvas.csv", &canvas)?;
        self.write_table("moodle.csv", &students::moodle(students, &results, late)?)?;
        Ok(results)
    }

    /// The students, and what being late costs them: as they were named, or as they were named the last time, so that whoever grades one submission
    /// again gives nobody his late points back. Otherwise what the names of the submissions say.
    fn students(
        &self,
        reports: &Reports,
        results: &[SubmissionResult],
    ) -> anyhow::Result<(Vec<Student>, Policy)> {
        let path = self.folder.join("roster.json");
        if let Some(roster) = &reports.roster {
            self.put("roster.json", &serde_json::to_vec_pretty(&(roster, reports.late))?)?;
            return Ok((roster.clone(), reports.late));
        }
        match std::fs::read(&path) {
            Ok(bytes) => {
                let before: (Vec<Student>, Policy) = serde_json::from_slice(&bytes)
                    .with_context(|| format!("{} is no roster of before", path.display()))?;
                anstream::println!(
                    "The roster of before is used, with what being late costs; `--roster` names another."
                );
                Ok(before)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok((roster::of_names(results), reports.late))
            }
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Writes a table to a file of this name, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write_table(&self, name: &str, text: &str) -> anyhow::Result<()> {
        self.put(name, text.as_bytes())
    }

    /// Whether this is the folder, or is in it.
    pub fn holds(&self, path: &Path) -> bool {
        let whole = |path: &Path| path.canonicalize().ok();
        whole(path).zip(whole(&self.folder)).is_some_and(|(path, own)| path.starts_with(own))
    }

    /// Writes a file, whole or not at all.
    fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let write = || -> std::io::Result<()> {
            let mut file = files::new_in(path.parent().unwrap_or(&self.folder))?;
            file.write_all(bytes)?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}
