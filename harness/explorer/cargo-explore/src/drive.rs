//! An executable that explores what is in it: the driver of files of scenarios, or the tests of a crate.

use crate::shard::Shard;
use crate::stop::{self, Stopped};
use crate::{Misuse, Progress, debugger, said};
use anyhow::{Context, anyhow, bail};
use protocol::{Config, Outcome, Position, Resume, Status};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use trace::Trace;
use trace::json::line;

/// The exit code of a driver that does not understand its arguments.
const MISUSED: i32 = 2;

/// How to explore: the explorer's own configuration, and a schedule to replay instead of a search.
#[derive(Debug, Clone)]
pub struct Search {
    /// The bounds.
    pub config: Config,
    /// A schedule to replay.
    pub schedule: Option<String>,
    /// Search only the runs that begin as this schedule says.
    pub from: Option<String>,
    /// The file in which to write down what is done, and from which to go on.
    pub resume: Option<PathBuf>,
    /// Which search of the same scenarios it is, if there are several.
    pub look: u8,
    /// Which part of the search is to be done, if not all.
    pub shard: Option<Shard>,
    /// The journals of all parts, if they are to be put together.
    pub merge: Vec<PathBuf>,
    /// The most runs that a graph of states is made of.
    pub graph_runs: u64,
}

/// The most runs that a graph of states is made of, unless the search says otherwise.
pub const GRAPH_RUNS: u64 = 5_000;

impl Default for Search {
    fn default() -> Search {
        Search {
            config: Config::default(),
            schedule: None,
            from: None,
            resume: None,
            look: 0,
            shard: None,
            merge: Vec::new(),
            graph_runs: GRAPH_RUNS,
        }
    }
}

impl Search {
    /// Says whether the schedule is one, before anything is compiled for it.
    ///
    /// # Errors
    ///
    /// [`Misuse`], with what is wrong in it.
    pub fn check(&self) -> Result<(), Misuse> {
        if self.config.symmetry && self.config.jobs > 1 {
            let why = "--symmetry does not go together with --jobs: processes that share a search swap no threads";
            return Err(Misuse(why.to_owned()));
        }
        let Some(schedule) = &self.schedule else { return Ok(()) };
        let read = protocol::schedule::read(schedule, &mut self.config.clone());
        read.map(drop).map_err(|error| Misuse(format!("--schedule {schedule}: {error}")))
    }
}

/// An executable, compiled against the stand-ins, that explores what it is told to.
#[derive(Debug, Clone)]
pub struct Driver {
    executable: PathBuf,
    /// What it must hear first.
    first: &'static [&'static str],
    /// Where it runs; here, without it.
    folder: Option<PathBuf>,
    /// What is set for it in the environment.
    variables: Vec<(String, String)>,
    /// What scenarios ask for in their documentation.
    asked: BTreeMap<String, Asked>,
    /// What compiled it.
    compiler: String,
    /// What its scenarios are in, if others may have some of the same names.
    within: String,
    /// What no proof of them speaks about, and the explorer cannot know.
    unchecked: Vec<String>,
}

/// What a scenario asks for in its documentation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// That time-outs fire at any moment.
    pub eager_timeouts: bool,
    /// For how many looks loops are followed.
    pub looks: Option<u8>,
    /// That memory must not leak.
    pub leaks: bool,
    /// That threads may be left running at its end.
    pub detached: bool,
    /// That data races in these files, or below these folders, are no failure.
    pub accept: Vec<String>,
}

impl Driver {
    /// The driver of files of scenarios, with what each asks for.
    pub fn of_scenarios(executable: PathBuf, asked: BTreeMap<String, Asked>) -> Driver {
        let (compiler, within) = (String::new(), String::new());
        Driver {
            executable,
            first: &[],
            folder: None,
            variables: Vec::new(),
            asked,
            compiler,
            within,
            unchecked: Vec::new(),
        }
    }

    /// The tests of a crate, which run in this folder and with these variables.
    pub fn of_tests(
        executable: PathBuf,
        (folder, variables): (PathBuf, Vec<(String, String)>),
    ) -> Driver {
        let (folder, asked) = (Some(folder), BTreeMap::new());
        let (compiler, within) = (String::new(), String::new());
        Driver {
            executable,
            first: &["--explore"],
            folder,
            variables,
            asked,
            compiler,
            within,
            unchecked: Vec::new(),
        }
    }

