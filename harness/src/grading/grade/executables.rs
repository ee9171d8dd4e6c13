//! From a submission's files to what can be run.

use super::{Grader, Stopped, trouble};
use crate::course::wrong::SOLUTION;
use crate::grading::blind::source::blinded;
use crate::grading::compile::{self, Compiled, Side, Workshop};
use crate::grading::intake::Taken;
use crate::grading::manifest::{Check, Form, Kind};
use crate::grading::result::Status;
use crate::grading::signatures::{Blamed, Difference};
use crate::grading::source::Source;
use crate::grading::tripwire::tripped;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How often the starter's signatures are compiled at most, without those that were found to differ.
const ROUNDS: usize = 5;

/// In which each check calls the library; or why it cannot.
type Checks = BTreeMap<String, Result<PathBuf, String>>;

/// What was made of a submission.
#[derive(Debug)]
pub(super) struct Executables<'w> {
    workshop: &'w Workshop,
    library: Option<PathBuf>,
    /// What the library has otherwise than the starter.
    differences: Vec<Difference>,
    /// The checks that decide.
    pub(super) checks: Checks,
    /// The same checks, with what is right. Compiled when something is not.
    told: OnceLock<Result<Checks, String>>,
    /// That the judge starts.
    pub(super) program: Option<PathBuf>,
    /// What is to be said of the submission as a whole.
    pub(super) message: Option<String>,
}

impl Grader<'_> {
    /// Whether checks that are not told what is right decide. Where there is no solution to compare with, as in what students are given, the
    /// process has the word.
    pub(super) fn is_blind(&self) -> bool {
        let Grader { assignment, options, .. } = self;
        let blind = assignment.manifest.blind && !options.trusting;
        blind && assignment.folder.join(SOLUTION).is_dir()
    }

    /// Whether the time-outs of a check's own lines are kept apart from the submission's.
    fn knows_waits_by_lines(&self) -> bool {
        let apart = |check: &Check| check.kind != Kind::Run && !check.limits.eager_timeouts;
        self.assignment.manifest.blind && self.assignment.manifest.inside().any(apart)
    }

    pub(super) fn compile<'w>(
        &self,
        workshop: &'w Workshop,
        taken: &Taken,
    ) -> Result<Executables<'w>, Stopped> {
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
        let mut executables = Executables {
            workshop,
            library: None,
            differences: Vec::new(),
            checks: Checks::new(),
            told: OnceLock::new(),
            program: None,
            message: None,
        };
        if manifest.form == Form::Program {
            let kit = self.uses.as_ref().unwrap_or(&tools.kit);
            let program = compile::program(tools, workshop, kit, &manifest.uses);
            executables.program = Some(made(program, "")?);
            return Ok(executables);
        }
        let library = made(compile::library(tools, workshop), "")?;
        // Whatever does not compile is rustc's to say.
        if let Some(message) = tripped(taken, self.knows_waits_by_lines()) {
            return Err(Stopped { status: Status::Refused, message });
        }
        if let Some(source) = &self.source {
            self.compile_checks(taken, source, &library, &mut executables).map_err(trouble)?;
        }
        if self.checks().any(|check| check.kind == Kind::Program) {
            let source = assignment.folder.join("program.rs");
            let program = compile::program_over(tools, workshop, &source, &library);
            let before = "the library compiles, but a program cannot use it:\n";
            executables.program = Some(made(program, before)?);
        }
        executables.library = Some(library);
        Ok(executables)
    }

    /// Compiles the checks that decide, and looks at the library's types meanwhile.
    fn compile_checks(
        &self,
        taken: &Taken,
        source: &Source,
        library: &Path,
        executables: &mut Executables<'_>,
    ) -> anyhow::Result<()> {
        let workshop = executables.workshop;
        let side = if self.is_blind() { Side::Blind } else { Side::Told };
        let (differences, together) = std::thread::scope(|scope| {
            let stop = crate::stop::Stop::current();
            let pinned = scope.spawn(move || {
                crate::stop::Stop::on_behalf(stop.as_ref(), || {
                    self.differences(workshop, taken, library)
                })
            });
            let together = self.together(workshop, source, library, side);
            (pinned.join(), together)
        });
        let differences = match differences {
            Ok(differences) => differences?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        let told: Vec<&str> = differences.iter().map(|it| it.message.as_str()).collect();
        executables.message = (!told.is_empty()).then(|| told.join("\n"));
        executables.checks =
            self.apart(workshop, source, library, side, &differences, &together?)?;
        executables.differences = differences;
        Ok(())
    }

    /// The check with what is right in it, for whoever is to learn what went wrong.
    pub(super) fn told(
        &self,
        executables: &Executables<'_>,
        check: &str,
    ) -> anyhow::Result<Result<PathBuf, String>> {
        let Executables { workshop, differences, .. } = executables;
        let compile = || -> anyhow::Result<Checks> {
            let (Some(source), Some(library)) = (&self.source, &executables.library) else {
                anyhow::bail!("there is no library");
            };
            let together = self.together(workshop, source, library, Side::Told)?;
            self.apart(workshop, source, library, Side::Told, differences, &together)
        };
        let all = executables.told.get_or_init(|| compile().map_err(|error| format!("{error:#}")));
        match all {
            Ok(all) => match all.get(check) {
                Some(made) => Ok(made.clone()),
                None => anyhow::bail!("nothing was compiled for it"),
            },
            Err(error) => anyhow::bail!("{error}"),
        }
    }

    /// All checks in one executable.
    fn together(
        &self,
        workshop: &Workshop,
        source: &Source,
        library: &Path,
        side: Side,
    ) -> anyhow::Result<Compiled> {
        let names: Vec<&str> = self.inside().flat_map(Check::functions).collect();
        let text = self.text(source.text(), side)?;
        compile::checks(self.tools, workshop, &text, library, &names, side)
    }

    /// The checks that call the library: all in one executable; only if that cannot be compiled, each by itself, so that a function of another
    /// type costs its own checks and no others.
    fn apart(
        &self,
        workshop: &Workshop,
        source: &Source,
        library: &Path,
        side: Side,
        differences: &[Difference],
        together: &Compiled,
    ) -> anyhow::Result<Checks> {
        let mut checks = Checks::new();
        let names: Vec<&str> = self.inside().flat_map(Check::functions).collect();
        for &name in &names {
            let mentions = source.mentions(&[name]);
            let differs = differences.iter().find(|it| !it.names.is_disjoint(&mentions));
            let made = match (differs, together) {
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
                    let alone = self.text(&source.only(&[name], &names), side)?;
                    match compile::checks(self.tools, workshop, &alone, library, &[name], side)? {
                        Compiled::Yes(executable) => Ok(executable),
                        Compiled::No(messages) => Err(messages.of_a_check()),
                    }
                }
            };
            checks.insert(name.to_owned(), made);
        }
        Ok(checks)
    }

    fn text(&self, source: &str, side: Side) -> anyhow::Result<String> {
        match side {
            Side::Told => Ok(source.to_owned()),
            Side::Blind => Ok(blinded(source, self.options.seed)?),
        }
    }

    /// The checks that call the library and are asked for.
    fn inside(&self) -> impl Iterator<Item = &Check> {
        self.checks().filter(|check| check.kind != Kind::Program)
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
}
