//! What the verb prints and writes, and the exit code that it comes to.

use super::graph;
use super::report::{outputs, picture, quoted};
use super::target::Target;
use super::{Misuse, Progress, Search, announce, compile};
use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use cargo_explore::step::Stepped;
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{Memory, Outcome, Status};
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Language, Svg, Terminal, Trace};

/// What to show and where to write.
#[derive(Debug, Clone, Default)]
pub struct Showing {
    /// List every output that the program can have.
    pub outputs: bool,
    /// Write the run as JSON to this file.
    pub json: Option<PathBuf>,
    /// Draw the run as SVG into this file.
    pub svg: Option<PathBuf>,
    /// Write all interleavings as a graph of states to this file.
    pub graph: Option<PathBuf>,
    /// Write the run for Chrome's and Perfetto's trace viewers to this file.
    pub perfetto: Option<PathBuf>,
}

impl Showing {
    /// Whether a file is to be written.
    fn writes(&self) -> bool {
        self.json.is_some() || self.svg.is_some() || self.perfetto.is_some() || self.graph.is_some()
    }
}

/// What came of several scenarios: the last line.
#[derive(Debug, Clone, Default)]
struct Tally {
    /// How many of each kind, in the order in which they are told.
    counts: [(usize, &'static str); 7],
    /// What the proofs do not speak about.
    not_checked: Vec<String>,
}

impl Tally {
    const KINDS: [&'static str; 7] = [
        "proved",
        "failed, as they must",
        "proved, but must fail",
        "failed",
        "not proved",
        "could not be explored",
        "done in part",
    ];

    fn count(&mut self, outcome: &Outcome, verdict: Verdict) {
        let kind = match (verdict, outcome.status) {
            (Verdict::AsItShouldBe, Status::Failed) => 1,
            (Verdict::AsItShouldBe, Status::NotProved) if outcome.part > 0 => 6,
            (Verdict::AsItShouldBe, _) => 0,
            (Verdict::Failed, Status::Proved) => 2,
            (Verdict::Failed, _) => 3,
            (Verdict::NotProved, _) => 4,
            (Verdict::Refused, _) => 5,
        };
        self.counts[kind] = (self.counts[kind].0 + 1, Tally::KINDS[kind]);
        if outcome.status == Status::Proved {
            let new = outcome.not_checked.iter().filter(|line| !self.not_checked.contains(line));
            let new: Vec<String> = new.cloned().collect();
            self.not_checked.extend(new);
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: usize = self.counts.iter().map(|(count, _)| count).sum();
        let each = self.counts.iter().filter(|(count, _)| *count > 0);
        let each: Vec<String> = each.map(|(count, kind)| format!("{count} {kind}")).collect();
        write!(f, "{all} scenarios: {}", each.join("; "))?;
        if !self.not_checked.is_empty() {
            write!(f, "\nnot checked: {}", self.not_checked.join("; "))?;
        }
        Ok(())
    }
}

/// What a search came to as a whole; the exit code of the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// Every scenario is as it should be: proved, or broken where its
    /// documentation says that it must break.
    AsItShouldBe = 0,
    /// Some search ended by its budget, or some run has more steps than it may have, and nothing was found.
    NotProved = 3,
    /// Something cannot be explored.
    Refused = 4,
    /// A scenario fails, or one does not fail that must.
    Failed = 1,
}

impl Verdict {
    /// Of two the one that says more: a failure more than a refusal, and that more than a search without an end.
    fn or_worse(self, other: Verdict) -> Verdict {
        let weight = |verdict: Verdict| match verdict {
            Verdict::AsItShouldBe => 0,
            Verdict::NotProved => 1,
            Verdict::Refused => 2,
            Verdict::Failed => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

/// Explores, and prints what comes of it. With one scenario the run is drawn;
/// with several each gets a line, and what is not as it should be is drawn.
///
/// # Errors
///
/// When something does not compile or takes the driver down, when a file cannot
/// be written, and [`Misuse`].
pub fn show(
    workspace: &Path,
    target: &Target,
    names: &[String],
    search: &Search,
    showing: &Showing,
) -> anyhow::Result<Verdict> {
    search.check()?;
    let scenarios = target.chosen(names)?;
    let must_fail: BTreeSet<String> = target
        .files
        .iter()
        .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
        .filter(|(_, scenario)| scenario.must_fail)
        .map(|(file, scenario)| file.full_name(scenario))
        .collect();
    let alone = scenarios.len() == 1;
    if !alone && search.schedule.is_some() {
        bail!(Misuse("a schedule replays one scenario; name it as well".to_owned()));
    }
    if !alone && showing.writes() {
        bail!(Misuse("a file holds one run; name one scenario".to_owned()));
    }
    let bar = spinner();
    let told = |progress: Progress<'_>| tell(&bar, progress);
    let mut worst = Verdict::AsItShouldBe;
    let mut tally = Tally::default();
    let mut written = Ok(());
    let (foreign, scenarios): (Vec<String>, Vec<String>) =
        scenarios.into_iter().partition(|name| target.foreign(name).is_some());
    let mut report = |outcome: Outcome| {
        let verdict = judge(&outcome, must_fail.contains(&outcome.name), search);
        worst = worst.or_worse(verdict);
        tally.count(&outcome, verdict);
        bar.suspend(|| {
            print(target, &outcome, verdict, must_fail.contains(&outcome.name), alone, showing)
        });
        if alone && written.is_ok() {
            written = write(&quoted(&outcome.run_or_verdict(), &target.root), showing);
        }
    };
    for name in &foreign {
        let functions = target.foreign(name).unwrap_or_default().join(", ");
        report(Outcome::refused(
            name,
            format!(
                "its file declares functions of another language ({functions}), and what they do \
                 cannot be seen; move what does not need them to a file of its own"
            ),
        ));
    }
    // A file without scenarios may be one that rustc has something to say about.
    if !scenarios.is_empty() || foreign.is_empty() {
        let driver = compile(workspace, target, &told)?;
        driver.explore(&scenarios, search, &told, &mut report)?;
        if let ([scenario], Some(path)) = (&scenarios[..], &showing.graph) {
            told(Progress::Search("all its states, for the graph"));
            let (_, graph) = graph::states(&driver, target, scenario, search, Memory::SeqCst)?;
            std::fs::write(path, graph.to_json())
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
    }
    bar.finish_and_clear();
    let left_out = target.left_out().filter(|_| names.is_empty());
    for (name, why) in left_out {
        anstream::println!("{name}  not explored: {why}");
    }
    if !alone {
        anstream::println!("\n{tally}");
    }
    written?;
    Ok(worst)
}

/// Lets somebody decide who goes next in one scenario, and shows the run that comes of it, with the command that shows it again.
///
/// # Errors
///
/// As [`show`].
pub fn step(
    workspace: &Path,
    target: &Target,
    names: &[String],
    search: &Search,
    showing: &Showing,
) -> anyhow::Result<Verdict> {
    search.check()?;
    let scenarios = target.chosen(names)?;
    let [name] = scenarios.as_slice() else {
        bail!(Misuse(format!("--step is about one scenario; name one: {}", scenarios.join(", "))));
    };
    if let Some(functions) = target.foreign(name) {
        bail!("{name} declares functions of another language ({})", functions.join(", "));
    }
    let bar = spinner();
    let driver = compile(workspace, target, &|progress| tell(&bar, progress))?;
    bar.finish_and_clear();
    let (root, language) = (target.root.as_path(), Language::En);
    let stepped = Stepped { driver: &driver, name, search, root, language };
    let (schedule, left_at) = cargo_explore::step::step(stepped, &|_| {})?;
    let search = Search { schedule: Some(schedule.clone()), ..search.clone() };
    let mut verdict = Verdict::AsItShouldBe;
    let mut written = Ok(());
    driver.explore(&scenarios, &search, &|_| {}, &mut |outcome| {
        // It is what somebody chose, and no search: whether it must fail does not matter.
        verdict = judge(&outcome, false, &search);
        print(target, &outcome, verdict, false, true, showing);
        written = write(&quoted(&outcome.run_or_verdict(), &target.root), showing);
    })?;
    // As it was called, but for what is another thing now.
    let command = again(std::env::args().skip(1), &schedule);
    println!("\n{}", cargo_explore::step::epilogue(language, left_at, &command));
    written.map(|()| verdict)
}

/// The command that shows a run again: the call, with this schedule.
fn again(arguments: impl Iterator<Item = String>, schedule: &str) -> String {
    let mut words = vec!["cargo run -p harness --".to_owned()];
    let mut arguments = arguments.peekable();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--step" => {}
            "--schedule" => drop(arguments.next()),
            other if other.starts_with("--schedule=") => {}
            other if other.contains(|c: char| !c.is_alphanumeric() && !"-_./:,=".contains(c)) => {
                words.push(format!("'{}'", other.replace('\'', "'\\''")));
            }
            other => words.push(other.to_owned()),
        }
    }
    format!("{} --schedule '{schedule}'", words.join(" "))
}

/// Records a real run of one scenario and draws it.
///
/// # Errors
///
/// When something does not compile, the program ends its process, or a file
/// cannot be written, and [`Misuse`].
pub fn show_record(
    workspace: &Path,
    target: &Target,
    name: &str,
    showing: &Showing,
) -> anyhow::Result<()> {
    // A scenario is made to be explored; who names something that is both means the program.
    let scenarios = match target.program(name) {
        Some(program) => vec![program],
        None => target.chosen(&[name.to_owned()])?,
    };
    let [scenario] = &scenarios[..] else {
        bail!(Misuse(format!("{name} names several: {}", scenarios.join(", "))));
    };
    let bar = spinner();
    let driver = compile(workspace, target, &|progress| tell(&bar, progress))?;
    bar.finish_and_clear();
    let trace = quoted(&driver.record(scenario)?, &target.root);
    let colour = std::io::stdout().is_terminal();
    anstream::print!("\n{}", Terminal { colour, ..Terminal::default() }.draw(&trace));
    write(&trace, showing)
}

fn spinner() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Shows what is going on. Where nothing can be overwritten, only the longest
/// wait gets a line.
fn tell(bar: &ProgressBar, progress: Progress<'_>) {
    bar.set_message(progress.to_string());
    if bar.is_hidden() {
        announce(progress);
    }
}

fn judge(outcome: &Outcome, must_fail: bool, search: &Search) -> Verdict {
    match (outcome.status, must_fail) {
        // A search that was given up has no run to show, and shows nothing.
        (Status::Failed, _) if outcome.trace.is_none() => Verdict::Refused,
        (Status::Failed, true) | (Status::Proved, false) => Verdict::AsItShouldBe,
        (Status::Failed, false) | (Status::Proved, true) => Verdict::Failed,
        // A replay that ends well is all that was asked for.
        (Status::NotProved, _) if search.schedule.is_some() && outcome.too_long == 0 => {
            Verdict::AsItShouldBe
        }
        // Its part of the search is done. That it must fail, only all parts together show.
        (Status::NotProved, _) if outcome.part > 0 => Verdict::AsItShouldBe,
        (Status::NotProved, _) => Verdict::NotProved,
        (Status::Refused, _) => Verdict::Refused,
    }
}

fn print(
    target: &Target,
    outcome: &Outcome,
    verdict: Verdict,
    must_fail: bool,
    alone: bool,
    showing: &Showing,
) {
    let style = match verdict {
        Verdict::AsItShouldBe => AnsiColor::Green.on_default(),
        Verdict::NotProved | Verdict::Refused => AnsiColor::Yellow.on_default(),
        Verdict::Failed => AnsiColor::Red.on_default().bold(),
    };
    let strong = Style::new().bold();
    let remark = match (outcome.status, must_fail) {
        (Status::Failed, true) if outcome.trace.is_some() => ", as it must",
        (Status::Proved, true) => ", but it must fail",
        _ => "",
    };
    anstream::println!(
        "{strong}{}{strong:#}  {style}{}{remark}{style:#}",
        outcome.name,
        outcome.verdict()
    );
    // What was not explored has no run to show.
    if verdict != Verdict::Refused && (alone || verdict != Verdict::AsItShouldBe) {
        let colour = std::io::stdout().is_terminal();
        anstream::print!("\n{}", picture(outcome, &target.root, colour));
    }
    if showing.outputs {
        print!("\n{}", outputs(outcome));
    }
}

/// Writes a run to the files that are asked for.
fn write(trace: &Trace, showing: &Showing) -> anyhow::Result<()> {
    let files: [(&Option<PathBuf>, &dyn Fn() -> String); 3] = [
        (&showing.json, &|| trace.to_json()),
        (&showing.svg, &|| Svg::default().draw(trace)),
        (&showing.perfetto, &|| trace.to_perfetto()),
    ];
    for (path, text) in files {
        if let Some(path) = path {
            std::fs::write(path, text())
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
    }
    Ok(())
}
