//! The test suites of crates as they were released, each explored by `cargo explore`, and a table of what came of them.
//!
//! ```console
//! cargo run -p cargo-explore --example suites -- --seconds 60 --minutes 20
//! ```
//!
//! What is known of a crate is kept below `target/suites`, so that a run that was interrupted goes on where it was, with the crate that it was at.
//! With names, only those crates are explored, anew. `--table` explores nothing, and writes what is known into `suites/README.md`.

use anyhow::{Context, bail};
use clap::Parser;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The crates.
const CRATES: [(&str, &str); 10] = [
    ("crossbeam-channel", "0.5.17"),
    ("crossbeam-utils", "0.8.23"),
    ("crossbeam-queue", "0.3.14"),
    ("parking_lot", "0.12.5"),
    ("once_cell", "1.21.4"),
    ("arc-swap", "1.9.5"),
    ("event-listener", "5.4.2"),
    ("async-channel", "2.5.0"),
    ("oneshot", "0.2.1"),
    ("flume", "0.12.0"),
];

#[derive(Parser)]
struct Arguments {
    /// Only these crates, even if they were explored before
    names: Vec<String>,
    /// The longest exhaustive search of a test
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Its most executions
    #[arg(long, default_value_t = 1_000_000)]
    schedules: u64,
    /// The longest time for a crate, after it was compiled
    #[arg(long, default_value_t = 20)]
    minutes: u64,
    /// Only write the table, of what is known
    #[arg(long)]
    table: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../../../target/suites");
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    for (name, version) in CRATES {
        let asked = arguments.names.iter().any(|asked| asked == name);
        let known = result(&folder, name, version).exists();
        if arguments.table || !asked && (known || !arguments.names.is_empty()) {
            continue;
        }
        eprintln!("{name} {version}");
        let came = explore(&folder, name, version, &arguments);
        let came = came.unwrap_or_else(|error| json!({ "trouble": format!("{error:#}") }));
        std::fs::write(result(&folder, name, version), serde_json::to_vec_pretty(&came)?)?;
    }
    if arguments.table { write_table(here, &folder) } else { Ok(()) }
}

/// What is added to a manifest. Few tests join the threads that they start.
const ADDED: &str = "[workspace]\n\n[package.metadata.explore]\ndetached = true\n";

fn result(folder: &Path, name: &str, version: &str) -> PathBuf {
    folder.join(format!("{name}-{version}.json"))
}

