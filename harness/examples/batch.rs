//! What a batch of submissions costs: `cargo run -p harness --example batch -- 100 [--kill]`, after `cargo build --release -p harness`, which
//! is what is measured, or with `--harness FILE` another.
//!
//! Of a hundred submissions of 07-queue, 60 are right, 30 wrong and 10 hostile, of which 3 run into a limit of 2 s. No two are alike. With
//! `--kill`, the grader is killed when half of the results are there, and started again.

use anyhow::{Context, bail, ensure};
use harness::grading::assignment::Assignment;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Of each ten hostile ones, what their `put` does first.
const HOSTILE: [&str; 10] = [
    "loop { std::hint::spin_loop() }",
    "let mut n = 0_u64; loop { n = std::hint::black_box(n + 1); }",
    "fn deeper(n: u64) -> u64 { if n == 1 { n } else { deeper(std::hint::black_box(n * 2)) } } loop { deeper(2); }",
    "std::process::exit(0);",
    "unsafe { std::hint::unreachable_unchecked() }",
    "let _ = include_str!(\"/etc/passwd\");",
    "let all = vec![1_u8; 1 << 40]; assert!(all[7] == 1);",
    "let line = \"x\".repeat(4096); loop { println!(\"{line}\"); }",
    "fn deeper(n: u64) -> u64 { let room = std::hint::black_box([n; 64]); deeper(n + 1) + room[3] } deeper(0);",
    "while let Ok(_) = std::thread::Builder::new().spawn(|| loop { std::thread::park() }) {}",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count: usize = arguments.first().map_or(Ok(100), |count| count.parse())?;
    let kill = arguments.iter().any(|argument| argument == "--kill");
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let assignment = "chapters/07-queue/assignment";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?;
    copy(&root.join(assignment), &path("course").join(assignment))?;
    limit(&path("course").join(assignment).join("assignment.toml"))?;
    let expected = make(&Assignment::load(root, "07-queue")?, &path("submissions"), count)?;

    let named = arguments.iter().skip_while(|argument| *argument != "--harness").nth(1);
    let harness = named.map_or_else(|| root.join("target/release/harness"), PathBuf::from);
    ensure!(harness.exists(), "first: cargo build --release -p harness");
    let mut command = Command::new(harness);
    command.arg("grade").arg(path("submissions")).args(["--assignment", "07-queue", "--course"]);
    command.arg(path("course")).arg("--out").arg(path("out")).stdout(Stdio::piped());
    let start = Instant::now();
    let mut peaks = Vec::new();
    if kill {
        peaks.push(run(&mut command, Some(count / 2))?);
        let before = graded(&path("out"))?.len();
        println!("killed when {before} of {count} results were there");
        ensure!(before < count, "there was nothing left to do");
    }
    peaks.push(run(&mut command, None)?);
    let took = start.elapsed().as_secs_f64();

    let results = graded(&path("out"))?;
    let names: BTreeSet<&String> = results.iter().map(|(name, _)| name).collect();
    ensure!(results.len() == count && names.len() == count, "results are lost or doubled");
    let book = std::fs::read_to_string(path("out").join("gradebook.csv"))?;
    ensure!(book.lines().count() == count + 1, "the grade book has other rows");
    for (name, result) in &results {
        let passes = result["score"] == result["max"];
        ensure!(result["status"] != "cannot_tell", "{name}: {}", result["checks"]);
        ensure!(passes == expected.contains(name), "{name} has {}: {result:#}", result["score"]);
    }
    let peak = |(first, last): (u64, u64)| {
        format!("{} MB after ten results, {} MB at most", first >> 10, last >> 10)
    };
    let peaks: Vec<String> = peaks.into_iter().map(peak).collect();
    println!("{count} submissions in {took:.1} s; the grader had {}", peaks.join("; again: "));
    Ok(())
}

/// Runs the grader to its end, or until it has told of so many results. What memory it had after ten results and at its most, in KB.
fn run(command: &mut Command, until: Option<usize>) -> anyhow::Result<(u64, u64)> {
    let mut run = command.spawn()?;
    let lines = BufReader::new(run.stdout.take().context("a pipe")?).lines();
    let status = format!("/proc/{}/status", run.id());
    let (mut first, mut last) = (0, 0);
    for (number, line) in lines.enumerate() {
        line?;
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        last = peak.and_then(|kb| kb.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(last);
        if number == 10 {
            first = last;
        }
        if until == Some(number) {
            run.kill()?;
            run.wait()?;
            return Ok((first, last));
        }
    }
    match run.wait()?.code() {
        Some(1) => Ok((first, last)),
        code => bail!("the grader ended with {code:?}"),
    }
}

/// Gives every check two seconds.
fn limit(manifest: &Path) -> anyhow::Result<()> {
    let mut table: toml::Table = std::fs::read_to_string(manifest)?.parse()?;
    let checks = table.get_mut("check").and_then(|checks| checks.as_array_mut());
    for check in checks.context("there are checks")? {
        let check = check.as_table_mut().context("a check is a table")?;
        let limits = check.entry("limits").or_insert_with(|| toml::Table::new().into());
        limits.as_table_mut().context("limits are a table")?.insert("seconds".into(), 2.into());
    }
    Ok(std::fs::write(manifest, toml::to_string(&table)?)?)
}

/// Makes the submissions, and returns the names of the right ones.
fn make(assignment: &Assignment, to: &Path, count: usize) -> anyhow::Result<BTreeSet<String>> {
    let right = ["alternatives/leader_and_followers".to_owned(), "solution".to_owned()];
    let wrong = assignment.manifest.wrong.iter().map(|wrong| format!("wrong/{}", wrong.name));
    let wrong: Vec<String> = wrong.collect();
    let mut passing = BTreeSet::new();
    for number in 0..count {
        let name = format!("student-{number:04}");
        let kind = number % 10;
        let from: &str = match kind {
            0..6 => &right[number % right.len()],
            6..9 => &wrong[number / 10 % wrong.len()],
            _ => "solution",
        };
        let (_, source) = assignment.sample(from)?.files.remove(0);
        let mut text = String::from_utf8(source)?;
        if kind == 9 {
            let put = "due: Instant) -> Result<(), T> {\n";
            ensure!(text.contains(put), "the solution has another `put`");
            text = text.replace(put, &format!("{put}        {}\n", HOSTILE[number / 10 % 10]));
        }
        if kind < 6 {
            passing.insert(name.clone());
        }
        // Code and not only a comment: nothing that was compiled before is the same.
        text += &format!(
            "\n/// Written by {name}.\npub fn written_by() -> &'static str {{\n    \"{name}, {}\"\n}}\n",
            number * 7919
        );
        let source = to.join(&name).join("src");
        std::fs::create_dir_all(&source)?;
        std::fs::write(source.join("lib.rs"), text)?;
    }
    Ok(passing)
}

fn graded(out: &Path) -> anyhow::Result<Vec<(String, serde_json::Value)>> {
    let mut results = Vec::new();
    for entry in std::fs::read_dir(out.join("results"))? {
        let result: serde_json::Value = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
        results.push((result["submission"].as_str().context("a name")?.to_owned(), result));
    }
    Ok(results)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => drop(std::fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}
