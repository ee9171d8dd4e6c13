//! Searches that go on after a kill, and searches in parts, of tests of a crate.

use crate::crates::{Crates, Seen};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// 10!/(2!)^5, as often as five threads that add twice can be put in order.
const ALL: u64 = 113_400;
/// What hangs is given up after this; nothing depends on it otherwise.
const DEADLINE: Duration = Duration::from_secs(240);
/// No budget of time, so that nothing depends on the machine.
const BOUNDS: [&str; 6] =
    ["--offline", "--no-memory", "--time", "100000", "--schedules", "1000000"];

/// How many pieces are in a journal.
fn pieces(journal: &Path) -> usize {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    text.lines().filter(|line| line.split('\t').nth(1) == Some("piece")).count()
}

/// Starts a search of the test that takes long enough, and sends it a signal as soon as a piece is written down.
fn interrupted(crates: &Crates, test: &str, journal: &Path, by: Signal) -> Seen {
    let more = ["--exact", test, "--resume", journal.to_str().unwrap()];
    let mut command = crates.command("large", &[&BOUNDS[..], &more].concat());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = command.spawn().unwrap();
    let start = Instant::now();
    while pieces(journal) == 0 && child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < DEADLINE, "it writes nothing");
        // What is waited for happens in another process.
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_raw(child.id().try_into().unwrap()).unwrap(), by).unwrap();
    child.wait_with_output().unwrap().into()
}

/// The number before these words.
#[track_caller]
fn number(text: &str, words: &str) -> u64 {
    let before = text.split_once(words).unwrap_or_else(|| panic!("no “{words}” in {text}")).0;
    before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap()
}

/// The line with the verdict on a test.
#[track_caller]
fn verdict(seen: &Seen, test: &str) -> String {
    let line = seen.stdout.lines().find(|line| line.trim_start().starts_with(test));
    line.unwrap_or_else(|| panic!("no verdict in:\n{}\n{}", seen.stdout, seen.stderr)).to_owned()
}

#[test]
fn a_search_that_is_killed_goes_on_and_one_that_is_stopped_says_how() {
    let crates = Crates::new();
    let journal = crates.path().join("killed.journal");
    let shared = "tests::shared";
    let path = journal.to_str().unwrap();
    let whole = |path: &str| {
        let more = ["--exact", shared, "--resume", path];
        crates.explore("large", &[&BOUNDS[..], &more].concat())
    };
    interrupted(&crates, shared, &journal, Signal::KILL);
    assert!(pieces(&journal) > 0);
    let resumed = whole(path);
    resumed.says(0, &["1 test: 1 proved"]);
    // As if nobody had disturbed it.
    let undisturbed = whole(crates.path().join("undisturbed.journal").to_str().unwrap());
    assert_eq!(verdict(&resumed, shared), verdict(&undisturbed, shared));
    // Once more there is nothing left to do.
    let known = std::fs::read(&journal).unwrap();
    assert_eq!(verdict(&whole(path), shared), verdict(&undisturbed, shared));
    assert_eq!(std::fs::read(&journal).unwrap(), known);
    let stopped = crates.path().join("it's.journal");
    let seen = interrupted(&crates, "tests::many", &stopped, Signal::INT);
    let quoted = stopped.to_str().unwrap().replace('\'', "'\\''");
    seen.says(130, &["to go on: cargo explore ", &format!("--resume '{quoted}'")]);
}

#[test]
fn parts_of_a_test_are_put_together() {
    let crates = Crates::new();
    let journal = |part: &str| crates.path().join(part).to_str().unwrap().to_owned();
    let explore = |more: &[&str]| {
        crates.explore("large", &[&BOUNDS[..], &["--exact", "tests::shared"], more].concat())
    };
    for part in ["1", "2"] {
        let seen = explore(&["--shard", &format!("{part}/2"), "--resume", &journal(part)]);
        seen.says(0, &[&format!("tests::shared  part {part} of 2 is done: "), "1 done in part"]);
    }
    let merged = explore(&["--merge", &journal("1"), &journal("2")]);
    merged.says(0, &["1 test: 1 proved"]);
    let told = verdict(&merged, "tests::shared");
    let executions = number(&told, " executions cover every interleaving (2 parts");
    assert_eq!(executions - number(&told, " of the executions repeat others"), ALL, "{told}");
    explore(&["--merge", &journal("1")]).says(4, &["part 2 of 2 is missing"]);
    explore(&["--shard", "3/2", "--resume", &journal("3")]).says(2, &["3/8: the third of eight"]);
}
