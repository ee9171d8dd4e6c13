//! `doctor` on this machine, and on one that it has reason to complain about.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
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
    for line in
        ["machine", "namespaces", "landlock", "seccomp", "rustc", "linker", "tracing", "disk"]
    {
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

#[test]
fn a_compiler_that_jailed_programs_cannot_reach_is_found_out_before_a_batch() {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout).unwrap().trim());
    let closed = |folder: &Path| folder.metadata().unwrap().mode() & 0o001 == 0;
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    if !(root && sysroot.ancestors().any(closed)) {
        eprintln!("skipped: whom root jails can reach the compiler here");
        return;
    }
    let output = Command::new(HARNESS).args(["doctor", "--no-namespaces"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found = text(&output);
    let mut lines = found.lines().skip_while(|line| !line.contains("jailed rustc"));
    assert!(lines.next().unwrap().contains("missing"), "{found}");
    assert!(lines.next().unwrap().contains("where everybody may read it"), "{found}");

    let out = tempfile::tempdir().unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let output = Command::new(HARNESS)
        .args(["grade", "--no-namespaces", "--assignment", "tally", "--course"])
        .arg(&course)
        .arg("--out")
        .arg(out.path())
        .arg(course.join("chapters/01-tally/assignment/wrong"))
        .output()
        .unwrap();
    let found = text(&output);
    assert_eq!(output.status.code(), Some(4), "{found}");
    assert!(found.contains("nothing can be compiled here"), "{found}");
    assert!(found.contains("where everybody may read it"), "{found}");
    assert!(!out.path().join("results").exists(), "a batch was begun");
}
