//! What a submission comes to. `harness/schema/result.schema.json` says the same for other programs.

use super::manifest::{Check, Kind, Text, Visibility};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use trace::Trace;

/// The version of the format that this harness writes. A reader of one version refuses members that it does not know, so that each new member
/// makes a new version.
pub const SCHEMA: u32 = 4;

/// The result of one submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmissionResult {
    /// The version of the format.
    pub schema: u32,
    /// Which submission: the name of its folder.
    pub submission: String,
    /// A hash of what was taken from it. None if it could not be read, and in results of version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// Which assignment.
    pub assignment: String,
    /// What was used.
    pub versions: Versions,
    /// What random inputs and random searches start from.
    pub seed: u64,
    /// What kept the submission from the machine.
    pub sandbox: String,
    /// Whether it could be graded.
    pub status: Status,
    /// Points; no score if the status is [`Status::CannotTell`].
    pub score: Option<u32>,
    /// The most points that there are.
    pub max: u32,
    /// Why it was refused or cannot be graded; rustc's messages, if it does not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Every check of the assignment, in its order.
    pub checks: Vec<CheckResult>,
    /// How long it took.
    pub milliseconds: u64,
}

/// What was used to grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// A hash of the assignment's files.
    pub assignment: String,
    /// The harness.
    pub harness: String,
    /// The compiler.
    pub rustc: String,
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Versions { assignment, harness, rustc } = self;
        write!(f, "version {assignment} of the assignment, harness {harness}, {rustc}")
    }
}

/// Whether a submission could be graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has a score.
    Graded,
    /// It is no submission: the score is 0, and the message says what to change.
    Refused,
    /// It does not compile: the score is 0, and the message is rustc's.
    DoesNotCompile,
    /// The grader had trouble of its own: no score; grade it again.
    CannotTell,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The check.
    pub name: String,
    /// What it asks for.
    pub title: Text,
    /// How it was run.
    pub kind: Kind,
    /// Who may see this.
    pub visibility: Visibility,
    /// What came of it.
    pub status: CheckStatus,
    /// Points that it gave.
    pub points: u32,
    /// The most that it gives.
    pub max: u32,
    /// What came of each of its cases, if it has any. None in results of versions 1 to 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<CaseResult>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where: `checks.rs:12` or `src/lib.rs:3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What should have been, where two values were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// What its points rest on, if it has any. None in results of versions 1 and 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// What only instructors are told of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Kind `explore`: what the search came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explored: Option<Explored>,
    /// Whether it had come to no end when it was stopped, or an execution had not.
    #[serde(skip)]
    pub endless: bool,
    /// Whether one of its cases is passed by answers that nobody knew before.
    #[serde(skip)]
    pub founded: bool,
    /// How long it took.
    pub milliseconds: u64,
}

/// What came of a part of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The case.
    pub name: String,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What came of it.
    pub status: CheckStatus,
    /// Points that it gave.
    pub points: u32,
    /// The most that it gives.
    pub max: u32,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It has proof that the submission does what it asks for.
    Pass,
    /// It has no such proof.
    Fail,
    /// The grader had trouble of its own.
    CannotTell,
    /// Another check that it depends on was not passed, or nothing could be compiled.
    NotRun,
}

impl fmt::Display for CheckStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CheckStatus::Pass => "pass",
            CheckStatus::Fail => "fail",
            CheckStatus::CannotTell => "cannot tell",
            CheckStatus::NotRun => "not run",
        })
    }
}

/// What the points of a check rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Answers of a process that was not told what is right, to questions that nobody knew before: they are those of a right solution.
    Confirmed,
    /// The word of a process in which the submission runs as well.
    Open,
    /// What a judge saw from outside.
    Judged,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Basis::Confirmed => "confirmed",
            Basis::Open => "open",
            Basis::Judged => "judged",
        })
    }
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explored {
    /// How many executions were made.
    pub executions: u64,
    /// Whether they cover every interleaving.
    pub proved: bool,
    /// Within which bounds.
    pub bounds: Vec<String>,
    /// Whether the submission waits with a time-out.
    #[serde(skip)]
    pub timed: bool,
    /// Whether it waits with one that is too short to be what a check is about.
    #[serde(skip)]
    pub naps: bool,
    /// Whether it yields so often, and does something each time, that it was made to wait for others.
    #[serde(skip)]
    pub yields: bool,
    /// A string that replays the failing run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The failing run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

impl CheckResult {
    /// That a check was not run.
    pub fn not_run(check: &Check, why: String) -> CheckResult {
        CheckResult { message: Some(why), ..CheckResult::new(check, CheckStatus::NotRun) }
    }

    /// That the grader had trouble of its own.
    pub fn cannot_tell(check: &Check, trouble: String) -> CheckResult {
        CheckResult { message: Some(trouble), ..CheckResult::new(check, CheckStatus::CannotTell) }
    }

    /// With this status, the points that go with it, and nothing else yet.
    pub fn new(check: &Check, status: CheckStatus) -> CheckResult {
        CheckResult {
            name: check.name.clone(),
            title: check.title.clone(),
            kind: check.kind,
            visibility: check.visibility,
            status,
            points: if status == CheckStatus::Pass { check.points } else { 0 },
            max: check.points,
            cases: Vec::new(),
            message: None,
            at: None,
            expected: None,
            actual: None,
            basis: None,
            notes: Vec::new(),
            explored: None,
            endless: false,
            founded: false,
            milliseconds: 0,
        }
    }
}

impl SubmissionResult {
    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&CheckResult> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// Whether every check is passed.
    pub fn passes(&self) -> bool {
        self.status == Status::Graded
            && self.checks.iter().all(|check| check.status == CheckStatus::Pass)
    }

    /// The same without how long anything took: what must be equal when it is graded again.
    pub fn without_times(&self) -> SubmissionResult {
        let mut result = SubmissionResult { milliseconds: 0, ..self.clone() };
        for check in &mut result.checks {
            check.milliseconds = 0;
        }
        result
    }

    /// Writes the result to `path`, whole or not at all: whoever finds the file finds all of it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let folder = path.parent().context("a result is in a folder")?;
        let write = || -> std::io::Result<()> {
            let mut file = crate::files::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_data()?;
            file.persist(path)?;
            Ok(())
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}