/// The source of a crate as it was released, with its tests, as a workspace of its own.
fn source(folder: &Path, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let copy = folder.join(format!("{name}-{version}"));
    if copy.is_dir() {
        return Ok(copy);
    }
    let asks = folder.join("asks");
    std::fs::create_dir_all(asks.join("src"))?;
    std::fs::write(asks.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"asks\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{name} = \"={version}\"\n"
    );
    std::fs::write(asks.join("Cargo.toml"), manifest)?;
    let metadata = output(Command::new("cargo").arg("metadata").current_dir(&asks))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo names packages")?;
    let package = packages.iter().find(|package| package["name"] == name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let released = Path::new(manifest.context("cargo has fetched it")?).parent();
    let half = copy.with_extension("half");
    output(Command::new("cp").arg("-r").arg(released.context("it has a folder")?).arg(&half))?;
    let manifest = half.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest)?;
    std::fs::write(&manifest, format!("{text}\n{ADDED}"))?;
    std::fs::rename(&half, &copy)?;
    Ok(copy)
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Explores the tests of a crate. Returns what is known of them afterwards.
fn explore(
    folder: &Path,
    name: &str,
    version: &str,
    arguments: &Arguments,
) -> anyhow::Result<Value> {
    let source = source(folder, name, version)?;
    let command = std::env::current_exe()?
        .ancestors()
        .map(|folder| folder.join("cargo-explore"))
        .find(|command| command.is_file())
        .context("there is no cargo-explore; `cargo build -p cargo-explore` makes it")?;
    let errors = folder.join(format!("{name}-{version}.err"));
    let call = |more: &[&str]| -> anyhow::Result<Command> {
        let mut call = Command::new(&command);
        call.arg("explore").args(more).current_dir(&source).stdin(Stdio::null());
        call.stderr(File::create(&errors)?).env_remove("CARGO_TARGET_DIR");
        Ok(call)
    };
    // What is compiled is not counted.
    if !call(&["--no-run"])?.status()?.success() {
        let text = std::fs::read_to_string(&errors)?;
        // Where only an allocator is in the way, the rest is explored.
        if let Some(error) = text.lines().find(|line| line.starts_with("error")) {
            return Ok(json!({ "trouble": error }));
        }
    }
    let (seconds, schedules) = (arguments.seconds.to_string(), arguments.schedules.to_string());
    let limits = ["--time", &seconds, "--schedules", &schedules];
    let mut call = call(&[&["--message-format", "json"][..], &limits].concat())?;
    let mut child = call.stdout(Stdio::piped()).spawn()?;
    let deadline = Instant::now() + Duration::from_secs(60 * arguments.minutes);
    let lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    let (sender, received) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut stopped = false;
    let mut events = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let patience = if stopped { Duration::from_secs(600) } else { left };
        match received.recv_timeout(patience) {
            Ok(line) => events.extend(kept(&line)),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(_) if stopped => bail!("it does not stop"),
            Err(_) => {
                interrupt(&child)?;
                stopped = true;
            }
        }
    }
    child.wait()?;
    if !events.iter().any(|event: &Value| event["event"] == "end") {
        let text = std::fs::read_to_string(&errors)?;
        let error = text.lines().find(|line| line.starts_with("error"));
        bail!("it ended in the middle: {}", error.unwrap_or_default());
    }
    Ok(json!({ "seconds": arguments.seconds, "minutes": arguments.minutes, "events": events }))
}

/// As Ctrl-C does.
fn interrupt(child: &Child) -> anyhow::Result<()> {
    output(Command::new("kill").args(["-INT", &child.id().to_string()])).map(drop)
}

/// What is kept of a line.
fn kept(line: &str) -> Option<Value> {
    let mut event: Value = serde_json::from_str(line).ok()?;
    if event["event"] == "progress" {
        return None;
    }
    // Runs are long, and `schedule` shows them again.
    event.as_object_mut()?.remove("run");
    Some(event)
}

/// What came of the tests of a crate.
#[derive(Default)]
struct Row {
    counts: BTreeMap<String, usize>,
    not_reached: u64,
    left_out: usize,
    notes: Vec<String>,
}

impl Row {
    fn of(came: &Value) -> Row {
        let mut row = Row::default();
        if let Some(trouble) = came["trouble"].as_str() {
            row.notes.push(format!("not explored: {trouble}"));
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        for event in came["events"].as_array().into_iter().flatten() {
            match event["event"].as_str() {
                Some("test") => {
                    let verdict = text(&event["verdict"]);
                    let test = format!("`{} {}`", text(&event["target"]), text(&event["name"]));
                    match verdict.as_str() {
                        "failed" | "unless_early" => {
                            row.notes.push(format!("{test} {}", text(&event["says"])))
                        }
                        "refused" => *refused.entry(text(&event["says"])).or_default() += 1,
                        _ => {}
                    }
                    *row.counts.entry(verdict).or_default() += 1;
                }
                Some("ignored") => *row.counts.entry("ignored".to_owned()).or_default() += 1,
                Some("left_out") => {
                    row.left_out += 1;
                    row.notes.push(format!("{}: {}", text(&event["what"]), text(&event["why"])));
                }
                Some("end") => row.not_reached = event["not_reached"].as_u64().unwrap_or_default(),
                _ => {}
            }
        }
        let mut events = came["events"].as_array().into_iter().flatten();
        if came["events"].is_array() && !events.any(|event| event["event"] == "end") {
            row.notes
                .push("it ended in the middle: what was not reached is not counted".to_owned());
        }
        row.notes.extend(refused.into_iter().map(|(why, times)| format!("{times} × {why}")));
        row
    }
}

/// What it runs on.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name\t: "));
    format!("{cores} cores, {}", model.unwrap_or("of a kind that is not known"))
}

