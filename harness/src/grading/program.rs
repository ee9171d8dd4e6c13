//! One check of kind `program`: the assignment's judge, a process of its own and trusted, runs the submission's program in jails and judges it
//! from outside.

use super::compile::{Compiled, Workshop};
use super::manifest::{Check, Kind};
use super::memory;
use super::proof::{Answer, ask, panicked};
use super::result::{CheckResult, CheckStatus};
use super::sandbox::{Bounds, Job, Sandbox};
use super::{Tools, compile};
use crate::grading::assignment::Assignment;
use anyhow::{Context, bail};
use jail::{Layers, SystemPrograms};
use protocol::{Order, ProgramOrder};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many runs up to the limit of time a judge may make before the grader thinks that the judge itself hangs.
const RUNS: u32 = 32;

/// The files of the programs that the assignment names, and the libraries that the judge needs, and with it whatever is compiled as it is.
fn system(assignment: &Assignment, judge: &Path) -> anyhow::Result<Vec<String>> {
    let mut system = SystemPrograms::named(&assignment.manifest.programs)?;
    system.libraries_of(judge)?;
    let text = |path: &Path| {
        let text = path.to_str().with_context(|| format!("{} is not Unicode", path.display()))?;
        anyhow::Ok(text.to_owned())
    };
    system.paths().map(text).collect()
}

/// An assignment's judge, compiled.
#[derive(Debug)]
pub struct Judge {
    executable: PathBuf,
    /// What the judged programs see of the system.
    system: Vec<String>,
    /// Where it is, as long as it is needed.
    _workshop: Workshop,
}

impl Judge {
    /// Compiles `judge.rs`, if the assignment has checks of kind `program`.
    ///
    /// # Errors
    ///
    /// When it does not compile.
    pub fn prepare(tools: &Tools, assignment: &Assignment) -> anyhow::Result<Option<Judge>> {
        if !assignment.manifest.has(Kind::Program) {
            return Ok(None);
        }
        let workshop = Workshop::new(NonZeroUsize::MIN, tools.sandbox)?;
        let programs = assignment.manifest.checks.iter().filter(|c| c.kind == Kind::Program);
        let checks: Vec<&str> = programs.flat_map(Check::functions).collect();
        let source = assignment.folder.join("judge.rs");
        match compile::judge(tools, &workshop, &source, &checks)? {
            Compiled::Yes(executable) => {
                let system = system(assignment, &executable)
                    .context("`programs` of assignment.toml cannot be shown to submissions")?;
                Ok(Some(Judge { executable, system, _workshop: workshop }))
            }
            Compiled::No(messages) => {
                bail!("{} does not compile:\n{}", source.display(), messages.shown)
            }
        }
    }

    /// Runs `check` against `program`. Blocks until everything has ended.
    pub fn run(&self, check: &Check, program: &Path, seed: u64, sandbox: Sandbox) -> CheckResult {
        memory::undisturbed(check, memory::kills, || {
            self.attempt(check, program, seed, sandbox)
                .unwrap_or_else(|trouble| CheckResult::cannot_tell(check, format!("{trouble:#}")))
        })
    }

    fn attempt(
        &self,
        check: &Check,
        program: &Path,
        seed: u64,
        sandbox: Sandbox,
    ) -> anyhow::Result<CheckResult> {
        let limits = check.limits;
        let wall = Duration::from_secs(limits.seconds.into());
        let layers = match sandbox {
            Sandbox::Jail(layers) => layers,
            // A judge knows no other way to run a program than in a jail: in the best that there is.
            Sandbox::None => Layers::NONE,
        };
        let program = program.to_str().context("the path of the program is not Unicode")?;
        let order = Order::Program(Box::new(ProgramOrder {
            program: program.to_owned(),
            seed,
            layers: layers.names().map(str::to_owned).collect(),
            // As the grader's own: what it does without, so does the judge.
            no_namespaces: matches!(sandbox, Sandbox::Jail(layers) if !layers.namespaces),
            wall,
            memory_bytes: u64::from(limits.memory_mb) << 20,
            output_bytes: usize::try_from(limits.output_kb)? << 10,
            processes: limits.processes.into(),
            system: self.system.clone(),
            socket_pairs: limits.socket_pairs,
            memory_files: limits.memory_files,
        }));
        let folder = self.executable.parent().context("an executable is in a folder")?;
        let bounds = Bounds {
            wall: wall * RUNS,
            cpu: wall * RUNS,
            memory_mb: 4096,
            processes: 1,
            output_bytes: 1 << 20,
        };
        let job = Job::new(&self.executable, folder, bounds);
        let Answer { ended, frame, .. } = ask(job, check, &order, &[], Sandbox::None)?;
        let Some(frame) = frame else {
            let said = String::from_utf8_lossy(&ended.stderr);
            bail!("the judge ended without a verdict ({:?})\n{}", ended.how, said.trim());
        };
        let result = match (frame.trouble, frame.raised) {
            (Some(trouble), _) => CheckResult::cannot_tell(check, trouble),
            (None, Some(panic)) => panicked(check, &panic),
            (None, None) => CheckResult::new(check, CheckStatus::Pass),
        };
        Ok(CheckResult { milliseconds: u64::try_from(ended.wall.as_millis())?, ..result })
    }
}
