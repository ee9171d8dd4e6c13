//! The `main` of a program that explores scenarios: what the verb `explore` generates, compiles and runs.

use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Explorer, Outcome, Resume, Status, addresses, worker};
use crate::config::Config;
use trace::json::line;

/// What the command line asks for.
#[derive(Debug, Default)]
struct Wanted {
    config: Config,
    schedule: Option<String>,
    progress: bool,
    /// Tell where the run stands after the schedule, or at the beginning without one.
    position: bool,
    /// Stop a debugger where the schedule fails.
    stops: bool,
    /// Search the runs that begin as this schedule says.
    from: Option<String>,
    /// Where to write down what was done, to go on from there.
    resume: Option<Resume>,
    /// Where to write every run of the scenario, instead of a verdict.
    runs: Option<String>,
    names: Vec<String>,
}

/// Explores scenarios as the command line asks, and prints an [`Outcome`] as a line of JSON for each.
///
/// Arguments: `--config JSON`, `--schedule STRING`, `--stops`, `--from STRING`, `--position`, `--progress`, `--resume JSON`, `--runs FILE`, names of scenarios (all,
/// without any). With `--resume`, which says where ([`Resume`]), searches go on that were killed. With `--stops`, `explore_stops_here` is called where the run
/// of the schedule fails. With `--from`, only runs are searched that begin as the schedule says; with `--position`, a `Position` is printed: where a run stands after the schedule, or at
/// the beginning. Exit code 0: all proved (or a replay ended well); 1: one failed; 2: bad arguments; 3: one was not proved; 4: one was refused.
pub fn main(scenarios: &[(&str, fn())]) -> ExitCode {
    let scenario =
        |&(name, body): &(&str, fn())| Scenario { name: name.to_owned(), body: Rc::new(body) };
    let scenarios: Vec<Scenario> = scenarios.iter().map(scenario).collect();
    ExitCode::from(main_of(&scenarios, std::env::args().skip(1)))
}

/// What is explored under a name.
#[derive(Clone)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What is called once for each execution.
    pub body: Rc<dyn Fn()>,
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Scenario").field(&self.name).finish()
    }
}

/// [`main`] for scenarios that are no plain functions, with these arguments. Returns the exit code.
pub fn main_of(scenarios: &[Scenario], arguments: impl Iterator<Item = String>) -> u8 {
    addresses::stay();
    IS_DRIVER.store(true, Ordering::Relaxed);
    let wanted = match parse(arguments) {
        Ok(wanted) => wanted,
        Err(problem) => return usage(&problem),
    };
    if wanted.resume.is_some() {
        // Who asks for the same again would find the journal taken.
        worker::end_with_parent();
    }
    let is_known = |asked: &&String| scenarios.iter().any(|scenario| scenario.name == **asked);
    if let Some(unknown) = wanted.names.iter().find(|asked| !is_known(asked)) {
        let known: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        return usage(&format!(
            "there is no scenario {unknown:?}; there are: {}",
            known.join(", ")
        ));
    }
    if let Some(file) = &wanted.runs {
        let chosen = scenarios.iter().find(|scenario| wanted.names.contains(&scenario.name));
        let Some(scenario) = chosen else { return usage("--runs is about one scenario") };
        return match write_runs(&wanted.config, scenario, file) {
            Ok(()) => 0,
            Err(problem) => {
                // Nowhere else to complain.
                let _ = writeln!(std::io::stderr(), "{problem}");
                4
            }
        };
    }
    if wanted.position {
        let chosen = scenarios.iter().find(|scenario| wanted.names.contains(&scenario.name));
        let Some(scenario) = chosen else { return usage("--position is about one scenario") };
        let explorer = Explorer::new(wanted.config);
        let body = Rc::clone(&scenario.body);
        let position =
            explorer.position(&scenario.name, move || body(), wanted.schedule.as_deref());
        return match position {
            Ok(position) => {
                // Nobody reads on: nothing left to do.
                let _ = writeln!(std::io::stdout(), "{}", line(&position));
                0
            }
            Err(problem) => usage(&problem.to_string()),
        };
    }
    let mut worst = 0_u8;
    for scenario in scenarios {
        if !wanted.names.is_empty() && !wanted.names.contains(&scenario.name) {
            continue;
        }
        let outcome = match explore(&wanted, scenario) {
            Ok(outcome) => outcome,
            Err(problem) => return usage(&problem),
        };
        // Nobody reads on: nothing left to do.
        if writeln!(std::io::stdout(), "{}", outcome.to_json()).is_err() {
            return 0;
        }
        let code = match outcome.status {
            Status::Proved => 0,
            Status::NotProved if wanted.schedule.is_some() => 0,
            Status::Failed => 1,
            Status::NotProved => 3,
            Status::Refused => 4,
        };
        // A failure says more than a refusal, and that more than a search without an end.
        let weight = |code: u8| [0, 3, 4, 1].iter().position(|&other| other == code);
        if weight(code) > weight(worst) {
            worst = code;
        }
        // Who watches starts another process for the rest, in which a panic is one again.
        if wanted.progress && crate::panic::is_spent() {
            break;
        }
    }
    worst
}

