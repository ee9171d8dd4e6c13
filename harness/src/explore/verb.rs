//! What the verb prints and writes, and the exit code that it comes to.

use super::report::{Outcome, Status, quoted};
use super::target::Target;
use super::{Search, explore, record};
use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Svg, Terminal, Trace};

/// What to show and where to write.
#[derive(Debug, Clone, Default)]
pub struct Showing {
    /// List every output that the program can have.
    pub outputs: bool,
    /// Write the run as JSON to this file.
    pub json: Option<PathBuf>,
    /// Draw the run as SVG into this file.
    pub svg: Option<PathBuf>,
    /// Write the run for Chrome's and Perfetto's trace viewers to this file.
    pub perfetto: Option<PathBuf>,
}

/// What a search came to as a whole; the exit code of the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// Every scenario is as it should be: proved, or broken where its
    /// documentation says that it must break.
    AsItShouldBe = 0,
    /// Some search ended by its budget, and found nothing.
    NotProved = 3,
    /// Something cannot be explored.
    Refused = 4,
    /// A scenario fails, or one does not fail that must.
    Failed = 1,
}

/// Explores, and prints what comes of it. With one scenario the run is drawn;
/// with several each gets a line, and what is not as it should be is drawn.
///
/// # Errors
///
/// As [`explore`], and when a file cannot be written.
pub fn show(
    workspace: &Path,
    target: &Target,
    names: &[String],
    search: &Search,
    showing: &Showing,
) -> anyhow::Result<Verdict> {
    let scenarios = target.chosen(names)?;
    let must_fail: BTreeSet<String> = target
        .files
        .iter()
        .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
        .filter(|(_, scenario)| scenario.must_fail)
        .map(|(file, scenario)| file.full_name(scenario))
        .collect();
    let bar = spinner();
    let mut worst = Verdict::AsItShouldBe;
    let mut written = Ok(());
    let alone = scenarios.len() == 1;
    explore(
        workspace,
        target,
        &scenarios,
        search,
        &|text| bar.set_message(text.to_owned()),
        &mut |outcome| {
            let verdict = judge(&outcome, must_fail.contains(&outcome.name));
            worst = worst.max(verdict);
            bar.suspend(|| {
                print(target, &outcome, verdict, must_fail.contains(&outcome.name), alone, showing)
            });
            if let (true, Some(trace)) = (alone && written.is_ok(), &outcome.trace) {
                written = write(&quoted(trace, &target.root), showing);
            }
        },
    )?;
    bar.finish_and_clear();
    written?;
    Ok(worst)
}

/// Records a real run of one scenario and draws it.
///
/// # Errors
///
/// As [`record`], and when a file cannot be written.
pub fn show_record(
    workspace: &Path,
    target: &Target,
    name: &str,
    showing: &Showing,
) -> anyhow::Result<()> {
    let scenarios = target.chosen(&[name.to_owned()])?;
    let [scenario] = &scenarios[..] else {
        bail!("{name} names several: {}", scenarios.join(", "));
    };
    let trace = quoted(&record(workspace, target, scenario)?, &target.root);
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

fn judge(outcome: &Outcome, must_fail: bool) -> Verdict {
    match (outcome.status, must_fail) {
        // A search that was given up has no run to show, and shows nothing.
        (Status::Failed, _) if outcome.trace.is_none() => Verdict::Refused,
        (Status::Failed, true) | (Status::Proved, false) => Verdict::AsItShouldBe,
        (Status::Failed, false) | (Status::Proved, true) => Verdict::Failed,
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
    if alone || verdict != Verdict::AsItShouldBe {
        let colour = std::io::stdout().is_terminal();
        anstream::print!("\n{}", outcome.picture(&target.root, colour));
    }
    if showing.outputs {
        print!("\n{}", outcome.outputs());
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
