//! How it is told: a line for each test, a picture of each that fails, and a line at the end; or all of it as JSON.

use crate::arguments::Format;
use crate::drive::Search;
use crate::suite::{Suite, Test};
use crate::{Progress, announce, report};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{Outcome, Status};
use serde_json::json;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What it all came to: the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// Every test is proved, or a replayed run ends well.
    AsItShouldBe = 0,
    /// A test fails.
    Failed = 1,
    /// The command line makes no sense.
    Misused = 2,
    /// Nothing fails, and something is not proved.
    NotProved = 3,
    /// Something cannot be explored.
    Refused = 4,
}

/// Tells what comes of a search, and counts.
#[derive(Debug)]
pub struct Teller {
    format: Format,
    root: PathBuf,
    bar: ProgressBar,
    began: Instant,
    /// When something was told of a search last, where nobody looks on.
    told: Mutex<Instant>,
    tally: Mutex<Tally>,
}

/// How many tests came to what.
#[derive(Debug, Clone, Default)]
struct Tally {
    proved: usize,
    failed: Vec<String>,
    not_proved: usize,
    refused: usize,
    ignored: usize,
    replayed: usize,
}

/// Where nobody looks on, a line of progress so often.
const PATIENCE: Duration = Duration::from_secs(10);

impl Teller {
    /// Tells in this form; paths are shown as below `root`.
    pub fn new(format: Format, root: &Path) -> Teller {
        let watched = std::io::stderr().is_terminal() && format == Format::Human;
        let bar = if watched { spinner() } else { ProgressBar::hidden() };
        let now = Instant::now();
        Teller {
            format,
            root: root.to_owned(),
            bar,
            began: now,
            told: Mutex::new(now),
            tally: Mutex::default(),
        }
    }

    /// What is going on.
    pub fn progress(&self, progress: Progress<'_>) {
        self.bar.set_message(progress.to_string());
        if !self.bar.is_hidden() {
            return;
        }
        announce(progress);
        let Progress::Search(how) = progress else { return };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= PATIENCE {
            *told = Instant::now();
            eprintln!("  {how}");
        }
    }

    /// Something that a reader should know, and that is no result.
    pub fn note(&self, text: &str) {
        self.bar.suspend(|| eprintln!("note: {text}"));
    }

    /// The tests of an executable begin.
    pub fn suite(&self, suite: &Suite, tests: usize) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if self.format == Format::Human {
            let strong = Style::new().bold();
            let s = if tests == 1 { "" } else { "s" };
            let Suite { package, flag, source, .. } = suite;
            self.bar.suspend(|| {
                anstream::println!("{strong}{source}{strong:#}  {package} {flag}, {tests} test{s}");
            });
        }
    }

    /// What came of a test.
    pub fn test(&self, suite: &Suite, outcome: &Outcome, search: &Search) {
        let kind = {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.count(suite, outcome, search)
        };
        self.bar.suspend(|| match self.format {
            Format::Human => self.line(suite, outcome, search, kind),
            Format::Json => {
                let run = report::quoted(&outcome.run_or_verdict(), &self.root);
                // What the explorer writes is JSON.
                let told: serde_json::Value =
                    serde_json::from_str(&outcome.to_json()).unwrap_or_default();
                let run: serde_json::Value =
                    serde_json::from_str(&run.to_json()).unwrap_or_default();
                let mut line = json!({
                    "event": "test", "package": suite.package, "target": suite.flag,
                    "name": outcome.name, "verdict": kind.word(), "says": says(outcome),
                });
                for field in ["executions", "elapsed", "schedule", "bounds", "not_checked"] {
                    line[field] = told[field].clone();
                }
                if kind == Ending::Failed {
                    line["run"] = run;
                }
                println!("{line}");
            }
        });
    }

    fn line(&self, suite: &Suite, outcome: &Outcome, search: &Search, kind: Ending) {
        let style = match kind {
            Ending::AsItShouldBe => AnsiColor::Green.on_default(),
            Ending::Failed => AnsiColor::Red.on_default().bold(),
            _ => AnsiColor::Yellow.on_default(),
        };
        anstream::println!("  {}  {style}{}{style:#}", outcome.name, says(outcome));
        let shown = kind == Ending::Failed || search.schedule.is_some() || outcome.too_long > 0;
        if outcome.trace.is_none() || !shown {
            return;
        }
        let colour = std::io::stdout().is_terminal();
        let picture = report::picture(outcome, &self.root, colour);
        // Its first line is the name once more.
        let picture = picture.split_once('\n').map_or(picture.as_str(), |(_, rest)| rest);
        anstream::print!("{picture}");
        if let (Some(schedule), None) = (&outcome.schedule, &search.schedule) {
            anstream::println!("again: {}", again(suite, outcome, schedule));
        }
        anstream::println!();
    }

    /// A test that was left out, because it says so itself.
    pub fn ignored(&self, suite: &Suite, test: &Test) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).ignored += 1;
        let why = test.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
        self.bar.suspend(|| match self.format {
            Format::Human => anstream::println!("  {}  ignored{why}", test.name),
            Format::Json => println!(
                "{}",
                json!({
                    "event": "ignored", "package": suite.package, "target": suite.flag,
                    "name": test.name, "why": test.why,
                })
            ),
        });
    }

    /// What is not explored at all, and why.
    pub fn left_out(&self, what: &str, why: &str) {
        self.bar.suspend(|| match self.format {
            Format::Human => anstream::println!("{what}  not explored: {why}"),
            Format::Json => {
                println!("{}", json!({ "event": "left_out", "what": what, "why": why }))
            }
        });
    }

    /// The last line. Returns what it all came to.
    pub fn end(&self) -> Ending {
        self.bar.finish_and_clear();
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let seconds = self.began.elapsed().as_secs_f64();
        match self.format {
            Format::Human => {
                if tally.failed.len() > 1 {
                    anstream::println!("\nfailed: {}", tally.failed.join(", "));
                }
                anstream::println!("\n{tally} ({seconds:.2} s)");
            }
            Format::Json => println!(
                "{}",
                json!({
                    "event": "end", "proved": tally.proved, "failed": tally.failed.len(),
                    "not_proved": tally.not_proved, "refused": tally.refused,
                    "ignored": tally.ignored, "replayed": tally.replayed, "exit": tally.ending() as u8,
                })
            ),
        }
        tally.ending()
    }
}

