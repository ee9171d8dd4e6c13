//! What ordinary code does with memory, explored: data races, uses after free, double frees, the counters of `Arc`, statics.
//!
//! The scenarios say in their documentation what is to come of them: `Must fail: data race.`, or nothing, if they are right.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use harness::explore::report::picture;
use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Search, compile};
use protocol::{Outcome, Status};
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/memory").join(name)
}

fn explored(name: &str) -> Vec<(Outcome, Option<String>)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = file(name);
    // A file of one's own: its memory is seen without asking for it.
    let target =
        Target::find(workspace, path.to_str().unwrap(), &[], None, &Features::default()).unwrap();
    let scenarios = target.chosen(&[]).unwrap();
    let driver = compile(workspace, &target, &|_| ()).unwrap();
    let mut outcomes = Vec::new();
    let mut told = |outcome| outcomes.push(outcome);
    driver.explore(&scenarios, &Search::default(), &|_| (), &mut told).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let expected = |outcome: &Outcome| {
        let function = format!("\nfn {}(", outcome.name.rsplit('/').next().unwrap());
        let (before, _) = text.split_once(&function).unwrap();
        let documented = before.rsplit("\n\n").next().unwrap();
        let (_, fault) = documented.split_once("Must fail: ")?;
        Some(fault.split('.').next().unwrap().to_owned())
    };
    outcomes
        .into_iter()
        .map(|outcome| {
            let expected = expected(&outcome);
            (outcome, expected)
        })
        .collect()
}

/// Each scenario comes to what it says, and each fault has two sides with their lines.
#[track_caller]
fn hold(name: &str) -> Vec<Outcome> {
    let explored = explored(name);
    assert!(explored.len() > 3);
    let mut wrong = Vec::new();
    for (outcome, expected) in &explored {
        let found = (outcome.status == Status::Failed).then(|| outcome.failure().to_owned());
        if found != *expected || outcome.status == Status::NotProved {
            let told = outcome.verdict();
            wrong.push(format!("{}: {told}, not {expected:?}; {}", outcome.name, outcome.summary));
        }
        let is_memory =
            expected.as_deref().is_some_and(|fault| !["panic", "exit"].contains(&fault));
        // A value of a thread goes with it, at no line, and so do its result and a boxed closure that can be called again.
        let ends = [
            "/a_local_of_a",
            "/a_result_that",
            "/a_boxed_closure_",
            "/of_a_",
            "/written_too",
            "/woken_by",
        ]
        .iter()
        .any(|n| outcome.name.contains(n));
        // What is done to a local variable that is gone has one side, and so has a leak.
        let is_leak = expected.as_deref() == Some("memory is leaked");
        let sides = if is_leak { 1 } else { 1 + outcome.summary.matches(", ").count() };
        if is_memory && !ends && outcome.summary.matches(&format!("{name}:")).count() < sides.min(2)
        {
            wrong.push(format!("{}: a side without its line: {}", outcome.name, outcome.summary));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    explored.into_iter().map(|(outcome, _)| outcome).collect()
}

fn executions(outcomes: &[Outcome], name: &str) -> u64 {
    let outcome = outcomes.iter().find(|outcome| outcome.name.ends_with(&format!("/{name}")));
    outcome.unwrap().executions
}

#[test]
fn races() {
    let outcomes = hold("races.rs");
    let told = |name: &str| {
        let outcome = outcomes.iter().find(|outcome| outcome.name.ends_with(name)).unwrap();
        picture(outcome, Path::new("/"), false)
    };
    // Why nothing orders the two.
    let picture = told("/relaxed_store");
    assert!(picture.contains("was stored Relaxed"), "{picture}");
    assert!(told("/relaxed_load").contains("was read Relaxed"));
    assert!(told("/both_add").contains("no lock, no join"));
    // Which of two volatile accesses comes first is not explored, and the verdict says so.
    let volatile = outcomes.iter().find(|outcome| outcome.name.ends_with("/both_volatile"));
    let verdict = volatile.unwrap().verdict();
    assert!(verdict.starts_with("proved for one order of volatile accesses: "), "{verdict}");
}

#[test]
fn cells() {
    hold("cells.rs");
}

#[test]
fn frees() {
    let outcomes = hold("frees.rs");
    let of = |name: &str| outcomes.iter().find(|outcome| outcome.name.ends_with(name)).unwrap();
    // Both layouts, and both lines.
    let summary = &of("/freed_as_something_larger").summary;
    let (freed, made) =
        summary.split_once(" as 32 bytes aligned to 8 what main has allocated at ").unwrap();
    assert!(
        freed.starts_with("invalid free: main frees at ")
            && made.ends_with(" as 8 bytes aligned to 8"),
        "{summary}"
    );
    let picture = picture(of("/freed_as_something_larger"), Path::new("/"), false);
    assert!(picture.contains("another layout than it was allocated with"), "{picture}");
}

#[test]
fn counts() {
    let outcomes = hold("counts.rs");
    // Where nobody looks, no order of clones and drops is tried.
    assert_eq!(executions(&outcomes, "cloned_and_dropped"), 1);
    assert_eq!(executions(&outcomes, "passed_from_hand_to_hand"), 4);
    assert_eq!(executions(&outcomes, "reads_what_it_owns"), 1);
    assert_eq!(executions(&outcomes, "reads_what_it_owns_behind_a_trait"), 1);
    // One is the last, or the other.
    assert_eq!(executions(&outcomes, "both_take_what_is_inside"), 2);
}

#[test]
fn kept() {
    hold("kept.rs");
}

#[test]
fn stolen() {
    hold("stolen.rs");
}

#[test]
fn blocks() {
    hold("blocks.rs");
}

#[test]
fn locals() {
    hold("locals.rs");
}

#[test]
fn spins() {
    hold("spins.rs");
}

#[test]
fn copies() {
    hold("copies.rs");
}

#[test]
fn words() {
    hold("words.rs");
}

#[test]
fn sizes() {
    hold("sizes.rs");
}

#[test]
fn statics() {
    hold("statics.rs");
}

/// What is leaked is told with the line that allocated it, and the schedule shows it again.
#[test]
fn leaks() {
    let outcomes = hold("leaks.rs");
    let of = |name: &str| outcomes.iter().find(|outcome| outcome.name.ends_with(name)).unwrap();
    let told = |name: &str| picture(of(name), Path::new("/"), false);
    let forgotten = of("/forgotten");
    assert!(forgotten.summary.contains("is leaked: 8 bytes, allocated by main at"), "{forgotten}");
    let picture = told("/in_some_orders");
    let source = std::fs::read_to_string(file("leaks.rs")).unwrap();
    let line = source.lines().position(|line| line.contains("Some(Box::new(5))")).unwrap() + 1;
    assert!(picture.contains(&format!("leaks.rs:{line}")), "{picture}");
    assert!(of("/in_some_orders").schedule.as_deref().unwrap().starts_with("0m:"), "{picture}");
    assert!(of("/a_circle").summary.contains("and another block"), "{}", of("/a_circle"));
}

#[test]
fn let_go() {
    hold("let_go.rs");
}

#[test]
fn borrows() {
    hold("borrows.rs");
}

#[test]
fn shown() {
    hold("shown.rs");
}
