//! Every scenario of every chapter, explored: what is proved, what must break
//! and how, held against snapshots.

use harness::explore::report::picture;
use harness::explore::scenario::{Scenario, ScenarioFile};
use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Driver, Search, compile};
use protocol::{Outcome, Status};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// A package of its own within the chapter.
const SYNC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../chapters/08-multiprocessing/sync");

fn hold(chapter: &str) {
    let package = workspace().join("chapters").join(chapter);
    hold_chapter(chapter, &found(chapter, Memory::Left), &package);
}

/// Whether plain memory is watched.
#[derive(PartialEq)]
enum Memory {
    Watched,
    /// Faster by far, and `memory` is about it.
    Left,
}

fn found(asked: &str, memory: Memory) -> Target {
    let mut target = Target::find(workspace(), asked, &[], None, &Features::default()).unwrap();
    target.sees_memory = memory == Memory::Watched;
    target
}

fn compiled(target: &Target) -> Driver {
    compile(workspace(), target, &|_| ()).unwrap()
}

/// The file with what takes too long for every run, if the package has one.
fn larger(package: &Path) -> Option<ScenarioFile> {
    let file = package.join("scenarios/larger/larger.rs");
    file.is_file().then(|| ScenarioFile::read(&file).unwrap())
}

/// One driver for all of it: compiling takes longer than most searches.
fn together(target: &Target, larger: ScenarioFile) -> (Target, Driver) {
    let files = target.files.iter().cloned().chain([larger]).collect();
    let (uses, root) = (target.uses.clone(), target.root.clone());
    let all = Target { files, uses, root, sees_memory: target.sees_memory };
    let driver = compiled(&all);
    (all, driver)
}

