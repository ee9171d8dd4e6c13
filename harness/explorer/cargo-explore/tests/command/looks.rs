//! Time-outs: two looks, and who asks for something else.

use crate::crates::Crates;

/// A bug behind a time-out is found without being asked for, and told as what it is.
#[test]
fn what_only_an_early_time_out_shows_is_found_by_the_second_look() {
    let crates = Crates::new();
    let seen = crates.explore("waits", &["--offline"]);
    seen.says(
        5,
        &[
            "a_job_is_taken_or_still_there  proved: ",
            " where a time-out fires early: none fails",
            "everything_is_counted  holds unless a time-out fires early: then main panics",
            "It fails only where a time-out fires although others could go on.",
            "2 tests: 1 proved; 1 unless a time-out fires early",
        ],
    );
    let again = seen.stdout.lines().find_map(|line| line.strip_prefix("again: cargo explore "));
    let again: Vec<&str> = again.unwrap().split(' ').map(|word| word.trim_matches('\'')).collect();
    crates.explore("waits", &again).says(1, &["everything_is_counted  failed: main panics"]);
    // Who says when time-outs fire gets one look.
    crates.explore("waits", &["--offline", "--timeouts", "0"]).says(0, &["2 tests: 2 proved"]);
    for early in [&["--timeouts", "1"][..], &["--eager-timeouts"]] {
        let arguments = [&["--offline"], early].concat();
        crates
            .explore("waits", &arguments)
            .says(1, &["everything_is_counted  failed: main panics"]);
    }
    let json = crates.explore("waits", &["--offline", "--message-format", "json"]);
    let early: Vec<_> =
        json.events("test").iter().map(|test| test["early"]["verdict"].clone()).collect();
    assert_eq!(early, ["proved", "failed"]);
}

#[test]
fn a_package_and_a_test_say_themselves_when_time_outs_fire() {
    let crates = Crates::new();
    let (manifest, source) =
        (crates.path().join("waits/Cargo.toml"), crates.path().join("waits/src/lib.rs"));
    let (before, text) =
        (std::fs::read_to_string(&manifest).unwrap(), std::fs::read_to_string(&source).unwrap());
    let asks = |what: &str| {
        let text = format!("{before}\n[package.metadata.explore]\n{what}\n");
        std::fs::write(&manifest, text).unwrap();
    };
    asks("timeouts = 0");
    crates.explore("waits", &["--offline"]).says(0, &["2 tests: 2 proved"]);
    asks("eager-timeouts = true");
    crates
        .explore("waits", &["--offline", "everything"])
        .says(1, &["everything_is_counted  failed: main panics", "1 test: 1 failed"]);
    asks("eager-timeout = true");
    crates
        .explore("waits", &["--offline"])
        .says(2, &["the manifest of waits: unknown field `eager-timeout`"]);
    asks("");
    let above = |comment: &str| {
        let test = "#[test]\n    fn everything_is_counted";
        assert!(text.contains(test));
        let text = text.replace(test, &format!("// {comment}\n    {test}"));
        std::fs::write(&source, text).unwrap();
    };
    above("Time-outs fire only when nothing else can happen: a second is long.");
    crates.explore("waits", &["--offline"]).says(0, &["2 tests: 2 proved"]);
    above("Time-outs fire at any moment");
    crates
        .explore("waits", &["--offline"])
        .says(1, &["everything_is_counted  failed: main panics", "2 tests: 1 proved; 1 failed"]);
}

/// A deadline that is polled may pass before another thread has done anything: a line says why, and what to do.
#[test]
fn a_polled_deadline_says_that_others_may_be_slow() {
    let crates = Crates::new();
    let source = "use std::sync::atomic::{AtomicBool, Ordering::SeqCst};\nuse std::time::{Duration, Instant};\n\
                  static DONE: AtomicBool = AtomicBool::new(false);\n\n#[test]\nfn polls() {\n    \
                  let other = std::thread::spawn(|| DONE.store(true, SeqCst));\n    \
                  let start = Instant::now();\n    while !DONE.load(SeqCst) {\n        \
                  assert!(start.elapsed() < Duration::from_secs(2), \"too slow\");\n        \
                  std::thread::sleep(Duration::from_millis(5));\n    }\n    other.join().unwrap();\n}\n\n\
                  #[test]\nfn only_sleeps() {\n    std::thread::sleep(Duration::from_millis(5));\n    \
                  panic!(\"for another reason\");\n}\n";
    let file = crates.path().join("slot/tests/polls.rs");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, source).unwrap();
    let advice = "The thread that panics has slept. A sleep orders nothing";
    let polls = crates.explore("slot", &["--offline", "--test", "polls", "polls"]);
    polls.says(1, &["polls  failed: main panics", "too slow", advice]);
    let sleeps = crates.explore("slot", &["--offline", "--test", "polls", "only_sleeps"]);
    sleeps.says(1, &["for another reason"]);
    assert!(!sleeps.stdout.contains(advice), "{}", sleeps.stdout);
}
