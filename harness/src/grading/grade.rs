//! One submission, from its files to its result.

use super::Tools;
use super::assignment::Assignment;
use super::check;
use super::compile::{self, Compiled, Workshop};
use super::intake::{self, IntakeError, Taken};
use super::manifest::{Check, Kind};
use super::result::{CheckResult, CheckStatus, SCHEMA, Status, SubmissionResult, Versions};
use crate::parallel;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// What random inputs and random searches start from.
    pub seed: u64,
    /// How many checks of one submission run at a time.
    pub jobs: NonZeroUsize,
    /// Run only the checks that everybody may see.
    pub visible_only: bool,
}

/// Grades the submissions of one assignment.
#[derive(Debug)]
pub struct Grader<'a> {
    tools: &'a Tools,
    assignment: &'a Assignment,
    options: Options,
    versions: Versions,
}

/// Where grading stopped before there was anything to run.
struct Stopped {
    status: Status,
    message: String,
}

impl<'a> Grader<'a> {
    /// A grader for the submissions of `assignment`.
    ///
    /// # Errors
    ///
    /// When the assignment's files cannot be read.
    pub fn new(
        tools: &'a Tools,
        assignment: &'a Assignment,
        options: Options,
    ) -> anyhow::Result<Grader<'a>> {
        let versions = Versions {
            assignment: hash_of(&assignment.folder)?,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: tools.toolchain.version.clone(),
        };
        Ok(Grader { tools, assignment, options, versions })
    }

    /// The assignment.
    pub fn assignment(&self) -> &'a Assignment {
        self.assignment
    }

    /// What is used to grade.
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// What random inputs and random searches start from.
    pub fn seed(&self) -> u64 {
        self.options.seed
    }

    /// Grades the submission in `folder`, as [`grade`](Grader::grade).
    pub fn grade_folder(&self, submission: &str, folder: &Path) -> SubmissionResult {
        self.grade(submission, intake::from_folder(folder, &self.assignment.rules))
    }

    /// Grades what was taken from a submission. Blocks until everything that it has started has ended. Trouble is part of the result.
    pub fn grade(&self, submission: &str, taken: Result<Taken, IntakeError>) -> SubmissionResult {
        let start = Instant::now();
        let mut result = SubmissionResult {
            schema: SCHEMA,
            submission: submission.to_owned(),
            assignment: self.assignment.name.clone(),
            versions: self.versions.clone(),
            seed: self.options.seed,
            sandbox: self.tools.sandbox.to_string(),
            status: Status::Graded,
            score: None,
            max: self.checks().map(|check| check.points).sum(),
            message: None,
            checks: Vec::new(),
            milliseconds: 0,
        };
        match self.run(taken) {
            Ok(checks) => result.checks = checks,
            Err(stopped) => {
                result.status = stopped.status;
                result.message = Some(stopped.message);
                let why = "nothing could be run";
                result.checks = self
                    .checks()
                    .map(|check| CheckResult::not_run(check, why.to_owned()))
                    .collect();
            }
        }
        if result.checks.iter().any(|check| check.status == CheckStatus::CannotTell) {
            result.status = Status::CannotTell;
        }
        if result.status != Status::CannotTell {
            result.score = Some(result.checks.iter().map(|check| check.points).sum());
        }
        result.milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        result
    }

    /// The checks that are asked for, in the assignment's order.
    fn checks(&self) -> impl Iterator<Item = &'a Check> {
        let visible_only = self.options.visible_only;
        let asked = move |check: &&Check| !visible_only || check.visibility == Default::default();
        self.assignment.manifest.checks.iter().filter(asked)
    }

    fn run(&self, taken: Result<Taken, IntakeError>) -> Result<Vec<CheckResult>, Stopped> {
        let taken = taken.map_err(|error| Stopped {
            status: match error {
                IntakeError::Refused(_) => Status::Refused,
                IntakeError::Trouble(_) => Status::CannotTell,
            },
            message: error.to_string(),
        })?;
        let root = self.assignment.root_file();
        if !taken.has(root) {
            let message = format!("there is no {root} in it");
            return Err(Stopped { status: Status::Refused, message });
        }
        let workshop = Workshop::new().map_err(trouble)?;
        taken.write(&workshop.student()).map_err(|error| trouble(error.into()))?;
        let executable = self.compile(&workshop)?;
        let mut results = self.run_checks(&executable);
        for result in &mut results {
            if let Some(trace) = result.explored.as_mut().and_then(|e| e.trace.as_mut()) {
                trace.quote(&mut workshop.sources());
            }
        }
        Ok(results)
    }

    fn compile(&self, workshop: &Workshop) -> Result<PathBuf, Stopped> {
        let rejected = |message| Stopped { status: Status::DoesNotCompile, message };
        let library = match compile::library(self.tools, workshop).map_err(trouble)? {
            Compiled::Yes(library) => library,
            Compiled::No(messages) => return Err(rejected(messages)),
        };
        let inside: Vec<&Check> =
            self.checks().filter(|check| check.kind != Kind::Program).collect();
        let source = self.assignment.folder.join("checks.rs");
        match compile::checks(self.tools, workshop, &source, &library, &inside).map_err(trouble)? {
            Compiled::Yes(executable) => Ok(executable),
            Compiled::No(messages) => Err(rejected(format!(
                "the library compiles, but the checks cannot call it:\n{messages}"
            ))),
        }
    }

    /// Runs every check whose dependencies are passed, those that do not depend on each other at the same time.
    fn run_checks(&self, executable: &Path) -> Vec<CheckResult> {
        let checks: Vec<&Check> = self.checks().collect();
        let mut results: Vec<Option<CheckResult>> = vec![None; checks.len()];
        while results.iter().any(Option::is_none) {
            let status = |name: &String| {
                let at = checks.iter().position(|check| check.name == *name);
                // A check that is not asked for is no obstacle.
                at.map_or(Some(CheckStatus::Pass), |at| results[at].as_ref().map(|r| r.status))
            };
            let mut ready = Vec::new();
            let mut obstructed = Vec::new();
            for (i, check) in checks.iter().enumerate().filter(|(i, _)| results[*i].is_none()) {
                let failed = check
                    .depends_on
                    .iter()
                    .find(|name| status(name).is_some_and(|status| status != CheckStatus::Pass));
                if let Some(failed) = failed {
                    let why = format!("not run, as it depends on {failed}");
                    obstructed.push((i, CheckResult::not_run(check, why)));
                } else if check.depends_on.iter().all(|name| status(name).is_some()) {
                    ready.push(i);
                }
            }
            for (i, result) in obstructed {
                results[i] = Some(result);
            }
            let (seed, sandbox) = (self.options.seed, self.tools.sandbox);
            let done = parallel::map(self.options.jobs, &ready, |&i| {
                (i, check::run(checks[i], executable, seed, sandbox))
            });
            for (i, result) in done {
                results[i] = Some(result);
            }
        }
        results.into_iter().flatten().collect()
    }
}

fn trouble(error: anyhow::Error) -> Stopped {
    Stopped { status: Status::CannotTell, message: format!("{error:#}") }
}

/// A hash of what decides about verdicts in an assignment's folder.
fn hash_of(folder: &Path) -> anyhow::Result<String> {
    let mut hasher = DefaultHasher::new();
    for name in ["assignment.toml", "checks.rs", "judge.rs", "program.rs"] {
        let path = folder.join(name);
        if path.is_file() {
            (name, std::fs::read(path)?).hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}
