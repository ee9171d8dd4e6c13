//! What tests find in their environment.

use crate::crates::{Crates, Seen, as_a_user};
use std::process::Command;

#[test]
fn a_test_finds_in_its_environment_what_cargo_sets_for_it() {
    let crates = Crates::new();
    let folder = crates.path().join("surroundings");
    // The fixture is right about cargo.
    let mut test = Command::new(env!("CARGO"));
    test.args(["test", "--offline", "as_cargo_has_it", "--", "--test-threads=2"])
        .current_dir(&folder);
    as_a_user(&mut test);
    let output = test.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    crates
        .explore("surroundings", &["--offline", "as_cargo_has_it"])
        .says(0, &["as_cargo_has_it  proved: 1 execution", "other values of CARGO_"]);
}

/// A property that fails, or a snapshot, is told as the failure that it is: what the library would write about it is no reason
/// to refuse the test.
#[test]
fn what_libraries_would_write_about_a_failure_is_not_written() {
    let crates = Crates::new();
    let explore =
        |folder: &str| crates.explore(folder, &["--offline", "nobody_writes_of_a_failure"]);
    explore("surroundings").says(0, &["nobody_writes_of_a_failure  proved: 1 execution"]);
    // What was found before is tried again, and that is the same switch.
    std::fs::create_dir(crates.path().join("surroundings/proptest-regressions")).unwrap();
    explore("surroundings").says(1, &["PROPTEST_DISABLE_FAILURE_PERSISTENCE"]);
    // What somebody sets counts for more.
    let mut command = crates.command("surroundings", &["--offline", "nobody_writes_of_a_failure"]);
    command.env("INSTA_UPDATE", "always");
    std::fs::remove_dir(crates.path().join("surroundings/proptest-regressions")).unwrap();
    Seen::from(command.output().unwrap()).says(1, &["Ok(\"always\")"]);
}

#[test]
fn a_file_that_a_test_reads_is_the_same_in_every_execution() {
    Crates::new()
        .explore("surroundings", &["--offline", "a_fixture_is_read"])
        .says(0, &["a_fixture_is_read  proved: 2 executions", "other contents of files: every"]);
}

#[test]
fn a_profile_that_optimises_at_link_time_is_explored_without_that() {
    let crates = Crates::new();
    let manifest = crates.path().join("relies/Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let profiles = "\n[profile.test]\nlto = \"thin\"\n\n[profile.release]\nlto = true\n";
    std::fs::write(&manifest, text + profiles).unwrap();
    for more in [&["--offline"][..], &["--offline", "--release"]] {
        crates.explore("relies", &[more, &["both_use_it"]].concat()).says(1, &["data race"]);
    }
}

/// What a test leaves of its process is not what the next one finds.
#[test]
fn a_hook_that_ends_the_process_costs_no_other_test() {
    let ends = "its panic hook ends the program, and hooks are not explored";
    Crates::new()
        .explore("surroundings", &["--offline", "--test", "hooks"])
        .says(4, &[ends, "b_panics  proved: ", "c_is_joined  proved: "]);
}

#[test]
fn stacks_are_as_large_as_those_of_cargo_test() {
    let crates = Crates::new();
    let explore = |name: &str| crates.command("surroundings", &["--offline", name]);
    for (name, who) in [("of_a_test", "main"), ("of_a_thread", "thread 1")] {
        let overflows = format!("the stack of {who} overflows");
        Seen::from(explore(name).output().unwrap()).says(1, &[&overflows]);
        let mut more = explore(name);
        more.env("RUST_MIN_STACK", "16777216");
        Seen::from(more.output().unwrap()).says(0, &["proved"]);
    }
}
