//! What a driver says of a scenario, and how it is shown.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Failure, Search, SourceFiles, Terminal, Trace};

/// What came of one scenario.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// `file/scenario`.
    pub name: String,
    /// The verdict in one word.
    pub status: Status,
    /// How many executions were made.
    pub executions: u64,
    /// How many of them were stopped because they had more steps than the bound allows.
    #[serde(default)]
    pub too_long: u64,
    /// Why the scenario cannot be explored, if it cannot.
    #[serde(default)]
    pub summary: String,
    /// A run, with the verdict and the bounds of the search: the failing one,
    /// with the fewest preemptions, or the first of those that went well.
    #[serde(default)]
    pub trace: Option<Trace>,
    /// Every output that was seen, if outputs were asked for.
    #[serde(default)]
    pub outputs: Vec<PossibleOutput>,
    /// How long the search took.
    #[serde(default)]
    pub elapsed: Duration,
    /// The bounds of the search, each a short phrase.
    #[serde(default)]
    pub bounds: Vec<String>,
    /// What is not checked, each a short phrase.
    #[serde(default)]
    pub not_checked: Vec<String>,
}

/// An output that the program can have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PossibleOutput {
    /// What goes to standard output.
    pub stdout: String,
    /// The schedule that produces it.
    pub schedule: String,
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every interleaving was covered and none fails.
    Proved,
    /// An interleaving fails.
    Failed,
    /// Nothing failed of what was tried.
    NotProved,
    /// The scenario cannot be explored.
    Refused,
}

impl Outcome {
    /// Reads a line of the driver's.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn read(line: &str) -> serde_json::Result<Outcome> {
        serde_json::from_str(line)
    }

    /// What is said of a scenario that cannot be explored.
    pub fn refused(name: &str, reason: String) -> Outcome {
        Outcome {
            name: name.to_owned(),
            status: Status::Refused,
            executions: 0,
            too_long: 0,
            summary: reason,
            trace: None,
            outputs: Vec::new(),
            elapsed: Duration::ZERO,
            bounds: Vec::new(),
            not_checked: Vec::new(),
        }
    }

    /// One line without the name: the verdict, and what it took.
    pub fn verdict(&self) -> String {
        let executions = match self.executions {
            1 => "1 execution".to_owned(),
            n => format!("{n} executions"),
        };
        match self.status {
            Status::Proved if self.executions == 1 => {
                "proved: 1 execution covers every interleaving".to_owned()
            }
            Status::Proved => format!("proved: {executions} cover every interleaving"),
            Status::Failed if self.trace.is_none() => format!("given up: {}", self.summary),
            Status::Failed => format!("failed: {}, after {executions}", self.failure()),
            // Only a replay has a run to show that did not fail.
            Status::NotProved if self.trace.is_some() && self.too_long == 0 => self.summary.clone(),
            Status::NotProved if self.trace.is_some() => format!("not proved: {}", self.summary),
            Status::NotProved => format!("not proved: {executions} tried, none fails"),
            Status::Refused => format!("cannot be explored: {}", self.summary),
        }
    }

    /// What goes wrong, in a word or two.
    pub fn failure(&self) -> &'static str {
        let failed = self.trace.as_ref().map(|trace| &trace.verdict.outcome);
        let Some(trace::Outcome::Failed { failure }) = failed else { return "something" };
        match failure {
            Failure::Panic { .. } => "panic",
            Failure::Deadlock { .. } => "deadlock",
            Failure::Livelock { .. } => "livelock",
            Failure::Leak { .. } => "leak",
            Failure::Poisoned { .. } => "poisoned lock",
            Failure::Exit { .. } => "exit",
        }
    }

    /// The verdict with its bounds, and the run if there is one, as a picture
    /// for the terminal, with the source lines below `root`.
    pub fn picture(&self, root: &Path, colour: bool) -> String {
        let trace = quoted(&self.run_or_verdict(), root);
        Terminal { colour, rows: Some(self.rows()), ..Terminal::default() }.draw(&trace)
    }

    /// How many rows of the run are worth a look in the terminal. One without an end
    /// repeats itself until it is stopped.
    fn rows(&self) -> usize {
        if self.too_long > 0 || self.failure() == "livelock" { 40 } else { 400 }
    }

    /// The failing run; without one, a trace that holds only the verdict.
    pub fn run_or_verdict(&self) -> Trace {
        if let Some(trace) = &self.trace {
            return trace.clone();
        }
        let outcome = match self.status {
            Status::Proved => trace::Outcome::Proved,
            _ => trace::Outcome::NotProved { reason: self.summary.clone() },
        };
        let search = Search {
            executions: self.executions,
            elapsed_ms: u64::try_from(self.elapsed.as_millis()).ok(),
            bounds: self.bounds.clone(),
            not_checked: self.not_checked.clone(),
            ..Search::default()
        };
        Trace {
            version: trace::VERSION,
            program: trace::Program { name: self.name.clone(), entry: None },
            origin: trace::Origin::Explored,
            threads: Vec::new(),
            objects: Vec::new(),
            steps: Vec::new(),
            verdict: trace::Verdict { outcome, search: Some(search) },
            output: Vec::new(),
            sources: BTreeMap::new(),
        }
    }

    /// Every output that was seen, each as it would be printed, with the
    /// schedule that produces it.
    pub fn outputs(&self) -> String {
        let mut text = String::new();
        if self.outputs.is_empty() {
            text.push_str("no run came to its end, so there is no output to list\n");
        } else if self.status != Status::Proved {
            text.push_str("the search did not cover everything; there may be other outputs\n");
        }
        for (i, output) in self.outputs.iter().enumerate() {
            let _ = writeln!(
                text,
                "── output {} of {} ── schedule {}",
                i + 1,
                self.outputs.len(),
                output.schedule
            );
            for line in output.stdout.lines() {
                let _ = writeln!(text, "{line}");
            }
        }
        text
    }
}

/// The run with the source lines that it names.
pub fn quoted(run: &Trace, root: &Path) -> Trace {
    let mut trace = run.clone();
    for step in &mut trace.steps {
        // The end of `main` is a call of the explorer's own.
        step.at.take_if(|at| at.file.contains("explorer/engine/src/"));
    }
    trace.quote(&mut SourceFiles::new(root));
    // Cargo names a dependency's files by absolute paths, which say more
    // about this machine than about the program.
    let mut text = trace.to_json();
    for folder in [Some(root.to_owned()), registry()].into_iter().flatten() {
        text = text.replace(&format!("\"{}/", folder.display()), "\"");
    }
    Trace::from_json(&text).unwrap_or(trace)
}

/// Where cargo keeps the sources of crates from its registry.
fn registry() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let mut indexes = std::fs::read_dir(home.join("registry/src")).ok()?.flatten();
    indexes.next().map(|index| index.path())
}

/// A line of progress in words, if `line` is one.
pub fn progress(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Progress {
        executions: u64,
        steps: u64,
        seconds: f64,
        random: bool,
    }
    let Progress { executions, steps, seconds, random } = serde_json::from_str(line).ok()?;
    let how = if random { ", at random" } else { "" };
    let rate = executions as f64 / seconds.max(0.001);
    Some(format!("{executions} executions{how}, {rate:.0} a second, {steps} steps deep"))
}
