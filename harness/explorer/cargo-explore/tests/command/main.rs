//! `cargo explore` as somebody uses it, in crates that know nothing of it, away from this workspace.

mod accept;
mod crates;
mod gdb;
mod keys;
mod left;
mod looks;
mod nextest;
mod package;
mod parts;
mod places;
mod surroundings;
mod tasks;
mod told;

use crates::{Crates, Seen};
use std::io::Write;
use std::process::Stdio;

/// The bug is in a module of a module; the crate has a dependency and a file below `tests`.
#[test]
fn a_lost_wake_up_in_a_crates_own_tests_is_found() {
    let crates = Crates::new();
    let seen = crates.explore("queue", &["--offline"]);
    seen.says(
        1,
        &[
            "src/lib.rs  queue --lib, 2 tests",
            "tests::one_and_one  proved: ",
            "tests::crowded::two_and_two  failed: deadlock: ",
            "tests/slots.rs  queue --test slots, 2 tests",
            "only_one_takes_it  proved: ",
            "a_queue_from_outside  proved: 1 execution covers every interleaving",
            "1 example in documentation  not explored",
            "4 tests: 3 proved; 1 failed",
            // No proof without what it does not speak about.
            "not checked: leaks of memory; what functions of other languages do; what std's precompiled code",
        ],
    );
    // What is said to show it again does.
    let again = seen.stdout.lines().find_map(|line| line.strip_prefix("again: cargo explore "));
    let again: Vec<&str> = again.unwrap().split(' ').map(|word| word.trim_matches('\'')).collect();
    crates
        .explore("queue", &again)
        .says(1, &["two_and_two  failed: deadlock: ", "1 test: 1 failed"]);
}

/// In a debug build and in a release build.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn a_race_is_found_that_goes_unseen_without_plain_memory() {
    let crates = Crates::new();
    crates
        .explore("bare", &["--offline", "--no-memory", "--exact", "tests::both_add"])
        .says(0, &["both_add  proved", "not checked: plain memory: data races"]);
    for more in [&[][..], &["--release"]] {
        crates.explore("bare", &[&["--offline"], more].concat()).says(
            1,
            &[
                "tests::both_add  failed: data race: ",
                // The place of the race, not that of the last step.
                "    --> src/lib.rs:16",
                "tests::both_add_with_a_lock  proved: 2 executions",
                "tests::the_other_may_be_gone  failed: main panics",
                &[
                    "again: cargo explore -p bare --lib",
                    &more.concat(),
                    "--exact tests::both_add --schedule",
                ]
                .join(" ")
                .replace("  ", " "),
                "3 tests: 1 proved; 2 failed",
            ],
        );
    }
}

#[test]
fn every_kind_of_test_is_explored_as_what_it_is() {
    let crates = Crates::new();
    crates.explore("kinds", &["--offline"]).says(
        1,
        &[
            "tests::panics  proved: 1 execution",
            "tests::panics_in_another_thread  proved",
            "tests::panics_otherwise  failed: ",
            "\"as it should not\", and \"something else\" is not in that",
            "tests::panics_in_some_orders_only  failed: ",
            "failed: the test ends without a panic, and #[should_panic] says that it should panic",
            "tests::returns_well  proved: 1 execution",
            "tests::returns_an_error  failed: the test returns an error: ParseIntError { kind: InvalidDigit } (in the first",
            "tests::is_ignored  ignored: takes long",
            // Flags of the crate's own configuration hold as well.
            "tests::is_configured  proved",
            "8 tests: 4 proved; 3 failed; 1 ignored",
        ],
    );
    crates
        .explore("kinds", &["--offline", "--features", "more", "is_", "--skip", "configured"])
        .says(0, &["is_a_feature  proved", "2 tests: 1 proved; 1 ignored"]);
    crates
        .explore("kinds", &["--offline", "--ignored"])
        .says(3, &["is_ignored  not proved: no end within 20000 steps", "1 test: 1 not proved"]);
    let list = crates.explore("kinds", &["--offline", "--list", "returns"]);
    assert_eq!(list.stdout, "tests::returns_an_error: test\ntests::returns_well: test\n");
}

