//! `cargo nextest run`, and what it does to a test's executable: it lists the tests, and runs one at a time by its name.

use crate::crates::{Crates, Seen};
use std::path::PathBuf;
use std::process::Command;

/// A command of a shell in which every cargo command explores.
fn explored(crates: &Crates, krate: &str, command: &str) -> Command {
    let variables = crates.explore(krate, &["--offline", "--environment", "--schedules", "10000"]);
    variables.says(0, &["export RUSTC_WRAPPER='", "export CARGO_EXPLORE_KIT='"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{}\n{command}", variables.stdout));
    shell.current_dir(crates.path().join(krate));
    crate::crates::as_a_user(&mut shell);
    shell
}

#[test]
fn a_tests_executable_is_listed_and_run_as_nextest_does_it() {
    let crates = Crates::new();
    let build = "cargo test --offline --no-run --lib --message-format json";
    let built: Seen = explored(&crates, "queue", build).output().unwrap().into();
    let artifacts =
        built.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut executables =
        artifacts.filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
    let executable = executables.next().unwrap_or_else(|| panic!("{built:?}"));
    let call = |arguments: &[&str]| -> Seen {
        Command::new(&executable).args(arguments).output().unwrap().into()
    };
    let listed = call(&["--list", "--format", "terse"]);
    assert_eq!(listed.stdout, "tests::crowded::two_and_two: test\ntests::one_and_one: test\n");
    assert_eq!(call(&["--list", "--format", "terse", "--ignored"]).says(0, &[]).stdout, "");
    call(&["--exact", "tests::one_and_one", "--nocapture"])
        .says(0, &["test tests::one_and_one ... proved: ", "not checked: leaks of memory"]);
    let failed = call(&["--exact", "tests::crowded::two_and_two", "--nocapture"]);
    failed.says(101, &["two_and_two ... failed: deadlock: "]);
    // What it says shows the run, drawn.
    let again =
        failed.stdout.lines().find_map(|line| line.strip_prefix("again, drawn: cargo explore "));
    let again: Vec<&str> = again.unwrap().split(' ').map(|word| word.trim_matches('\'')).collect();
    let again = crates.explore("queue", &[&["--offline"], &again[..]].concat());
    again.says(1, &["two_and_two  failed: deadlock: ", "1 test: 1 failed"]);
    // What nobody has proved does not pass.
    let many = Command::new(&executable)
        .args(["--exact", "tests::one_and_one"])
        .env("CARGO_EXPLORE_CONFIG", r#"{"max_executions":1,"random_executions":1}"#)
        .output();
    Seen::from(many.unwrap()).says(101, &["one_and_one ... not proved: "]);
}

/// The real one, where it is installed.
#[test]
fn cargo_nextest_explores() {
    if !Command::new("cargo")
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|o| o.status.success())
    {
        eprintln!("skipped: there is no cargo nextest here");
        return;
    }
    let crates = Crates::new();
    let run: Seen = explored(&crates, "queue", "cargo nextest run --offline --no-fail-fast")
        .output()
        .unwrap()
        .into();
    run.says(100, &["4 tests run: 3 passed, 1 failed", "two_and_two ... failed: deadlock: "]);
}
