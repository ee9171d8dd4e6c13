//! One submission, from its files to its result.

mod cases;
mod checks;
mod executables;
mod linearizable;

use super::Tools;
use super::assignment::Assignment;
use super::blind::reference::Answers;
use super::compile::Workshop;
use super::intake::{self, IntakeError, Taken};
use super::manifest::{Check, Form, Visibility};
use super::program::Judge;
use super::result::{CheckResult, CheckStatus, SCHEMA, Status, SubmissionResult, Versions};
use super::signatures::Signatures;
use super::source::Source;
use crate::course::folders;
use crate::course::wrong::SOLUTION;
use crate::explore::kit::Kit;
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;
use trace::SourceTexts;

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// What random inputs and random searches start from.
    pub seed: u64,
    /// How many checks of one submission run, and how many parts of it are compiled, at a time.
    pub jobs: NonZeroUsize,
    /// Run only the checks that everybody may see.
    pub visible_only: bool,
    /// Whether points are for whoever says that he has earned them: a student's own checks, for which there is no solution to compare with.
    pub trusting: bool,
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
    /// The checks that call a library, if it has any.
    source: Option<Source>,
    /// What its starter promises.
    signatures: Signatures,
    /// What right solutions answer: the solution alone, and all together. Found out when they are asked for.
    answers: [OnceLock<Result<Answers, String>>; 2],
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
            assignment: hash_of(assignment)?,
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: tools.toolchain.version.clone(),
        };
        let judge = Judge::prepare(tools, assignment)?;
        let manifest = &assignment.manifest;
        let uses = match manifest.form {
            Form::Program if !manifest.uses.is_empty() => Some(tools.crates(&manifest.uses)?),
            _ => None,
        };
        let path = assignment.folder.join("checks.rs");
        let source = match manifest.inside().next().is_some() {
            true => Some(read(&path, Source::parse)?),
            false => None,
        };
        let starter = assignment.folder.join("starter").join(assignment.root_file());
        let signatures = match manifest.form == Form::Library && starter.is_file() {
            true => read(&starter, Signatures::of)?,
            false => Signatures::default(),
        };
        let answers = [OnceLock::new(), OnceLock::new()];
        Ok(Grader {
            tools,
            assignment,
            options,
            versions,
            judge,
            uses,
            source,
            signatures,
            answers,
        })
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
        // Whatever a stranger's files and processes bring about, the others' are graded.
        let run = catch_unwind(AssertUnwindSafe(|| self.run(taken)));
        let run = run.unwrap_or_else(|_| {
            let message = "the grader itself broke down over it".to_owned();
            Err(Stopped { status: Status::CannotTell, message })
        });
        match run {
            Ok((checks, message)) => {
                result.checks = checks;
                result.message = message;
            }
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

    fn run(
        &self,
        taken: Result<Taken, IntakeError>,
    ) -> Result<(Vec<CheckResult>, Option<String>), Stopped> {
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
        let workshop = Workshop::new(self.options.jobs, self.tools.sandbox).map_err(trouble)?;
        workshop.take_in(&taken).map_err(|error| trouble(error.into()))?;
        let executables = self.compile(&workshop, &taken).map_err(|stopped| {
            // What was taken for what may be why it does not compile.
            let said = taken.notes.iter().map(String::as_str);
            let message = said.chain([stopped.message.as_str()]).collect::<Vec<_>>().join("\n");
            Stopped { message, ..stopped }
        })?;
        let mut results = self.run_checks(&executables);
        for result in &mut results {
            if let Some(trace) = result.explored.as_mut().and_then(|e| e.trace.as_mut()) {
                trace.quote(&mut self.sources(&taken, result.visibility));
            }
        }
        let said = taken.notes.into_iter().chain(executables.message).collect::<Vec<_>>();
        Ok((results, (!said.is_empty()).then(|| said.join("\n"))))
    }

    /// The lines that a trace of a check of this visibility may name: those that were taken in, and those of the checks that may be seen. They
    /// are held in memory. What a trace names comes out of a jail, and leads to no file.
    fn sources(&self, taken: &Taken, visibility: Visibility) -> SourceTexts {
        let mut sources = SourceTexts::default();
        for (path, text) in &taken.files {
            sources.insert(path.as_str(), text);
        }
        if let Some(source) = &self.source {
            let (visible, hidden) = self.by_visibility();
            let text = match visibility {
                Visibility::Visible => source.without(&hidden, &visible).unwrap_or_default(),
                _ => source.text().to_owned(),
            };
            sources.insert("checks.rs", text.as_bytes());
        }
        sources
    }

    /// The names of the checks that call the library: those that everybody may see, and the others.
    fn by_visibility(&self) -> (Vec<&'a str>, Vec<&'a str>) {
        let inside = self.assignment.manifest.inside();
        let (visible, hidden): (Vec<&Check>, Vec<&Check>) =
            inside.partition(|check| check.visibility == Visibility::Visible);
        let names =
            |checks: Vec<&'a Check>| checks.into_iter().flat_map(Check::functions).collect();
        (names(visible), names(hidden))
    }
}

/// A file of the assignment's, read as Rust.
fn read<T>(path: &Path, parse: impl Fn(&str) -> syn::Result<T>) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&text).map_err(|error| {
        let start = error.span().start();
        anyhow::anyhow!("{}:{}:{}: {error}", path.display(), start.line, start.column + 1)
    })
}

fn trouble(error: anyhow::Error) -> Stopped {
    Stopped { status: Status::CannotTell, message: format!("{error:#}") }
}

/// A hash of what decides about verdicts in an assignment's folder, the same with every version of Rust.
fn hash_of(assignment: &Assignment) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    for name in ["assignment.toml", "checks.rs", "judge.rs", "program.rs"] {
        let path = assignment.folder.join(name);
        if path.is_file() {
            let bytes = std::fs::read(path)?;
            // With their lengths: what ends one file does not begin the next.
            hasher.update(format!("{name} {}\n", bytes.len()));
            hasher.update(bytes);
        }
    }
    // What is right is what right solutions answer, and which types functions have the starter says. Students have the assignment without solutions.
    let mut samples = match assignment.manifest.form {
        Form::Library => vec!["starter".to_owned()],
        Form::Program => Vec::new(),
    };
    if assignment.manifest.blind {
        samples.push(SOLUTION.to_owned());
        let others = folders(&assignment.folder.join("alternatives"))?;
        samples.extend(others.into_iter().map(|name| format!("alternatives/{name}")));
    }
    for sample in samples.iter().filter(|sample| assignment.folder.join(sample).is_dir()) {
        for (path, bytes) in &assignment.sample(sample)?.files {
            hasher.update(format!("{sample}/{path} {}\n", bytes.len()));
            hasher.update(bytes);
        }
    }
    Ok(hasher.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}
