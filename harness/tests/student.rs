//! What a student does, from `start` to the last check.

use std::path::{Path, PathBuf};
use std::process::Command;

fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course")
}

/// Runs a verb in `folder`; what it prints, and its exit code.
fn harness(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code().unwrap())
}

#[test]
fn from_the_start_to_the_last_check() {
    let course = course();
    let at = ["--course", course.to_str().unwrap()];
    let home = tempfile::tempdir().unwrap();
    let verb = |folder: &Path, arguments: &[&str]| harness(folder, &[arguments, &at].concat());

    let (text, code) = verb(home.path(), &["start", "tally"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("about 20 minutes, 6 points"), "{text}");
    let copy = home.path().join("01-tally");
    let build =
        Command::new("cargo").args(["build", "--offline", "-q"]).current_dir(&copy).status();
    assert!(build.unwrap().success(), "the starter builds by itself");

    // Nothing of the student's is overwritten.
    std::fs::write(copy.join("src/lib.rs"), "// mine").unwrap();
    let (text, code) = verb(home.path(), &["start", "tally"]);
    assert!(code == 1 && text.contains("nothing in it is overwritten"), "{text}");
    assert_eq!(std::fs::read_to_string(copy.join("src/lib.rs")).unwrap(), "// mine");

    // A mistake of the compiler's is shown with the student's own path.
    std::fs::write(copy.join("src/lib.rs"), "pub fn broken() -> u8 { \"text\" }").unwrap();
    let (text, code) = verb(&copy.join("src"), &["check"]);
    assert!(code == 1 && text.contains("--> src/lib.rs:1:25"), "{text}");

    let write = |variant: &str| {
        let from = course.join("chapters/01-tally/assignment").join(variant).join("src/lib.rs");
        std::fs::copy(from, copy.join("src/lib.rs")).unwrap();
    };
    write("wrong/load_and_store");
    let (text, code) = verb(&copy, &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("failed: loses_nothing") && !text.contains("hint 1"), "{text}");
    assert!(text.contains("self.total.store(seen + n, SeqCst)"), "the run is drawn: {text}");

    // Hints come one after the other, and the next check shows those that were asked for.
    let (text, _) = verb(&copy, &["hint"]);
    assert!(text.contains("1 of 2: Between reading") && !text.contains("2 of 2"), "{text}");
    let (text, _) = verb(&copy, &["hint", "--language", "zh"]);
    assert!(text.contains("2 of 2: 持有锁"), "{text}");
    let (text, _) = verb(&copy, &["check"]);
    assert!(text.contains("hint 2 of 2: Hold the lock"), "{text}");
    let (text, code) = verb(&copy, &["hint", "--check", "waits_in_a_loop"]);
    assert!(code == 1 && text.contains("there is no check waits_in_a_loop"), "{text}");

    write("solution");
    let (text, code) = verb(&copy, &["check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("5 of 5 points"), "hidden checks are not run: {text}");
    let (text, code) = verb(&copy, &["hint"]);
    assert!(code == 1 && text.contains("every check was passed"), "{text}");
    let (text, code) = verb(home.path(), &["check"]);
    assert!(code == 4 && text.contains("is in no working copy"), "{text}");
}

#[test]
fn the_students_copy_of_a_course_checks_and_gives_nothing_away() {
    let home = tempfile::tempdir().unwrap();
    let course = course();
    let export = ["course", "export", "--students", "public", "--course", course.to_str().unwrap()];
    let (text, code) = harness(home.path(), &export);
    assert_eq!(code, 0, "{text}");
    let (text, code) = harness(home.path(), &export);
    assert!(code == 1 && text.contains("nothing is overwritten"), "{text}");

    let folder = home.path().join("public/chapters/01-tally/assignment");
    for name in ["solution", "alternatives", "wrong"] {
        assert!(!folder.join(name).exists(), "{name} is in the students' copy");
    }
    for name in ["checks.rs", "assignment.toml"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(!text.contains("waits_in_a_loop"), "{name} has a hidden check");
    }
    let (_, code) = harness(home.path(), &["start", "tally", "mine", "--course", "public"]);
    assert_eq!(code, 0);
    let from = course.join("chapters/01-tally/assignment/solution/src/lib.rs");
    std::fs::copy(from, home.path().join("mine/src/lib.rs")).unwrap();
    let (text, code) = harness(home.path(), &["check", "mine", "--course", "public"]);
    assert_eq!(code, 0, "{text}");
}