#[test]
fn somebody_decides_who_goes_next_in_a_test() {
    let crates = Crates::new();
    let step = |filter: &str, keys: &str| {
        let mut command = crates.command("queue", &["--offline", "--lib", "--step", filter]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
        Seen::from(child.wait_with_output().unwrap())
    };
    let seen = step("two_and_two", "0\n? 0\nf\nq\n");
    seen.says(
        1,
        &[
            "  0 main  next: spawns T2",
            "A failure, ",
            "failed: deadlock",
            "tests::crowded::two_and_two  failed: deadlock: ",
            "1 test: 1 failed",
        ],
    );
    let again = seen.stdout.lines().find_map(|line| line.strip_prefix("again: cargo explore "));
    let again: Vec<&str> = again.unwrap().split(' ').map(|word| word.trim_matches('\'')).collect();
    crates.explore("queue", &again).says(1, &["two_and_two  failed: deadlock: "]);
    // What is taken has a number in the list, or is said to have none; `?` asks, and leaves the choice open.
    let seen = step("two_and_two", "0\n1\nq\n");
    seen.says(
        0,
        &[
            "1 step was taken.",
            "   1 main spawns T1",
            "T1 begins: no other thread can tell, so it has no number.",
        ],
    );
    assert!(!seen.stdout.contains("2 steps were taken."), "{}", seen.stdout);
    // Nothing to read: the run goes by itself.
    step("one_and_one", "").says(0, &["You chose 0 steps", "1 replayed, and ended well"]);
    step("nothing_is_called_so", "").says(2, &["--step is about one test, and none is called so"]);
    step("tests::", "")
        .says(2, &["--step is about one test; name one: tests::crowded::two_and_two"]);
}

#[test]
fn programs_read_it_as_json() {
    let crates = Crates::new();
    let seen = crates.explore("queue", &["--offline", "--lib", "--message-format", "json"]);
    seen.says(1, &[]);
    let tests = seen.events("test");
    let verdict = |name: &str| {
        let test = tests.iter().find(|test| test["name"] == name).unwrap();
        test["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("tests::one_and_one"), "proved");
    assert_eq!(verdict("tests::crowded::two_and_two"), "failed");
    let failed = tests.iter().find(|test| test["verdict"] == "failed").unwrap();
    assert!(failed["schedule"].is_string() && failed["run"]["steps"].is_array(), "{failed}");
    let end = &seen.events("end")[0];
    assert_eq!((&end["proved"], &end["failed"], &end["exit"]), (&1.into(), &1.into(), &1.into()));
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_compiled() {
    let crates = Crates::new();
    crates.explore(".", &[]).says(2, &["could not find `Cargo.toml`"]);
    crates.explore("queue", &["--no-such-flag"]).says(2, &["--no-such-flag"]);
    crates
        .explore("queue", &["--offline", "--lib", "--schedule", "0:a"])
        .says(2, &["a schedule replays one test", "tests::one_and_one"]);
    // No verdict on nothing.
    crates
        .explore("queue", &["--offline", "nosuch"])
        .says(2, &["no test has `nosuch` in its name, of 4; --list names them"]);
    crates
        .explore("queue", &["--offline", "two_and_two", "--", "--exact", "--nocapture"])
        .says(2, &["no test is called `two_and_two`: a whole name has its modules; tests::crowded::two_and_two"]);
    crates
        .explore("queue", &["--offline", "--test", "nosuch"])
        .says(4, &["no test target named `nosuch`", "cargo refuses, before anything is compiled"]);
    let seen = crates.explore("queue", &["--schedule", "garbage"]);
    seen.says(2, &["--schedule garbage: a schedule begins with"]);
    assert!(!seen.stderr.contains("compiling"), "{}", seen.stderr);
    let chinese =
        |arguments: &[&str]| crates.explore("queue", &[arguments, &["--language", "zh"]].concat());
    chinese(&["--schedule", "garbage"])
        .says(2, &["错误：--schedule garbage：不是可以重放的字符串"]);
    chinese(&["--no-such-flag"]).says(2, &["错误：没有 `--no-such-flag` 这个选项"]);
    chinese(&["--help"]).says(0, &["用法：", "退出码"]);
}
