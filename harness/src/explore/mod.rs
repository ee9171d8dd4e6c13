//! The verb `explore`: every interleaving of ordinary `std` code.
//!
//! | module | what lives there |
//! |---|---|
//! | [`target`] | what a reader asks for: a chapter, a file, a crate |
//! | [`scenario`] | a file of scenarios |
//! | `cargo` | cargo, as a child process |
//! | [`kit`] | the stand-ins for `std` and `core`, compiled |
//! | `made_of` | what a kit was made of, and whether that has changed |
//! | `home` | where all that is kept |
//! | [`driver`] | a generated executable that explores a target's scenarios |
//! | [`graph`] | all runs of a small scenario as a graph of states |
//! | [`report`] | what the driver says of a scenario |
//! | [`verb`] | what is printed and written |
//!
//! The harness does not link the explorer. It compiles it, gives it to a
//! driver in the place of `std`, and reads what the driver reports.

mod cargo;
pub mod driver;
pub mod graph;
mod home;
pub mod kit;
mod made_of;
pub mod report;
pub mod scenario;
pub mod target;
pub mod verb;

use anyhow::{Context, bail};
use protocol::{Config, Outcome};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;
use target::Target;
use trace::Trace;
use trace::json::line;

/// What is going on.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// The stand-ins for `std` are compiled, once for all; this crate is done.
    StandIns(&'a str),
    /// The target is compiled against them; this crate is done.
    Target(&'a str),
    /// A search is under way: how far it is.
    Search(&'a str),
}

impl std::fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Progress::StandIns(done) => {
                write!(f, "compiling the stand-ins for std, only this once: {done} is done")
            }
            Progress::Target(done) => write!(f, "compiling against the stand-ins: {done} is done"),
            Progress::Search(how) => f.write_str(how),
        }
    }
}

/// Says on standard error, once, that the stand-ins are being compiled: the
/// longest wait, and the first.
pub fn announce(progress: Progress<'_>) {
    static TOLD: Once = Once::new();
    if matches!(progress, Progress::StandIns(_)) {
        TOLD.call_once(|| eprintln!("compiling the stand-ins for std, only this once"));
    }
}

/// The exit code of a driver that does not understand its arguments.
const MISUSED: i32 = 2;

/// What was asked for makes no sense: a mistake on the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(
    /// What is wrong, and what would be right.
    pub String,
);

/// How to explore: the explorer's own configuration, and a schedule to replay instead of a search.
#[derive(Debug, Clone)]
pub struct Search {
    /// The bounds.
    pub config: Config,
    /// A schedule to replay.
    pub schedule: Option<String>,
    /// The most runs that a graph of states is made of.
    pub graph_runs: u64,
}

impl Default for Search {
    fn default() -> Search {
        Search { config: Config::default(), schedule: None, graph_runs: graph::RUNS }
    }
}

/// The scenarios of a target, compiled against the stand-ins.
#[derive(Debug, Clone)]
pub struct Driver {
    executable: PathBuf,
    /// The scenarios (`file/name`) that want time-outs to fire at any moment.
    eager: BTreeSet<String>,
}