    /// As what a journal is to know it: what compiled it, and what its scenarios are in.
    #[must_use]
    pub fn known_as(self, compiler: &str, within: String) -> Driver {
        Driver { compiler: compiler.to_owned(), within, ..self }
    }

    /// Where what is done is written to and gone on with, or what is put together.
    fn resume(&self, search: &Search) -> anyhow::Result<Option<Resume>> {
        if search.resume.is_none() && search.merge.is_empty() {
            return Ok(None);
        }
        let file = search.resume.as_deref().map(|file| whole("--resume", file)).transpose()?;
        let merge = search.merge.iter().map(|file| whole("--merge", file));
        let Driver { compiler, within, .. } = self.clone();
        let (part, parts) = search.shard.map_or((0, 0), |shard| (shard.part, shard.parts));
        Ok(Some(Resume {
            file: file.unwrap_or_default(),
            compiler,
            within,
            look: search.look,
            part,
            parts,
            merge: merge.collect::<Result<_, _>>()?,
        }))
    }

    /// Notes what no proof speaks about.
    pub(crate) fn leave_unchecked(&mut self, what: &str) {
        self.unchecked.push(what.to_owned());
    }

    /// Notes what a test asks for.
    pub(crate) fn note(&mut self, test: &str, asked: Asked) {
        self.asked.insert(test.to_owned(), asked);
    }

    /// What starts it, without arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Explores `scenarios` (`file/name`), calls `told` with what came of each
    /// as soon as it is known, and `progress` while a search is under way.
    /// Blocks until all have ended or have used up their budgets.
    ///
    /// What a scenario's documentation asks for holds, whatever `search` says: that
    /// time-outs fire at any moment, for how many looks loops are followed, and that memory must not leak.
    ///
    /// # Errors
    ///
    /// When the driver cannot be started or read, [`Misuse`] for a schedule
    /// that is none, and [`Stopped`]. A scenario that takes the driver down is refused.
    pub fn explore(
        &self,
        scenarios: &[String],
        search: &Search,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        told: &mut dyn FnMut(Outcome),
    ) -> anyhow::Result<()> {
        let told = &mut |mut outcome: Outcome| {
            // A failure is one whatever else there is.
            if matches!(outcome.status, Status::Proved | Status::NotProved) {
                outcome.not_checked.extend(self.unchecked.iter().cloned());
            }
            told(outcome);
        };
        let mut left = scenarios;
        while let Some(first) = left.first() {
            // A scenario that spins without end takes the driver with it, after it
            // was reported. Another driver explores the rest.
            let alike = left.iter().take_while(|name| self.asked(name) == self.asked(first));
            let alike = &left[..alike.count()];
            let ended = self.drive(alike, &self.search_of(first, search), progress, told)?;
            if ended.stopped {
                if let Some(name) = alike.get(ended.outcomes) {
                    told(stopped(name, ended.last));
                }
                return Err(Stopped.into());
            }
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

    pub(crate) fn asked(&self, scenario: &str) -> Asked {
        self.asked.get(scenario).cloned().unwrap_or_default()
    }

    /// `search`, and what the scenario's documentation asks for.
    fn search_of<'a>(&self, scenario: &str, search: &'a Search) -> Cow<'a, Search> {
        let mut search = Cow::Borrowed(search);
        let asked = self.asked(scenario);
        if asked.eager_timeouts {
            search.to_mut().config.eager_timeouts = true;
        }
        if asked.leaks {
            search.to_mut().config.leaks = true;
        }
        if asked.detached {
            search.to_mut().config.detached = true;
        }
        if !asked.accept.is_empty() {
            search.to_mut().config.accept.extend(asked.accept);
        }
        if asked.looks.is_some() {
            search.to_mut().config.looks = asked.looks;
        }
        search
    }

