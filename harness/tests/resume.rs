//! `harness explore --resume`: killed, stopped, and gone on with.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// What hangs is given up after this; nothing depends on it otherwise.
const DEADLINE: Duration = Duration::from_secs(240);

/// `harness explore long.rs` of this scenario, with this journal.
fn explore(scenario: &str, journal: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command
        .args(["explore", "long.rs", scenario, "--no-memory", "--schedules", "100000000"])
        .args(["--time", "100000", "--resume"])
        .arg(journal)
        .args(more)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd"))
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The line with the verdict.
#[track_caller]
fn verdict(output: &Output) -> String {
    let all = text(output);
    let line = all.lines().find(|line| line.starts_with("long/"));
    line.unwrap_or_else(|| panic!("no verdict in:\n{all}")).to_owned()
}

/// How many pieces are in a journal.
fn pieces(journal: &Path) -> usize {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    text.lines().filter(|line| line.split('\t').nth(1) == Some("piece")).count()
}

/// Starts a search, and returns as soon as it has written down so many pieces, or has ended.
fn until(pieces_there: usize, command: &mut Command, journal: &Path) -> Child {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while pieces(journal) < pieces_there && child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < DEADLINE, "it writes nothing");
        // What is waited for happens in another process.
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn a_search_that_is_killed_goes_on_and_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| -> PathBuf { folder.path().join(name) };
    let whole = explore("long", &file("whole"), &["--jobs", "2"]).output().unwrap();
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
    assert!(verdict(&whole).starts_with("long/long  proved: 3465"), "{}", verdict(&whole));
    let journal = file("killed");
    for (kill, jobs) in ["1", "2", "2"].into_iter().enumerate() {
        let mut command = explore("long", &journal, &["--jobs", jobs]);
        let mut child = until(kill + 1, &mut command, &journal);
        signal(&child, Signal::KILL);
        child.wait().unwrap();
    }
    assert!(pieces(&journal) > 0);
    let again = explore("long", &journal, &["--jobs", "2"]).output().unwrap();
    assert_eq!(verdict(&again), verdict(&whole), "{}", text(&again));
    assert_eq!(pieces(&journal), pieces(&file("whole")));
    // Once more there is nothing left to do.
    let known = std::fs::read(&journal).unwrap();
    let again = explore("long", &journal, &["--jobs", "2"]).output().unwrap();
    assert_eq!(verdict(&again), verdict(&whole));
    assert_eq!(std::fs::read(&journal).unwrap(), known);
    // What is another search is told apart.
    let other = explore("long", &journal, &["--spurious", "1"]).output().unwrap();
    assert_eq!(other.status.code(), Some(4), "{}", text(&other));
    assert!(text(&other).contains("other bounds (spurious 0, and now 1)"), "{}", text(&other));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd/small.rs");
    let before = std::fs::read(&source).unwrap();
    let other = explore("long", &source, &[]).output().unwrap();
    assert_eq!(other.status.code(), Some(4), "{}", text(&other));
    assert!(text(&other).contains("small.rs is no journal"), "{}", text(&other));
    assert_eq!(std::fs::read(&source).unwrap(), before);
}

#[test]
fn who_presses_control_c_is_told_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("it's.journal");
    let child = until(1, &mut explore("very_long", &journal, &[]), &journal);
    signal(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output));
    let told = format!(
        "to go on: cargo run -p harness -- explore long.rs very_long --no-memory --schedules 100000000 --time 100000 --resume '{}'",
        journal.display().to_string().replace('\'', "'\\''")
    );
    assert!(text(&output).contains(&told), "{told}\n{}", text(&output));
    assert!(pieces(&journal) > 0);
}

/// The number before these words.
fn number(text: &str, words: &str) -> u64 {
    let before = text.split_once(words).unwrap_or_else(|| panic!("no “{words}” in {text}")).0;
    let number = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    number.parse().unwrap()
}

#[test]
fn parts_are_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let journal = |part: &str| folder.path().join(part);
    let merge = |parts: &[&str]| {
        let mut command = explore("long", &journal("none"), &[]);
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let arguments = arguments.iter().take_while(|argument| *argument != "--resume");
        let mut merging = Command::new(command.get_program());
        merging.args(arguments).arg("--merge").args(parts.iter().map(|part| journal(part)));
        merging.current_dir(command.get_current_dir().unwrap());
        command = merging;
        command.output().unwrap()
    };
    for part in ["1", "2"] {
        let shard = format!("{part}/2");
        let output = explore("long", &journal(part), &["--shard", &shard]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let told = format!("long/long  part {part} of 2 is done: ");
        assert!(verdict(&output).starts_with(&told), "{}", verdict(&output));
    }
    let whole = merge(&["1", "2"]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
    let told = verdict(&whole);
    let executions = number(&told, " executions cover every interleaving (2 parts");
    assert_eq!(executions - number(&told, " of the executions repeat others"), 34_650, "{told}");
    let half = merge(&["1"]);
    assert_eq!(half.status.code(), Some(4), "{}", text(&half));
    assert!(text(&half).contains("part 2 of 2 is missing"), "{}", text(&half));
    let none = explore("long", &journal("3"), &["--shard", "3/2"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    assert!(text(&none).contains("3/8: the third of eight"), "{}", text(&none));
}

#[test]
fn a_journal_and_what_it_cannot_serve_are_not_asked_for_together() {
    for more in [&["--preemptions", "2"][..], &["--outputs"], &["--schedule", "0:a"], &["--step"]] {
        let output = explore("long", Path::new("none"), more).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    }
}