/// Whether outcomes are printed as JSON.
static IS_DRIVER: AtomicBool = AtomicBool::new(false);

/// Ends the process with an outcome that the exploration cannot return, because its thread is stuck in the program.
pub(super) fn give_up(outcome: &Outcome) {
    if IS_DRIVER.load(Ordering::Relaxed) {
        // Nobody to tell, if this fails.
        let _ = writeln!(std::io::stdout(), "{}", outcome.to_json());
    } else {
        let _ = writeln!(std::io::stderr(), "{}: {outcome}", outcome.name);
    }
    std::process::exit(if outcome.is_failed() { 1 } else { 4 });
}

fn explore(wanted: &Wanted, scenario: &Scenario) -> Result<Outcome, String> {
    let mut explorer = Explorer::new(wanted.config.clone());
    if let Some(resume) = &wanted.resume {
        explorer = explorer.resuming(resume.clone());
    }
    let (name, body) = (scenario.name.as_str(), Rc::clone(&scenario.body));
    let body = move || body();
    if let Some(schedule) = &wanted.schedule {
        if wanted.stops {
            return explorer
                .replay_and_stop(name, body, schedule)
                .map_err(|error| error.to_string());
        }
        return explorer.replay(name, body, schedule).map_err(|error| error.to_string());
    }
    let start = Instant::now();
    let mut told = start;
    let progress = wanted.progress;
    let mut see = |seen: &super::Progress<'_>| {
        if !progress
            || !seen.executions.is_multiple_of(256)
            || told.elapsed() < Duration::from_millis(500)
        {
            return;
        }
        told = Instant::now();
        let progress = protocol::Progress {
            name: name.to_owned(),
            executions: seen.executions,
            steps: seen.steps,
            random: seen.random,
            covered: seen.covered,
            estimate: seen.estimate,
            elapsed: start.elapsed(),
        };
        // Progress that nobody reads is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{}", line(&progress));
    };
    match &wanted.from {
        Some(schedule) => {
            explorer.run_from(name, body, schedule, &mut see).map_err(|error| error.to_string())
        }
        None => Ok(explorer.run_watched(name, body, &mut see)),
    }
}

/// Writes every run of a scenario, one a line.
fn write_runs(config: &Config, scenario: &Scenario, file: &str) -> Result<(), String> {
    let explorer = Explorer::new(config.clone());
    let body = Rc::clone(&scenario.body);
    let runs = explorer.runs(&scenario.name, move || body()).map_err(|error| error.to_string())?;
    let lines: Vec<String> = runs.iter().map(line).collect();
    std::fs::write(file, lines.join("\n")).map_err(|error| format!("{file}: {error}"))
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--config" => {
                let text = value()?;
                wanted.config = protocol::read::from_text(&text)
                    .map_err(|error| format!("--config is no Config: {error}"))?;
            }
            "--schedule" => wanted.schedule = Some(value()?),
            "--from" => wanted.from = Some(value()?),
            "--position" => wanted.position = true,
            "--resume" => {
                let text = value()?;
                let read = protocol::read::from_text(&text);
                wanted.resume =
                    Some(read.map_err(|error| format!("--resume is no Resume: {error}"))?);
            }
            "--runs" => wanted.runs = Some(value()?),
            "--progress" => wanted.progress = true,
            "--stops" => wanted.stops = true,
            name if name.starts_with('-') => return Err(format!("unknown argument {name}")),
            name => wanted.names.push(name.to_owned()),
        }
    }
    Ok(wanted)
}

fn usage(problem: &str) -> u8 {
    // Nowhere else to complain.
    let _ = writeln!(
        std::io::stderr(),
        "{problem}\nusage: [--config JSON] [--schedule STRING [--stops]] [--from STRING] [--position] [--progress] [--resume JSON] [--runs FILE] [NAME…]"
    );
    2
}
