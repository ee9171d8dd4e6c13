//! Every scenario of every chapter, explored: what is proved, what must break
//! and how, held against snapshots.

use harness::explore::report::picture;
use harness::explore::scenario::Scenario;
use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Search, compile};
use protocol::{Outcome, Status};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn hold(chapter: &str) {
    hold_as(Some(chapter), chapter, Memory::Left);
}

/// Whether plain memory is watched.
#[derive(PartialEq)]
enum Memory {
    Watched,
    /// Faster by far, and `memory` is about it.
    Left,
}

/// Explores the scenarios of a chapter or a crate and reports all that is
/// wrong, not only the first. Its snapshots begin with the name of the chapter; without one only the verdicts count.
fn hold_as(chapter: Option<&str>, asked: &str, memory: Memory) {
    let mut target = Target::find(workspace(), asked, &[], None, &Features::default()).unwrap();
    target.sees_memory = memory == Memory::Watched;
    let scenarios = target.chosen(&[]).unwrap();
    let mut outcomes = Vec::new();
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    driver.explore(&scenarios, &patient(), &|_| (), &mut |outcome| outcomes.push(outcome)).unwrap();

    let mut wrong = Vec::new();
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut outcomes = outcomes.iter();
    for file in &target.files {
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
    hold_as(Some("03-locks"), file.to_str().unwrap(), Memory::Watched);
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
    let folder = workspace().join("chapters/08-multiprocessing/sync");
    hold_as(Some("08-sync"), folder.to_str().unwrap(), Memory::Left);
}

/// Types of the literature, and what is wrong with some of their relatives. How many executions it takes is no promise: some wait in spin loops.
#[test]
fn linearizable() {
    let folder = workspace().join("harness/explorer/linearizable");
    hold_as(None, folder.to_str().unwrap(), Memory::Left);
}

#[test]
fn ch11_thread_pool() {
    hold("11-thread-pool");
}