    /// Writes what gdb needs to stop where this run of a scenario fails, and returns the command that starts it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn debugged(&self, scenario: &str, search: &Search) -> anyhow::Result<String> {
        let file = format!("{}.gdb", scenario.replace(|c: char| !c.is_alphanumeric(), "_"));
        let file = self.executable.with_file_name(file);
        let mut arguments: Vec<String> = self.first.iter().map(|&word| word.to_owned()).collect();
        let config = line(&self.search_of(scenario, search).config);
        arguments.extend(["--stops".to_owned(), "--config".to_owned(), config]);
        if let Some(schedule) = &search.schedule {
            arguments.extend(["--schedule".to_owned(), schedule.clone()]);
        }
        arguments.push(scenario.to_owned());
        let folder = self.folder.as_deref();
        let text = debugger::script(&self.executable, &arguments, folder, &self.variables);
        std::fs::write(&file, text)
            .with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(debugger::command(&file))
    }

    /// Runs one scenario on real threads and returns what its threads did. It
    /// reads and prints as it always does.
    ///
    /// # Errors
    ///
    /// When the program ends the process.
    pub fn record(&self, scenario: &str) -> anyhow::Result<Trace> {
        let file = self.executable.with_extension(format!("{}.trace", std::process::id()));
        let status = self
            .command()
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
        let output = self
            .command()
            .args(self.first)
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

    /// Where a run of a scenario stands after a schedule, and every way to go on; without one, at the beginning.
    ///
    /// # Errors
    ///
    /// When the driver cannot be started or read, and [`Misuse`] for a schedule that is none.
    pub fn position(
        &self,
        scenario: &str,
        search: &Search,
        schedule: Option<&str>,
    ) -> anyhow::Result<Position> {
        let mut command = self.command();
        command.args(self.first).arg("--position").arg("--config");
        command.arg(line(&self.search_of(scenario, search).config));
        if let Some(schedule) = schedule {
            command.arg("--schedule").arg(schedule);
        }
        let output = command.arg(scenario).stdin(Stdio::null()).output();
        let output = output.context("the driver could not be started")?;
        let words = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(MISUSED) {
            bail!(Misuse(words.lines().next().unwrap_or_default().to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().next().unwrap_or_default();
        Position::from_json(line).map_err(|_| match Outcome::from_json(line) {
            // It was given up.
            Ok(outcome) => anyhow!("{scenario}: {}", outcome.summary),
            Err(_) => anyhow!("{scenario} took the explorer down: {}\n{words}", output.status),
        })
    }

    fn drive(
        &self,
        scenarios: &[String],
        search: &Search,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        told: &mut dyn FnMut(Outcome),
    ) -> anyhow::Result<Ended> {
        let mut command = self.command();
        command.args(self.first).arg("--progress").arg("--config").arg(line(&search.config));
        if let Some(schedule) = &search.schedule {
            command.arg("--schedule").arg(schedule);
        }
        if let Some(from) = &search.from {
            command.arg("--from").arg(from);
        }
        if let Some(resume) = self.resume(search)? {
            command.arg("--resume").arg(line(&resume));
        }
        command.args(scenarios).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("the driver could not be started")?;
        let watched = stop::Watched::new(&child);
        let output = child.stdout.take().context("the driver's output is a pipe")?;
        let errors = child.stderr.take().context("the driver's errors are a pipe")?;
        let last = Mutex::new(None);
        let (outcomes, words) = std::thread::scope(|scope| {
            let last = &last;
            let words = scope.spawn(move || {
                let mut others = String::new();
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    match protocol::Progress::from_json(&line) {
                        Some(how) => {
                            progress(Progress::Searching(&how));
                            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
                        }
                        None => others += &format!("{line}\n"),
                    }
                }
                others
            });
            let outcomes = said::outcomes(BufReader::new(output), told)?;
            match words.join() {
                Ok(text) => anyhow::Ok((outcomes, text)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        drop(watched);
        let status = child.wait()?;
        let stopped = stop::ended(status);
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
        let last = last.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Ended { outcomes, misused, last_words, stopped, last })
    }
}

/// A path that is the same in every folder: tests run in those of their packages.
fn whole(option: &str, file: &Path) -> Result<String, Misuse> {
    let path = std::path::absolute(file)
        .map_err(|error| Misuse(format!("{option} {}: {error}", file.display())))?;
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Misuse(format!("{option} {}: its name is no text", path.display())))
}

/// How a driver ended.
struct Ended {
    /// How many scenarios it reported on.
    outcomes: usize,
    /// Whether it could not understand what it was asked for.
    misused: bool,
    /// What it wrote besides outcomes and progress, with its exit status.
    last_words: String,
    /// Whether somebody stopped it.
    stopped: bool,
    /// How far its last search was, when it said so last.
    last: Option<protocol::Progress>,
}

/// What is known of a search that somebody stopped.
fn stopped(name: &str, last: Option<protocol::Progress>) -> Outcome {
    let last = last.filter(|last| last.name == name).unwrap_or_default();
    Outcome {
        name: name.to_owned(),
        executions: last.executions,
        covered: last.covered,
        estimate: last.estimate,
        elapsed: last.elapsed,
        summary: "it was stopped".to_owned(),
        ..Outcome::default()
    }
}
