//! CPython's own tests, run on the chapters' types by the Python that is
//! installed. They come with it, in its package `test`.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// What must fail, and why it should. A test that passes after all must leave
/// the list.
const NOT_OURS: [(&str, &str); 3] = [
    (
        "LockTests.test_at_fork_reinit",
        "frees a lock that another thread held at a fork: std's locks promise nothing after one",
    ),
    (
        "EventTests.test_at_fork_reinit",
        "looks at `_cond`, the condition that Python's event is made of; ours has none",
    ),
    (
        "FailingQueueTest.test_failing_queue",
        "overrides `_put` and `_get`: what holds our queue's items is a type, and sealed",
    ),
];

/// Every class that must have run.
const CLASSES: [&str; 16] = [
    "LockTests",
    "RLockTests",
    "EventTests",
    "ConditionTests",
    "ConditionOnLockTests",
    "ConditionOnTheirsTests",
    "TheirConditionTests",
    "SemaphoreTests",
    "BoundedSemaphoreTests",
    "BarrierTests",
    "QueueTest",
    "LifoQueueTest",
    "PriorityQueueTest",
    "FailingQueueTest",
    "SimpleQueueTest",
    "ComparisonTest",
];

/// Outcomes by test, as `run.py` prints them, and the tracebacks.
fn outcomes(python: &Path) -> (BTreeMap<String, String>, String) {
    let folder = support::module();
    let output = Command::new(python)
        .arg(support::script("run.py"))
        .env("PYTHONPATH", folder.path())
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let tracebacks = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{lines}{tracebacks}", output.status);
    let lines = lines.lines().map(|line| line.split_once(' ').expect("outcome and test"));
    (lines.map(|(outcome, test)| (test.to_owned(), outcome.to_owned())).collect(), tracebacks)
}

#[test]
fn cpythons_own_tests_pass() {
    let python = support::python();
    let check = "import sys; assert sys.version_info >= (3, 11), 'Python is older than 3.11'; \
        import test.lock_tests, test.test_queue";
    if let Some(why) = support::lacks(&python, check) {
        eprintln!("skipped: {} has no tests of CPython to run: {why}", python.display());
        return;
    }
    let (outcomes, tracebacks) = outcomes(&python);
    for class in CLASSES {
        let of_class = |test: &&String| test.split('.').next() == Some(class);
        let ran = outcomes.keys().filter(of_class).count();
        println!("{class}: {ran}");
        assert!(ran > 0, "{class} ran no test");
    }
    println!("{} tests of {} classes", outcomes.len(), CLASSES.len());
    let others = outcomes.iter().filter(|(_, outcome)| *outcome != "passed");
    let others: BTreeSet<_> = others.map(|(test, how)| (test.as_str(), how.as_str())).collect();
    assert_eq!(others, NOT_OURS.map(|(test, _)| (test, "failed")).into(), "{tracebacks}");
}
