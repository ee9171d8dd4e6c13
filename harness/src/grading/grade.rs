//! One submission, from its files to its result.

use super::Tools;
use super::assignment::Assignment;
use super::check;
use super::compile::{self, Compiled, Workshop};
use super::intake::{self, IntakeError, Taken};
use super::manifest::{Check, Form, Kind, Visibility};
use super::program::Judge;
use super::proof::fail;
use super::result::{CheckResult, CheckStatus, SCHEMA, Status, SubmissionResult, Versions};
use super::signatures::{Blamed, Difference, Signatures};
use super::source::Source;
use crate::explore::kit::Kit;
use crate::parallel;
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
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
}

/// What was made of a submission.
#[derive(Debug, Default)]
struct Executables {
    /// In which a check calls the library; or why it cannot.
    checks: BTreeMap<String, Result<PathBuf, String>>,
    /// That the judge starts.
    program: Option<PathBuf>,
    /// What is to be said of the submission as a whole.
    message: Option<String>,
}

/// How often the starter's signatures are compiled at most, without those that were found to differ.
const ROUNDS: usize = 5;

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
        let path = assignment.folder.join("checks.rs");
        let source = match manifest.has(Kind::Run) || manifest.has(Kind::Explore) {
            true => Some(read(&path, Source::parse)?),
            false => None,
        };
        let starter = assignment.folder.join("starter").join(assignment.root_file());
        let signatures = match manifest.form == Form::Library && starter.is_file() {
            true => read(&starter, Signatures::of)?,
            false => Signatures::default(),
        };
        Ok(Grader { tools, assignment, options, versions, judge, uses, source, signatures })
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
        let executables = self.compile(&workshop, &taken)?;
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
        let checks = self.assignment.manifest.checks.iter();
        let inside = checks.filter(|check| check.kind != Kind::Program);
        let (visible, hidden): (Vec<&Check>, Vec<&Check>) =
            inside.partition(|check| check.visibility == Visibility::Visible);
        let names = |checks: Vec<&'a Check>| checks.iter().map(|c| c.name.as_str()).collect();
        (names(visible), names(hidden))
    }

    fn compile(&self, workshop: &Workshop, taken: &Taken) -> Result<Executables, Stopped> {
        let Grader { tools, assignment, .. } = self;
        let manifest = &assignment.manifest;
        let rejected = |before: &str, messages: &str| Stopped {
            status: Status::DoesNotCompile,
            message: format!("{before}{messages}"),
        };
        let made = |compiled: anyhow::Result<Compiled>, before: &str| match compiled {
            Ok(Compiled::Yes(file)) => Ok(file),
            Ok(Compiled::No(messages)) => Err(rejected(before, &messages.shown)),
            Err(error) => Err(trouble(error)),
        };
        if manifest.form == Form::Program {
            let kit = self.uses.as_ref().unwrap_or(&tools.kit);
            let program = compile::program(tools, workshop, kit, &manifest.uses);
            return Ok(Executables { program: Some(made(program, "")?), ..Executables::default() });
        }
        let library = made(compile::library(tools, workshop), "")?;
        let mut executables = Executables::default();
        if let Some(source) = &self.source {
            self.compile_checks(workshop, taken, source, &library, &mut executables)
                .map_err(trouble)?;
        }
        if self.checks().any(|check| check.kind == Kind::Program) {
            let source = assignment.folder.join("program.rs");
            let program = compile::program_over(tools, workshop, &source, &library);
            let before = "the library compiles, but a program cannot use it:\n";
            executables.program = Some(made(program, before)?);
        }
        Ok(executables)
    }

    /// Compiles the checks that call the library: all at once; only if that fails, each by itself, so that a function of another type costs
    /// its own checks and no others.
    fn compile_checks(
        &self,
        workshop: &Workshop,
        taken: &Taken,
        source: &Source,
        library: &Path,
        executables: &mut Executables,
    ) -> anyhow::Result<()> {
        let tools = self.tools;
        let inside: Vec<&Check> =
            self.checks().filter(|check| check.kind != Kind::Program).collect();
        let names: Vec<&str> = inside.iter().map(|check| check.name.as_str()).collect();
        let (differences, together) = std::thread::scope(|scope| {
            let stop = crate::stop::Stop::current();
            let pinned = scope.spawn(move || {
                crate::stop::Stop::on_behalf(stop.as_ref(), || {
                    self.differences(workshop, taken, library)
                })
            });
            let together = compile::checks(tools, workshop, source.text(), library, &names);
            (pinned.join(), together)
        });
        let differences = match differences {
            Ok(differences) => differences?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let told: Vec<&str> = differences.iter().map(|it| it.message.as_str()).collect();
        executables.message = (!told.is_empty()).then(|| told.join("\n"));
        let together = together?;
        for check in inside {
            let name = check.name.as_str();
            let mentions = source.mentions(&[name]);
            let differs = differences.iter().find(|it| !it.names.is_disjoint(&mentions));
            let made = match (differs, &together) {
                (Some(difference), _) => {
                    let (first, _) = difference.message.split_once('\n').unwrap_or_default();
                    Err(format!("not run: {first}"))
                }
                (None, Compiled::Yes(executable)) => Ok(executable.clone()),
                // One that has no end of compiling is not compiled once for each check.
                (None, Compiled::No(messages)) if messages.errors.is_empty() => Err(format!(
                    "it cannot be compiled with this library: {}",
                    messages.shown.trim()
                )),
                (None, Compiled::No(_)) => {
                    let alone = source.only(&[name], &names);
                    match compile::checks(tools, workshop, &alone, library, &[name])? {
                        Compiled::Yes(executable) => Ok(executable),
                        Compiled::No(messages) => Err(messages.of_a_check()),
                    }
                }
            };
            executables.checks.insert(name.to_owned(), made);
        }
        Ok(())
    }

    /// What the library has otherwise than the starter.
    fn differences(
        &self,
        workshop: &Workshop,
        taken: &Taken,
        library: &Path,
    ) -> anyhow::Result<Vec<Difference>> {
        let signatures = &self.signatures;
        let mut blamed = Blamed::new();
        if signatures.is_empty() {
            return Ok(Vec::new());
        }
        // What is wrong with one function may keep rustc from looking at the others.
        for _ in 0..ROUNDS {
            let code = signatures.code(&blamed);
            match compile::probe(self.tools, workshop, &code, library)? {
                Compiled::Yes(_) => return Ok(signatures.differences(&blamed, taken)),
                Compiled::No(messages) if signatures.blame(&messages.errors, &mut blamed) => {}
                Compiled::No(_) => break,
            }
        }
        Ok(vec![signatures.unclear()])
    }

    fn run_check(&self, check: &Check, executables: &Executables) -> CheckResult {
        let sandbox = self.tools.sandbox;
        match (check.kind, &self.judge, executables) {
            (Kind::Program, Some(judge), Executables { program: Some(program), .. }) => {
                judge.run(check, program, self.options.seed, sandbox)
            }
            (Kind::Run | Kind::Explore, ..) => match executables.checks.get(&check.name) {
                Some(Ok(executable)) => check::run(check, executable, sandbox),
                Some(Err(why)) => fail(check, why.clone()),
                None => CheckResult::cannot_tell(check, "nothing was compiled for it".to_owned()),
            },
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
                // A function of another type costs the checks that call it, and not those that come after them.
                let called =
                    |name: &&String| !matches!(executables.checks.get(*name), Some(Err(_)));
                let failed =
                    check.depends_on.iter().filter(called).find(|name| {
                        status(name).is_some_and(|status| status != CheckStatus::Pass)
                    });
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
