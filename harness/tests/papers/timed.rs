//! `.ci/timed` runs the tests of an executable and notes how long each took.

use super::workspace;
use std::path::Path;
use std::process::{Command, Output};

fn timed(times: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("python3");
    command.arg(workspace().join(".ci/timed")).args(arguments).env("EI_TIMES", times);
    command.output().expect("python3 starts; .ci/run needs it")
}

#[test]
fn a_test_is_run_and_noted_and_a_failure_stays_one() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not installed");
        return;
    }
    let times = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let name = "named::paths_are_told_from_other_words";
    let output = timed(times.path(), &[this, name, "--exact"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains(&format!("test {name} ... ok")), "{text}");
    let report = timed(times.path(), &["--report"]);
    let text = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(text.contains("of 1 tests") && text.contains(name), "{text}");
    // What the executable says is what comes of it.
    assert!(!timed(times.path(), &[this, "--no-such-option"]).status.success());
}