/// Holds the scenarios of a package to their snapshots, and tries its larger ones.
fn hold_chapter(chapter: &str, target: &Target, package: &Path) {
    let Some(larger) = larger(package) else {
        let driver = compiled(target);
        hold_as(Some(chapter), &driver, &target.files);
        return replay_old_schedules(chapter, &driver);
    };
    let (all, driver) = together(target, larger);
    let (larger, files) = all.files.split_last().unwrap();
    hold_as(Some(chapter), &driver, files);
    replay_old_schedules(chapter, &driver);
    let names: Vec<String> = larger.scenarios.iter().map(|s| larger.full_name(s)).collect();
    let mut wrong = Vec::new();
    let mut told = |outcome: Outcome| {
        if !matches!(outcome.status, Status::Proved | Status::NotProved) {
            wrong.push(format!("{}: {}", outcome.name, outcome.verdict()));
        }
    };
    driver.explore(&names, &short(), &|_| (), &mut told).unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Schedules that an earlier explorer gave out show what they showed, or are refused: nobody is told that all is well.
fn replay_old_schedules(chapter: &str, driver: &Driver) {
    let old = include_str!("explored/old_schedules.txt");
    let rows = old.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for row in rows.filter(|row| row[0] == chapter) {
        let [_, name, failure, schedule] = row[..] else { panic!("{row:?}") };
        let search = Search { schedule: Some(schedule.to_owned()), ..patient() };
        let mut told = |outcome: Outcome| {
            let again = outcome.status == Status::Failed && outcome.failure() == failure;
            let refused = outcome.status == Status::Refused
                && outcome.summary.contains("does not fit this program");
            if !again && !refused {
                wrong.push(format!("{name} by {schedule}: {}, not {failure}", outcome.verdict()));
            }
        };
        driver.explore(&[name.to_owned()], &search, &|_| (), &mut told).unwrap();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Explores the scenarios of these files and reports all that is
/// wrong, not only the first. Its snapshots begin with the name of the chapter; without one only the verdicts count.
fn hold_as(chapter: Option<&str>, driver: &Driver, held: &[ScenarioFile]) {
    let names = held.iter().flat_map(|file| file.scenarios.iter().map(|s| file.full_name(s)));
    let scenarios: Vec<String> = names.collect();
    let mut outcomes = Vec::new();
    driver.explore(&scenarios, &patient(), &|_| (), &mut |outcome| outcomes.push(outcome)).unwrap();

    let mut wrong = Vec::new();
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut outcomes = outcomes.iter();
    for file in held {
        for scenario in &file.scenarios {
            let outcome = outcomes.next().unwrap();
            assert_eq!(outcome.name, file.full_name(scenario));
            let wanted = if scenario.must_fail { Status::Failed } else { Status::Proved };
            let shown = wanted == Status::Proved || outcome.trace.is_some();
            if outcome.status != wanted || !shown {
                wrong.push(format!("{}: {}, not {wanted:?}", outcome.name, outcome.verdict()));
            }
            describe(files.entry(file.name()).or_default(), outcome, scenario);
        }
    }
    for (chapter, (file, text)) in
        chapter.into_iter().flat_map(|c| files.iter().map(move |f| (c, f)))
    {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("explored");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = format!("{chapter}__{file}");
        let held = settings
            .bind(|| std::panic::catch_unwind(|| insta::assert_snapshot!(name.clone(), text)));
        if held.is_err() {
            wrong.push(format!("{name}: not what its snapshot holds"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A machine with other work to do is to end every search all the same.
fn patient() -> Search {
    let mut search = Search::default();
    search.config.max_time = Duration::from_secs(600);
    // The loops of chapter 7's ring try again whatever a compare-exchange says; with failures for no reason its searches take minutes.
    search.config.weak_failures = 0;
    search
}

/// What most mistakes do not survive, though it proves nothing.
fn short() -> Search {
    let mut search = patient();
    search.config.max_executions = 1_000;
    search.config.random_executions = 500;
    search.config.random_time = Duration::from_secs(600);
    search
}

fn describe(text: &mut String, outcome: &Outcome, scenario: &Scenario) {
    let eager = if scenario.eager_timeouts { ", time-outs at any moment" } else { "" };
    let _ = writeln!(text, "{}  {}{eager}", outcome.name, outcome.verdict());
    if scenario.must_fail {
        let picture = picture(outcome, workspace(), false);
        let _ = writeln!(text, "\n{}\n", picture.trim_end());
    }
}

#[test]
fn ch02_threads() {
    hold("02-threads");
}

#[test]
fn ch03_locks() {
    hold("03-locks");
}

/// The page about the data race shows it, and the reader explores it as a file of their own.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn ch03_data_race() {
    let file = workspace().join("chapters/03-locks/memory/data_race.rs");
    let target = found(file.to_str().unwrap(), Memory::Watched);
    hold_as(Some("03-locks"), &compiled(&target), &target.files);
}

#[test]
fn ch04_rlock() {
    hold("04-rlock");
}

#[test]
fn ch05_event() {
    hold("05-event");
}

#[test]
fn ch06_condition() {
    hold("06-condition");
}

#[test]
fn ch07_queue() {
    hold("07-queue");
}

/// The algorithms alone: what they stand on is a model.
#[test]
fn ch08_sync() {
    hold_chapter("08-sync", &found(SYNC, Memory::Left), Path::new(SYNC));
}

/// Types of the literature, and what is wrong with some of their relatives. How many executions it takes is no promise: some wait in spin loops.
#[test]
fn linearizable() {
    let folder = workspace().join("harness/explorer/linearizable");
    let target = found(folder.to_str().unwrap(), Memory::Left);
    hold_as(None, &compiled(&target), &target.files);
}

#[test]
fn ch11_thread_pool() {
    hold("11-thread-pool");
}

/// What is said of every scenario in the snapshots of a chapter: the number of its executions, by its name.
fn pinned(chapter: &str) -> BTreeMap<String, u64> {
    let mut pinned = BTreeMap::new();
    for entry in std::fs::read_dir(workspace().join("harness/tests/explored")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.strip_prefix(chapter).is_some_and(|rest| rest.starts_with("__")) {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let Some((scenario, told)) = line.split_once("  ") else { continue };
            let words: Vec<&str> = told.split(' ').collect();
            let counted = words.windows(2).find(|pair| pair[1].starts_with("execution"));
            if let Some(Ok(number)) = counted.map(|pair| pair[0].parse()) {
                pinned.insert(scenario.to_owned(), number);
            }
        }
    }
    pinned
}

#[test]
fn the_tables_have_the_numbers_of_the_snapshots() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(workspace().join("chapters")).unwrap() {
        let chapter = entry.unwrap().file_name().into_string().unwrap();
        let table = workspace().join("chapters").join(&chapter).join("scenarios/README.md");
        let Ok(text) = std::fs::read_to_string(&table) else { continue };
        let pinned = pinned(&chapter);
        let mut file = "";
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## `") {
                let path = heading.split('`').next().unwrap();
                file = path.rsplit('/').next().unwrap().trim_end_matches(".rs");
            }
            let cells: Vec<&str> = line.split(" | ").collect();
            let ([first, .., number, _], Some(_)) = (cells.as_slice(), line.strip_prefix("| `"))
            else {
                continue;
            };
            rows += 1;
            let scenario = format!("{file}/{}", first.trim_matches(['|', ' ', '`']));
            let number: String = number.chars().filter(char::is_ascii_digit).collect();
            let pin = pinned.get(&scenario).map(u64::to_string);
            if pin.as_ref() != Some(&number) {
                wrong.push(format!("{chapter}: {scenario}: {number}, and pinned is {pin:?}"));
            }
        }
    }
    assert!(rows > 100, "{rows} rows");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `cargo test -p harness --test explored -- --ignored`: what is only tried above.
#[test]
#[ignore = "searches of 50 000 executions and more: `.ci/full` runs them"]
fn larger_ones_are_proved() {
    for (chapter, asked) in [
        ("02-threads", "02-threads"),
        ("06-condition", "06-condition"),
        ("08-sync", SYNC),
        ("11-thread-pool", "11-thread-pool"),
    ] {
        let target = found(asked, Memory::Left);
        let package = workspace().join("chapters").join(asked);
        let (all, driver) = together(&target, larger(&package).unwrap());
        hold_as(Some(chapter), &driver, &all.files[target.files.len()..]);
    }
}