impl Driver {
    /// Compiles the stand-ins, if that was not done yet, then the target's
    /// scenarios and what they use. `progress` is told what was compiled.
    /// Cargo's and rustc's messages go to standard error.
    ///
    /// # Errors
    ///
    /// When something does not compile, or has no scenario.
    pub fn compile(
        workspace: &Path,
        target: &Target,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> anyhow::Result<Driver> {
        let kit = kit::Kit::build(workspace, progress)?;
        let executable = driver::build(&kit, &target.files, &target.uses, progress)?;
        if target.files.iter().all(|file| file.scenarios.is_empty()) {
            bail!("rustc accepts it, but no scenario can be found in it");
        }
        let eager = target
            .files
            .iter()
            .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
            .filter(|(_, scenario)| scenario.eager_timeouts)
            .map(|(file, scenario)| file.full_name(scenario))
            .collect();
        Ok(Driver { executable, eager })
    }

    /// Explores `scenarios` (`file/name`), calls `told` with what came of each
    /// as soon as it is known, and `progress` while a search is under way.
    /// Blocks until all have ended or have used up their budgets.
    ///
    /// Time-outs fire at any moment in the scenarios whose documentation says so,
    /// whatever `search` says.
    ///
    /// # Errors
    ///
    /// When the driver cannot be started or read, and [`Misuse`] for a schedule
    /// that is none. A scenario that takes the driver down is refused.
    pub fn explore(
        &self,
        scenarios: &[String],
        search: &Search,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        told: &mut dyn FnMut(Outcome),
    ) -> anyhow::Result<()> {
        let mut left = scenarios;
        while let Some(first) = left.first() {
            // A scenario that spins without end takes the driver with it, after it
            // was reported. Another driver explores the rest.
            let alike = left.iter().take_while(|name| self.is_eager(name) == self.is_eager(first));
            let alike = &left[..alike.count()];
            let ended = self.drive(alike, &self.search_of(first, search), progress, told)?;
            if ended.misused {
                bail!(Misuse(match &search.schedule {
                    Some(schedule) => format!("--schedule {schedule}: {}", ended.last_words),
                    None => ended.last_words,
                }));
            }
            if ended.outcomes == 0 {
                let reason = format!("it took the explorer down: {}", ended.last_words.trim());
                told(Outcome::refused(first, reason));
            }
            left = &left[ended.outcomes.max(1).min(alike.len())..];
        }
        Ok(())
    }

    fn is_eager(&self, scenario: &str) -> bool {
        self.eager.contains(scenario)
    }

    /// `search`, and what the scenario's documentation asks for.
    fn search_of<'a>(&self, scenario: &str, search: &'a Search) -> Cow<'a, Search> {
        let mut search = Cow::Borrowed(search);
        if self.is_eager(scenario) {
            search.to_mut().config.eager_timeouts = true;
        }
        search
    }

    /// Runs one scenario on real threads and returns what its threads did. It
    /// reads and prints as it always does.
    ///
    /// # Errors
    ///
    /// When the program ends the process.
    pub fn record(&self, scenario: &str) -> anyhow::Result<Trace> {
        let file = self.executable.with_extension(format!("{}.trace", std::process::id()));
        let status = Command::new(&self.executable)
            .args(["--record", scenario])
            .arg(&file)
            .status()
            .context("the driver could not be started")?;
        let text = std::fs::read_to_string(&file);
        let _ = std::fs::remove_file(&file);
        let Ok(text) = text else {
            bail!("{scenario} ended its process ({status}) before its threads could be drawn");
        };
        Ok(Trace::from_json(&text)?)
    }

    /// Every run of a small scenario: what a graph of its states is made of.
    ///
    /// # Errors
    ///
    /// When there are too many, or the scenario cannot be explored; the error says which.
    pub fn runs(&self, scenario: &str, search: &Search) -> anyhow::Result<Vec<Trace>> {
        let file = self.executable.with_extension(format!("{}.runs", std::process::id()));
        let output = Command::new(&self.executable)
            .arg("--config")
            .arg(line(&self.search_of(scenario, search).config))
            .arg("--runs")
            .args([file.as_os_str(), scenario.as_ref()])
            .stdin(Stdio::null())
            .output()
            .context("the driver could not be started")?;
        let text = std::fs::read_to_string(&file);
        let _ = std::fs::remove_file(&file);
        if !output.status.success() {
            bail!("{scenario}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = text.with_context(|| format!("{scenario}: its runs were not written"))?;
        text.lines().map(|line| Ok(Trace::from_json(line)?)).collect()
    }

    fn drive(
        &self,
        scenarios: &[String],
        search: &Search,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        told: &mut dyn FnMut(Outcome),
    ) -> anyhow::Result<Ended> {
        let mut command = Command::new(&self.executable);
        command.arg("--progress").arg("--config").arg(line(&search.config));
        if let Some(schedule) = &search.schedule {
            command.arg("--schedule").arg(schedule);
        }
        command.args(scenarios).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("the driver could not be started")?;
        let output = child.stdout.take().context("the driver's output is a pipe")?;
        let errors = child.stderr.take().context("the driver's errors are a pipe")?;
        let mut outcomes = 0;
        let words = std::thread::scope(|scope| {
            let words = scope.spawn(move || {
                let mut others = String::new();
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    match protocol::Progress::from_json(&line) {
                        Some(how) => progress(Progress::Search(&how.to_string())),
                        None => others += &format!("{line}\n"),
                    }
                }
                others
            });
            for line in BufReader::new(output).lines() {
                let line = line.context("the driver's output cannot be read")?;
                told(Outcome::from_json(&line).with_context(|| {
                    format!("the driver said something else than an outcome: {line}")
                })?);
                outcomes += 1;
            }
            match words.join() {
                Ok(text) => anyhow::Ok(text),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        let status = child.wait()?;
        let misused = status.code() == Some(MISUSED);
        let last_words = if misused {
            words
                .lines()
                .next()
                .unwrap_or("the driver does not understand its arguments")
                .to_owned()
        } else {
            format!("{status}\n{words}")
        };
        Ok(Ended { outcomes, misused, last_words })
    }
}

/// How a driver ended.
struct Ended {
    /// How many scenarios it reported on.
    outcomes: usize,
    /// Whether it could not understand what it was asked for.
    misused: bool,
    /// What it wrote besides outcomes and progress, with its exit status.
    last_words: String,
}
