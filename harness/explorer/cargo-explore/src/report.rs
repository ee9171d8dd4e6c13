//! How what came of a scenario is shown.

use protocol::{Outcome, Status};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use trace::{SourceFiles, Terminal, Trace};

/// The verdict with its bounds, and the run if there is one, as a picture
/// for the terminal, with the source lines below `root`.
pub fn picture(outcome: &Outcome, root: &Path, colour: bool) -> String {
    drawn(outcome, root, Terminal { colour, ..Terminal::default() })
}

/// As [`picture`], in this language and width.
pub fn drawn(outcome: &Outcome, root: &Path, terminal: Terminal) -> String {
    let trace = quoted(&outcome.run_or_verdict(), root);
    Terminal { rows: Some(rows(outcome)), ..terminal }.draw(&trace)
}

/// How many rows of the run are worth a look in the terminal. One without an end
/// repeats itself until it is stopped.
fn rows(outcome: &Outcome) -> usize {
    if outcome.too_long > 0 || outcome.failure() == "livelock" { 40 } else { 400 }
}

/// Every output that was seen, each as it would be printed, with the
/// schedule that produces it.
pub fn outputs(outcome: &Outcome) -> String {
    let mut text = String::new();
    if outcome.outputs.is_empty() {
        text.push_str("no run came to its end, so there is no output to list\n");
    } else if outcome.status != Status::Proved {
        text.push_str("the search did not cover everything; there may be other outputs\n");
    }
    for (i, output) in outcome.outputs.iter().enumerate() {
        let _ = writeln!(
            text,
            "── output {} of {} ── schedule {}",
            i + 1,
            outcome.outputs.len(),
            output.schedule
        );
        for line in output.stdout.lines() {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// Files of the stand-ins.
const OURS: [&str; 2] = ["explorer/engine/src/", "explorer/test/src/"];

/// The run with the source lines that it names.
pub fn quoted(run: &Trace, root: &Path) -> Trace {
    let mut trace = run.clone();
    for step in &mut trace.steps {
        // The end of `main` is a call of the explorer's own.
        step.at.take_if(|at| OURS.iter().any(|ours| at.file.contains(ours)));
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

/// A sentence in which files are named as in [`quoted`] runs.
pub fn shortened(sentence: &str, root: &Path) -> String {
    let folders = [Some(root.to_owned()), registry()].into_iter().flatten();
    folders.fold(sentence.to_owned(), |sentence, folder| {
        sentence.replace(&format!(" {}/", folder.display()), " ")
    })
}

/// Where cargo keeps the sources of crates from its registry.
fn registry() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let mut indexes = std::fs::read_dir(home.join("registry/src")).ok()?.flatten();
    indexes.next().map(|index| index.path())
}
