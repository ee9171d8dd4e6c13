//! What came of an exploration, and how far one is.

use std::fmt;
use std::time::Duration;
use trace::json::{ToJson, Writer, line};
use trace::{Failure, Search, Trace};

/// The verdict in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Status {
    /// The search ended and found nothing wrong.
    Proved,
    /// An execution went wrong.
    Failed,
    /// The search did not end.
    #[default]
    NotProved,
    /// The scenario cannot be explored.
    Refused,
}

/// What came of an exploration. It is plain data, with a JSON form.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Outcome {
    /// The scenario.
    pub name: String,
    /// The verdict.
    pub status: Status,
    /// How many executions were run, all searches together.
    pub executions: u64,
    /// How many of the exhaustive search's repeated another: work in vain.
    pub redundant: u64,
    /// How many executions were random ones, made after the exhaustive search ran out of its budget.
    pub random: u64,
    /// How many were stopped after [`max_steps`](crate::Config::max_steps). None of them is a failure, and none counts as covered.
    pub too_long: u64,
    /// How many went wrong: more than one only with [`keep_going`](crate::Config::keep_going).
    pub failures: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// What went wrong, in one line; or why the scenario was refused, or why nothing is proved.
    pub summary: String,
    /// The failing run, in the form that pictures are made from.
    pub trace: Option<Trace>,
    /// The string that replays the failing run.
    pub schedule: Option<String>,
    /// Threads that do the same were counted once: see [`Config::symmetry`](crate::Config::symmetry).
    pub symmetry: bool,
    /// How many processes have shared the search. 0: it was not shared.
    pub processes: u32,
    /// Of how many parts the search consists, for as many machines. 0: it was not split.
    pub parts: u32,
    /// Which of them it is, and that it is done: nothing fails there, which proves nothing without the others. 0: it is none, or not done.
    pub part: u32,
    /// How many executions each part makes to see how the search is split; they are counted once here.
    pub by_each: u64,
    /// How many times the failing run takes the turn from a thread that could have gone on.
    pub preemptions: Option<u32>,
    /// Whether no run with fewer fails.
    pub minimal: bool,
    /// What the verdict is bounded to, if a bound has cut something off: "2 looks".
    pub within: Option<String>,
    /// What of [`accept`](crate::Config::accept) occurred.
    pub accepted: Vec<String>,
    /// Whether a thread waited with a time-out: then it matters when time-outs fire.
    pub timed: bool,
    /// Whether such a time-out was shorter than [`Config::NAP`](crate::Config::NAP).
    #[doc(hidden)]
    pub naps: bool,
    /// Which share of the work an exhaustive search had done when it was stopped, in millionths, by what was known of it then: what was not known makes it less.
    pub covered: Option<u32>,
    /// How many executions an exhaustive search that was stopped would have made in all: a guess.
    pub estimate: Option<u64>,
    /// The bounds of the search, each a short phrase.
    pub bounds: Vec<String>,
    /// What is not checked, each a short phrase. Of a failure nothing: it is one whatever else there is.
    pub not_checked: Vec<String>,
    /// With [`outputs`](crate::Config::outputs): everything that was printed in some execution.
    pub outputs: Vec<Printed>,
}

/// One text that the program can print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Printed {
    /// What went to standard output.
    pub stdout: String,
    /// A run that prints it.
    pub schedule: String,
    /// How many executions printed it.
    pub executions: u64,
}

impl Outcome {
    /// What is said of a scenario that cannot be explored.
    pub fn refused(name: &str, reason: String) -> Outcome {
        Outcome {
            name: name.to_owned(),
            status: Status::Refused,
            summary: reason,
            ..Outcome::default()
        }
    }

    /// Whether every interleaving was covered and none went wrong.
    pub fn is_proved(&self) -> bool {
        self.status == Status::Proved
    }