/// Writes what is known of all crates below the table's head in the README.
fn write_table(here: &Path, folder: &Path) -> anyhow::Result<()> {
    let readme = here.join("suites/README.md");
    let text = std::fs::read_to_string(&readme)?;
    let (head, before) = text.split_once(TABLE).context("the README has a table")?;
    let mut table = String::from(TABLE);
    table.push_str("|---|---|---|---|---|---|---|---|---|\n");
    let mut notes = String::new();
    let mut elsewhere = false;
    for (name, version) in CRATES {
        let Ok(text) = std::fs::read(result(folder, name, version)) else {
            // What was explored elsewhere stays as it is.
            let (row, own) = written(before, &format!("{name} {version}"));
            elsewhere |= !row.is_empty();
            table.push_str(&row);
            notes.push_str(&own);
            continue;
        };
        let came: Value = serde_json::from_slice(&text)?;
        let budget = match (came["seconds"].as_u64(), came["minutes"].as_u64()) {
            (Some(seconds), Some(minutes)) => format!("{seconds} s, {minutes} min"),
            _ => String::new(),
        };
        let row = Row::of(&came);
        let count = |what: &str| row.counts.get(what).copied().unwrap_or_default();
        let columns = ["proved", "not_proved", "unless_early", "refused", "failed", "ignored"];
        let columns = columns.map(count);
        let columns = columns.map(|number| number.to_string()).join(" | ");
        let _ =
            writeln!(table, "| {name} {version} | {budget} | {columns} | {} |", row.not_reached);
        if !row.notes.is_empty() {
            let _ = write!(notes, "\n**{name} {version}**\n\n");
        }
        for note in row.notes {
            let note: String = note.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(notes, "- {}", note.replace(&*folder.to_string_lossy(), "…"));
        }
    }
    let others = if elsewhere { "; some rows before that, on other machines" } else { "" };
    std::fs::write(readme, format!("{head}{table}\nMade on {}{others}.\n{notes}", machine()))?;
    Ok(())
}

/// The row of a crate in what the README has below the table's head, and its notes.
fn written(table: &str, of: &str) -> (String, String) {
    let row = table.lines().find(|line| line.starts_with(&format!("| {of} |")));
    let begins = format!("\n**{of}**\n");
    let notes = table.find(&begins).map(|at| {
        let (heading, rest) = table[at..].split_at(begins.len());
        let rest = rest.find("\n**").map_or(rest, |end| &rest[..end]);
        format!("{heading}{rest}")
    });
    (row.map_or(String::new(), |row| format!("{row}\n")), notes.unwrap_or_default())
}

/// The head of the table.
const TABLE: &str = "| crate | budget | proved | not proved | unless early | refused | failed | ignored | not reached |\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_explored_elsewhere_stays() {
        let table = "|---|\n| a 1.0 | 5 s |\n| b 2.0 | 2 s |\n\nMade on 2 cores.\n\n**a 1.0**\n\n- one\n- two\n\n**b 2.0**\n\n- three\n";
        let notes = |of: &str, notes: &str| format!("\n**{of}**\n\n{notes}");
        let is = |of: &str, row: &str, own: &str| {
            assert_eq!(written(table, of), (row.to_owned(), own.to_owned()));
        };
        is("a 1.0", "| a 1.0 | 5 s |\n", &notes("a 1.0", "- one\n- two\n"));
        is("b 2.0", "| b 2.0 | 2 s |\n", &notes("b 2.0", "- three\n"));
        is("c 3.0", "", "");
    }
}
