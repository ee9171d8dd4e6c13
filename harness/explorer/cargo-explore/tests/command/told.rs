//! How it is told: for other programs, in other widths and languages, and when somebody stops it.

use crate::crates::{Crates, Seen};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

#[test]
fn a_ci_reads_junit_and_github_shows_a_failure_beside_its_line() {
    let crates = Crates::new();
    let file = crates.path().join("report.xml");
    let path = file.to_str().unwrap();
    let arguments = ["--offline", "--message-format", "github", "--junit", path];
    let mut command = crates.command("queue", &arguments);
    command.env_remove("GITHUB_WORKSPACE");
    let seen = Seen::from(command.output().unwrap());
    seen.says(1, &["two_and_two  failed: deadlock: ", "4 tests: 3 proved; 1 failed"]);
    let commands: Vec<&str> = seen.stdout.lines().filter(|line| line.starts_with("::")).collect();
    let [command] = commands[..] else { panic!("{commands:?}") };
    assert!(command.starts_with("::error file=src/lib.rs,line="), "{command}");
    assert!(
        command.contains(",title=tests%3A%3Acrowded%3A%3Atwo_and_two::failed: deadlock"),
        "{command}"
    );
    let report = std::fs::read_to_string(file).unwrap();
    for text in [
        // Some read nothing but the root.
        "<testsuites name=\"cargo explore\" tests=\"5\" skipped=\"1\" failures=\"1\" errors=\"0\">",
        "<testsuite name=\"queue --lib\" tests=\"2\"",
        "<testcase name=\"tests::one_and_one\" classname=\"queue\"",
        "<failure message=\"failed: deadlock",
        "<testcase name=\"only_one_takes_it\"",
        "`cargo test --doc` runs them once\"",
    ] {
        assert!(report.contains(text), "{text} is not in\n{report}");
    }
}

#[test]
fn pictures_fit_and_speak_chinese() {
    let crates = Crates::new();
    let width = |columns: &str| {
        let mut command = crates.command("queue", &["--offline", "--lib", "crowded"]);
        let seen = Seen::from(command.env("COLUMNS", columns).output().unwrap());
        seen.says(1, &["    --> src/lib.rs:", "again: cargo explore -p queue --lib"]);
        let picture = seen.stdout.lines().skip_while(|line| !line.contains("-->")).skip(1);
        let picture = picture.take_while(|line| !line.starts_with("again: "));
        picture.map(|line| line.chars().count()).max().unwrap()
    };
    // The tail of a run is some schedule, which is one word.
    let (narrow, usual, wide) = (width("60"), width("80"), width("200"));
    assert!(narrow <= 60 && usual <= 80 && wide <= 200 && narrow < wide, "{narrow} {usual} {wide}");
    crates.explore("queue", &["--offline", "--lib", "--language", "zh"]).says(
        1,
        &[
            "tests::crowded::two_and_two  失败：死锁：没有线程能继续；",
            "再没有线程会通知它；main 在等 T3 结束（第 ",
            "tests::one_and_one  已证明：",
            "再看一次：cargo explore -p queue --lib",
            "2 个测试：1 个已证明；1 个失败",
            "没有检查：内存泄漏；其他语言的函数做了什么；std 中预先编译好的代码",
        ],
    );
}

#[test]
fn colours_and_few_words_are_as_with_cargo_test() {
    let crates = Crates::new();
    let explore = |more: &[&str]| {
        let arguments = [&["--offline", "--lib"], more].concat();
        let mut command = crates.command("queue", &arguments);
        command.env_remove("CARGO_TERM_COLOR").env_remove("CLICOLOR_FORCE");
        command
    };
    let coloured = |command: &mut std::process::Command| {
        let seen = Seen::from(command.output().unwrap());
        seen.says(1, &["two_and_two", "failed: deadlock: "]);
        seen.stdout.contains("\x1b[")
    };
    assert!(!coloured(&mut explore(&[])));
    assert!(coloured(&mut explore(&["--color", "always"])));
    assert!(!coloured(explore(&["--color=never"]).env("CLICOLOR_FORCE", "1")));
    assert!(coloured(explore(&[]).env("CARGO_TERM_COLOR", "always")));
    let quiet = Seen::from(explore(&["-q"]).output().unwrap());
    quiet.says(1, &["  tests::crowded::two_and_two  failed: ", "2 tests: 1 proved; 1 failed"]);
    assert!(!quiet.stdout.contains("one_and_one") && !quiet.stdout.contains("src/lib.rs  queue"));
    assert_eq!(quiet.stderr, "");
    crates.explore("queue", &["--timings"]).says(2, &["--timings tells how long compiling takes"]);
    let other = ["--target", "riscv64gc-unknown-none-elf"];
    crates.explore("queue", &other).says(2, &["tests are explored on this machine"]);
    let folder = crates.path().join("elsewhere");
    let there = ["--offline", "--lib", "--no-run", "--target-dir", folder.to_str().unwrap()];
    crates.explore("queue", &there).says(0, &[]);
    assert!(folder.is_dir());
}

#[test]
fn what_is_not_proved_says_how_far_it_came() {
    let crates = Crates::new();
    crates
        .explore("large", &["--offline", "many", "--schedules", "2000"])
        .says(3, &["many  not proved: ", "% of the search was done", "1 test: 1 not proved"]);
    crates
        .explore("large", &["--offline", "many", "--schedules", "2000", "--language", "zh"])
        .says(3, &["未证明：试了 ", "；大多只差在 ", " 个线程使用 src/lib.rs:"]);
    // nextest asks so.
    let seen = crates.explore("large", &["--offline", "--list", "--format", "terse"]);
    assert_eq!(
        seen.stdout,
        "tests::a_few: test\ntests::many: test\ntests::one: test\ntests::shared: test\n"
    );
    crates.explore("queue", &["--offline", "--doc"]).says(
        0,
        &[
            "1 example in documentation  not explored: rustdoc makes",
            "`cargo test --doc` runs them once",
        ],
    );
}

#[test]
fn who_stops_it_is_told_what_was_tried() {
    let crates = Crates::new();
    let arguments = ["--offline", "--message-format", "json"];
    let mut command = crates.command("large", &arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let read = |line: Option<std::io::Result<String>>| -> Option<Value> {
        line.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
    };
    // The search is under way when it says how far it is.
    while let Some(event) = read(lines.next()) {
        if event["event"] == "progress" {
            assert_eq!(event["name"], "tests::many");
            break;
        }
    }
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let mut rest = Vec::new();
    while let Some(event) = read(lines.next()) {
        rest.push(event);
    }
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}\n{errors}");
    let stopped = rest.iter().find(|event| event["event"] == "test").unwrap();
    assert_eq!(stopped["verdict"], "not_proved");
    assert!(stopped["executions"].as_u64() > Some(0), "{stopped}");
    let end = rest.last().unwrap();
    assert_eq!((&end["event"], &end["proved"]), (&"end".into(), &1.into()));
    assert_eq!((&end["not_proved"], &end["not_reached"]), (&1.into(), &2.into()));
}