    /// Whether an execution went wrong.
    pub fn is_failed(&self) -> bool {
        self.status == Status::Failed
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
            Failure::Memory { fault, .. } => fault.name(),
            Failure::Exit { .. } => "exit",
        }
    }

    /// One line without the name: the verdict, and what it took.
    pub fn verdict(&self) -> String {
        let executions = match self.executions {
            1 => "1 execution".to_owned(),
            n => format!("{n} executions"),
        };
        match self.status {
            Status::Proved => self.proof(),
            Status::Failed if self.trace.is_none() => format!("given up: {}", self.summary),
            Status::Failed => format!("failed: {}, after {executions}", self.failure()),
            // Only a replay has a run to show that did not fail.
            Status::NotProved if self.trace.is_some() && self.too_long == 0 => self.summary.clone(),
            Status::NotProved if self.trace.is_some() => format!("not proved: {}", self.summary),
            Status::NotProved if self.part > 0 => format!(
                "part {} of {} is done: {executions}, none fails{}",
                self.part,
                self.parts,
                self.shared()
            ),
            Status::NotProved => format!("not proved: {executions} tried, none fails"),
            Status::Refused => format!("cannot be explored: {}", self.summary),
        }
    }

    /// What is said of a proof, with the bounds that have cut something off.
    fn proof(&self) -> String {
        let within = self.within.as_ref().map(|within| format!(" for {within}"));
        let within = within.unwrap_or_default();
        let once = if self.symmetry { ", threads that do the same counted once" } else { "" };
        match self.executions {
            1 => format!("proved{within}: 1 execution covers every interleaving{once}"),
            n => format!(
                "proved{within}: {n} executions cover every interleaving{once}{}",
                self.shared()
            ),
        }
    }

    /// What is said of a search that was shared.
    fn shared(&self) -> String {
        let (repeated, parts) = (self.redundant, self.parts);
        match (self.processes, self.redundant) {
            _ if parts > 0 && self.part == 0 => format!(
                " ({parts} parts; {repeated} of the executions repeat others, and {} of these were made by each part)",
                self.by_each
            ),
            _ if parts > 0 => format!(
                " ({repeated} of them repeat others, {} to see how the search is split)",
                self.by_each
            ),
            (0, _) | (1, 0) => String::new(),
            (1, repeated) => format!(" ({repeated} of them repeat others)"),
            (n, repeated) => {
                format!(" ({n} processes; {repeated} of the executions repeat others)")
            }
        }
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
            sources: Default::default(),
        }
    }

    /// The outcome as one line of JSON.
    pub fn to_json(&self) -> String {
        line(self)
    }

    /// Reads what [`Outcome::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// If the text is something else.
    #[cfg(feature = "serde")]
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let executions = self.executions;
        match self.status {
            Status::Proved => f.write_str(&self.proof()),
            Status::Failed => write!(f, "failed: {}", self.summary),
            Status::NotProved => {
                write!(
                    f,
                    "not proved: {executions} tried in {:.1} s; {}",
                    self.elapsed.as_secs_f64(),
                    self.summary
                )
            }
            Status::Refused => write!(f, "refused: {}", self.summary),
        }
    }
}

impl ToJson for Status {
    fn write(&self, json: &mut Writer) {
        json.text(match self {
            Status::Proved => "proved",
            Status::Failed => "failed",
            Status::NotProved => "not_proved",
            Status::Refused => "refused",
        });
    }
}

impl ToJson for Outcome {
    fn write(&self, json: &mut Writer) {
        let Outcome {
            name,
            status,
            executions,
            redundant,
            random,
            too_long,
            failures,
            elapsed,
            summary,
            trace,
            schedule,
            symmetry,
            processes,
            parts,
            part,
            by_each,
            preemptions,
            minimal,
            within,
            accepted,
            timed,
            naps,
            covered,
            estimate,
            bounds,
            not_checked,
            outputs,
        } = self;
        json.object(|outcome| {
            outcome.field("name", name);
            outcome.field("status", status);
            outcome.field("executions", executions);
            outcome.field("redundant", redundant);
            outcome.field("random", random);
            outcome.field("too_long", too_long);
            outcome.field("failures", failures);
            outcome.field("elapsed", elapsed);
            outcome.field("summary", summary);
            outcome.field("trace", trace);
            outcome.field("schedule", schedule);
            outcome.field("symmetry", symmetry);
            outcome.field("processes", processes);
            outcome.field("parts", parts);
            outcome.field("part", part);
            outcome.field("by_each", by_each);
            outcome.field("preemptions", preemptions);
            outcome.field("minimal", minimal);
            outcome.field("within", within);
            outcome.field("accepted", accepted);
            outcome.field("timed", timed);
            outcome.field("naps", naps);
            outcome.field("covered", covered);
            outcome.field("estimate", estimate);
            outcome.field("bounds", bounds);
            outcome.field("not_checked", not_checked);
            outcome.field("outputs", outputs);
        });
    }
}

impl ToJson for Printed {
    fn write(&self, json: &mut Writer) {
        let Printed { stdout, schedule, executions } = self;
        json.object(|printed| {
            printed.field("stdout", stdout);
            printed.field("schedule", schedule);
            printed.field("executions", executions);
        });
    }
}

