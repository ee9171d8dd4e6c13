//! `doctor` on this machine, and on one that it has reason to complain about.

use std::process::{Command, Output};

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn the_exit_code_says_whether_anything_is_missing() {
    let output = Command::new(HARNESS).arg("doctor").output().unwrap();
    let text = text(&output);
    let well = text.contains("Full protection.") && !text.contains(" missing ");
    assert_eq!(output.status.code(), Some(i32::from(!well)), "{text}");
    for line in ["namespaces", "landlock", "seccomp", "rustc", "linker", "disk"] {
        assert!(text.lines().any(|found| found.trim_start().starts_with(line)), "{text}");
    }
}

#[test]
fn without_namespaces_it_says_what_that_means_and_what_to_do() {
    // The setting holds for the user namespace that it is made in, and so for this test alone.
    let here = ["-U", "-r", "sh", "-c"];
    let forbid = "echo 0 > /proc/sys/user/max_user_namespaces";
    let possible = Command::new("unshare").args(here).arg(forbid).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: unshare(1) cannot make a user namespace here");
        return;
    }
    let doctor = format!("{forbid} && exec '{HARNESS}' doctor");
    let output = Command::new("unshare").args(here).arg(doctor).output().unwrap();
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("Degraded.") && !text.contains("Full protection."), "{text}");
    assert!(text.contains("sysctl user.max_user_namespaces=10000"), "{text}");
    // The rest holds, and a program is compiled and run with it.
    assert!(text.contains("compiled and run"), "{text}");
}
