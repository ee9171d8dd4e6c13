//! One submission, from its files to its result.

use super::Tools;
use super::assignment::Assignment;
use super::check;
use super::compile::{self, Compiled, Workshop};
use super::intake::{self, IntakeError, Taken};
use super::manifest::{Check, Form, Kind};
use super::program::Judge;
use super::result::{CheckResult, CheckStatus, SCHEMA, Status, SubmissionResult, Versions};
use crate::explore::kit::Kit;
use crate::parallel;
use sha2::{Digest, Sha256};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// What random inputs and random searches start from.
    pub seed: u64,
    /// How many checks of one submission run, and how many parts of it are compiled, at a time.
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
    /// Judges programs.
    judge: Option<Judge>,
    /// The crates that a program may use.
    uses: Option<Kit>,
}

/// What was made of a submission.
#[derive(Debug, Default)]
struct Executables {
    /// In which checks call the library.
    checks: Option<PathBuf>,
    /// That the judge starts.
    program: Option<PathBuf>,
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
    /// When the assignment's files cannot be read, its judge does not compile, or there is no crate that it lets programs use.
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
        let judge = Judge::prepare(tools, assignment)?;
        let manifest = &assignment.manifest;
        let uses = match manifest.form {
            Form::Program if !manifest.uses.is_empty() => Some(tools.crates(&manifest.uses)?),
            _ => None,
        };
        Ok(Grader { tools, assignment, options, versions, judge, uses })
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
            files: intake::digest(&taken),
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
        let workshop = Workshop::new(self.options.jobs).map_err(trouble)?;
        taken.write(&workshop.student()).map_err(|error| trouble(error.into()))?;
        let executables = self.compile(&workshop)?;
        let mut results = self.run_checks(&executables);
        for result in &mut results {
            if let Some(trace) = result.explored.as_mut().and_then(|e| e.trace.as_mut()) {
                trace.quote(&mut workshop.sources());
            }
        }
        Ok(results)
    }

    fn compile(&self, workshop: &Workshop) -> Result<Executables, Stopped> {
        let Grader { tools, assignment, .. } = self;
        let manifest = &assignment.manifest;
        let rejected = |before: &str, messages: String| Stopped {
            status: Status::DoesNotCompile,
            message: format!("{before}{messages}"),
        };
        let made = |compiled: anyhow::Result<Compiled>, before: &str| match compiled {
            Ok(Compiled::Yes(file)) => Ok(file),
            Ok(Compiled::No(messages)) => Err(rejected(before, messages)),
            Err(error) => Err(trouble(error)),
        };
        if manifest.form == Form::Program {
            let kit = self.uses.as_ref().unwrap_or(&tools.kit);
            let program = compile::program(tools, workshop, kit, &manifest.uses);
            return Ok(Executables { checks: None, program: Some(made(program, "")?) });
        }
        let library = made(compile::library(tools, workshop), "")?;
        let mut executables = Executables::default();
        let inside: Vec<&Check> =
            self.checks().filter(|check| check.kind != Kind::Program).collect();
        if !inside.is_empty() {
            let source = assignment.folder.join("checks.rs");
            let checks = compile::checks(tools, workshop, &source, &library, &inside);
            let before = "the library compiles, but the checks cannot call it:\n";
            executables.checks = Some(made(checks, before)?);
        }
        if self.checks().any(|check| check.kind == Kind::Program) {
            let source = assignment.folder.join("program.rs");
            let program = compile::program_over(tools, workshop, &source, &library);
            let before = "the library compiles, but a program cannot use it:\n";
            executables.program = Some(made(program, before)?);
        }
        Ok(executables)
    }

    fn run_check(&self, check: &Check, executables: &Executables) -> CheckResult {
        let sandbox = self.tools.sandbox;
        match (check.kind, &self.judge, executables) {
            (Kind::Program, Some(judge), Executables { program: Some(program), .. }) => {
                judge.run(check, program, self.options.seed, sandbox)
            }
            (Kind::Run | Kind::Explore, _, Executables { checks: Some(checks), .. }) => {
                check::run(check, checks, sandbox)
            }
            _ => CheckResult::cannot_tell(check, "there is nothing to run it with".to_owned()),
        }
    }

    /// Runs every check whose dependencies are passed, those that do not depend on each other at the same time.
    fn run_checks(&self, executables: &Executables) -> Vec<CheckResult> {
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
            let done = parallel::map(self.options.jobs, &ready, |&i| {
                (i, self.run_check(checks[i], executables))
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

/// A hash of what decides about verdicts in an assignment's folder, the same with every version of Rust.
fn hash_of(folder: &Path) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    for name in ["assignment.toml", "checks.rs", "judge.rs", "program.rs"] {
        let path = folder.join(name);
        if path.is_file() {
            let bytes = std::fs::read(path)?;
            // With their lengths: what ends one file does not begin the next.
            hasher.update(format!("{name} {}\n", bytes.len()));
            hasher.update(bytes);
        }
    }
    Ok(hasher.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}