/// How far a search is. A program that explores writes it to standard error from time to time, a line of JSON each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Progress {
    /// The scenario.
    pub name: String,
    /// How many executions were made.
    pub executions: u64,
    /// How many steps the last one had.
    pub steps: u32,
    /// Whether the exhaustive search has given way to the random one.
    pub random: bool,
    /// Which share of the exhaustive search is done, in millionths, by what is known of it so far: what is not known yet makes it less.
    #[cfg_attr(feature = "serde", serde(default))]
    pub covered: Option<u32>,
    /// How many executions the exhaustive search will make in all: a guess.
    #[cfg_attr(feature = "serde", serde(default))]
    pub estimate: Option<u64>,
    /// How long it has taken.
    pub elapsed: Duration,
}

impl Progress {
    /// Reads a line, if it is one of progress.
    #[cfg(feature = "serde")]
    pub fn from_json(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// The line in words.
///
/// ```
/// let progress = explore_protocol::Progress { executions: 512, steps: 9, ..Default::default() };
/// let progress = explore_protocol::Progress { elapsed: std::time::Duration::from_secs(2), ..progress };
/// assert_eq!(progress.to_string(), "512 executions, 256 a second, 9 steps deep");
/// let progress = explore_protocol::Progress { covered: Some(100_000), ..progress };
/// let text = "512 executions, 256 a second, 9 steps deep, at most 10 % of the search, 18 s more or longer";
/// assert_eq!(progress.to_string(), text);
/// let progress = explore_protocol::Progress { estimate: Some(5123), ..progress };
/// let text = "512 of about 5100 executions, 256 a second, 9 steps deep, about 18 s more";
/// assert_eq!(progress.to_string(), text);
/// let progress = explore_protocol::Progress { estimate: Some(u64::MAX), ..progress };
/// let text = "512 of about 2e19 executions, 256 a second, 9 steps deep, no end within a year";
/// assert_eq!(progress.to_string(), text);
/// ```
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { executions, steps, .. } = self;
        let how = if self.random { ", at random" } else { "" };
        let rate = *executions as f64 / self.elapsed.as_secs_f64().max(0.001);
        let estimate = self.estimate.filter(|_| !self.random);
        let all = estimate.map(|all| format!(" of about {}", number(rounded(all))));
        let all = all.unwrap_or_default();
        write!(f, "{executions}{all} executions{how}, {rate:.0} a second, {steps} steps deep")?;
        if let Some(all) = estimate {
            let left = rounded(all).saturating_sub(*executions) as f64 / rate;
            return match is_long(left) {
                true => f.write_str(LONG),
                false => write!(f, ", about {} more", wait(left)),
            };
        }
        match self.covered {
            None => Ok(()),
            Some(..10_000) => f.write_str(", less than 1 % of the search"),
            Some(covered) => {
                let covered = f64::from(covered.min(1_000_000)) / 1e6;
                let left = self.elapsed.as_secs_f64() * (1.0 - covered) / covered;
                write!(f, ", at most {:.0} % of the search", covered * 100.0)?;
                match is_long(left) {
                    true => f.write_str(LONG),
                    false => write!(f, ", {} more or longer", wait(left)),
                }
            }
        }
    }
}

/// A number that is only guessed, with the two digits that mean something.
///
/// ```
/// assert_eq!([7, 5123, 287_654].map(explore_protocol::rounded), [7, 5100, 290_000]);
/// ```
pub fn rounded(guess: u64) -> u64 {
    let unit = 10_u64.pow(guess.checked_ilog10().unwrap_or(0).saturating_sub(1));
    guess.saturating_add(unit / 2) / unit * unit
}

/// A time that is only guessed, in words.
fn wait(seconds: f64) -> String {
    match seconds {
        ..100.0 => format!("{seconds:.0} s"),
        100.0..6000.0 => format!("{:.0} minutes", seconds / 60.0),
        6000.0..172_800.0 => format!("{:.0} hours", seconds / 3600.0),
        _ => format!("{:.0} days", seconds / 86_400.0),
    }
}

/// Whether nobody waits for so many seconds.
fn is_long(seconds: f64) -> bool {
    seconds > 365.0 * 86_400.0
}

/// Then this is said.
const LONG: &str = ", no end within a year";

/// A number of executions; of one that nobody makes, how many digits it has.
fn number(executions: u64) -> String {
    match executions {
        ..10_000_000_000 => executions.to_string(),
        _ => format!("{:.0e}", executions as f64),
    }
}

impl ToJson for Progress {
    fn write(&self, json: &mut Writer) {
        let Progress { name, executions, steps, random, covered, estimate, elapsed } = self;
        json.object(|progress| {
            progress.field("name", name);
            progress.field("executions", executions);
            progress.field("steps", steps);
            progress.field("random", random);
            progress.field("covered", covered);
            progress.field("estimate", estimate);
            progress.field("elapsed", elapsed);
        });
    }
}