/// The verdict in one line; of a failure the first thing to know: what went wrong, and where.
fn says(outcome: &Outcome) -> String {
    match outcome.status {
        Status::Failed if outcome.trace.is_some() => {
            let executions = match outcome.executions {
                1 => "in the first execution".to_owned(),
                n => format!("after {n} executions"),
            };
            format!("failed: {} ({executions})", first_line(&outcome.summary))
        }
        Status::NotProved if outcome.too_long == 0 && outcome.trace.is_none() => {
            format!("{} ({})", outcome.verdict(), outcome.summary)
        }
        _ => outcome.verdict(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The command that shows a run once more.
fn again(suite: &Suite, outcome: &Outcome, schedule: &str) -> String {
    let Suite { package, flag, .. } = suite;
    format!("cargo explore -p {package} {flag} --exact {} --schedule '{schedule}'", outcome.name)
}

impl Ending {
    /// In JSON.
    fn word(self) -> &'static str {
        match self {
            Ending::AsItShouldBe => "proved",
            Ending::Failed => "failed",
            Ending::Misused => "misused",
            Ending::NotProved => "not_proved",
            Ending::Refused => "refused",
        }
    }
}

impl Tally {
    fn count(&mut self, suite: &Suite, outcome: &Outcome, search: &Search) -> Ending {
        match outcome.status {
            Status::Proved => {
                self.proved += 1;
                Ending::AsItShouldBe
            }
            // A search that was given up has no run to show, and shows nothing.
            Status::Failed if outcome.trace.is_some() => {
                self.failed.push(format!("{} {}", suite.flag, outcome.name));
                Ending::Failed
            }
            Status::Failed | Status::Refused => {
                self.refused += 1;
                Ending::Refused
            }
            Status::NotProved if search.schedule.is_some() && outcome.too_long == 0 => {
                self.replayed += 1;
                Ending::AsItShouldBe
            }
            Status::NotProved => {
                self.not_proved += 1;
                Ending::NotProved
            }
        }
    }

    fn ending(&self) -> Ending {
        match self {
            _ if !self.failed.is_empty() => Ending::Failed,
            _ if self.refused > 0 => Ending::Refused,
            _ if self.not_proved > 0 => Ending::NotProved,
            _ => Ending::AsItShouldBe,
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [
            (self.proved, "proved"),
            (self.replayed, "replayed, and ended well"),
            (self.failed.len(), "failed"),
            (self.not_proved, "not proved"),
            (self.refused, "could not be explored"),
            (self.ignored, "ignored"),
        ];
        let all: usize = counts.iter().map(|(count, _)| count).sum();
        let each = counts.iter().filter(|(count, _)| *count > 0);
        let each: Vec<String> = each.map(|(count, what)| format!("{count} {what}")).collect();
        match all {
            0 => f.write_str("no tests"),
            1 => write!(f, "1 test: {}", each.join("; ")),
            _ => write!(f, "{all} tests: {}", each.join("; ")),
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
