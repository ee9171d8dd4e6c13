//! CPython's own `test._test_multiprocessing`, run on chapters 8 to 10 by the
//! Python that is installed: [`run_processes.py`](../run_processes.py) says how.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::{env, fs, thread};

/// The classes that ask for what chapters 8 to 10 have, without those of CPython's managers.
const CLASSES: [&str; 14] = [
    "WithProcessesTestLock",
    "WithProcessesTestSemaphore",
    "WithProcessesTestCondition",
    "WithProcessesTestEvent",
    "WithProcessesTestBarrier",
    "WithProcessesTestQueue",
    "TestSimpleQueue",
    "WithProcessesTestConnection",
    "WithProcessesTestPoll",
    "WithProcessesTestValue",
    "WithProcessesTestArray",
    "WithProcessesTestPool",
    "WithProcessesTestPoolWorkerErrors",
    "WithProcessesTestPoolWorkerLifetime",
];

/// What must fail, and why it should. A test that passes after all must leave the list.
const NOT_OURS: [(&str, &str); 7] = [
    (
        "WithProcessesTestBarrier.test_action",
        "chapter 8's barrier has no action: who comes last may die of it, and nobody would be let go",
    ),
    (
        "WithProcessesTestQueue.test_queue_feeder_donot_stop_onexc",
        "expects that `put` of what cannot be pickled succeeds and a thread prints the error; \
         ours is `put`'s error",
    ),
    (
        "WithProcessesTestQueue.test_queue_feeder_on_queue_feeder_error",
        "overrides a method that Python's feeder thread calls; ours has no such thread",
    ),
    ("TestSimpleQueue.test_closed", "looks at `_reader` and `_writer`; ours is memory, not a pipe"),
    (
        "WithProcessesTestValue.test_getobj_getlock",
        "gives the value a lock, and asks for the object under it; ours lies with its own lock",
    ),
    (
        "WithProcessesTestArray.test_getobj_getlock_obj",
        "gives the array a lock, and asks for the object under it; ours lies with its own lock",
    ),
    (
        "WithProcessesTestPool.test_resource_warning",
        "sets `_state` and expects a warning of the destructor; ours ends its workers there",
    ),
];

/// What passes, and does not count as ours: why.
const THEIRS: [(&str, &str); 6] = [
    (
        "WithProcessesTestConnection.test_fd_transfer",
        "Python's own `send_handle` writes to the socket under our connection",
    ),
    (
        "WithProcessesTestConnection.test_large_fd_transfer",
        "Python's own `send_handle` writes to the socket under our connection",
    ),
    (
        "WithProcessesTestConnection.test_missing_fd_transfer",
        "Python's own `recv_handle` reads from the socket under our connection",
    ),
    (
        "WithProcessesTestPool.test_map_handle_iterable_exception",
        "the iterable raises in the binding, before our pool is asked",
    ),
    (
        "WithProcessesTestPool.test_map_unplicklable",
        "pickling raises in the binding, before our pool is asked",
    ),
    (
        "WithProcessesTestPoolWorkerLifetime\
         .test_worker_finalization_via_atexit_handler_of_multiprocessing",
        "starts a Python of its own, which knows nothing of ours",
    ),
];

/// What the issue of these tests asks for at least.
const AT_LEAST: usize = 60;

/// How many classes run at once. They wait for most of the time.
const AT_ONCE: usize = 4;

struct Run<'a> {
    python: &'a Path,
    module: &'a Path,
    /// Tests write files here.
    folder: &'a Path,
}

type Outcomes = BTreeMap<String, String>;

impl Run<'_> {
    /// Outcomes by test, and the tracebacks.
    fn of(&self, arguments: &[&str]) -> (Outcomes, String) {
        let output = Command::new(self.python)
            .arg(support::script("run_processes.py"))
            .args(arguments)
            .current_dir(self.folder)
            .env("PYTHONPATH", self.module)
            .env("CPYTHON_POOL_HOST", env!("CARGO_BIN_EXE_cpython-pool-host"))
            .output()
            .unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let tracebacks = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {}\n{lines}{tracebacks}", output.status);
        let lines = lines.lines().map(|line| line.split_once(' ').expect("outcome and test"));
        (lines.map(|(outcome, test)| (test.to_owned(), outcome.to_owned())).collect(), tracebacks)
    }

    /// CPython's tests give others a time to get somewhere. One that failed on a
    /// machine with much else to do may try once more, alone.
    fn of_class(&self, class: &str) -> Outcomes {
        let (mut outcomes, tracebacks) = self.of(&[class]);
        assert!(!outcomes.is_empty(), "{class} ran no test");
        for (test, outcome) in &mut outcomes {
            if outcome == "failed" && !NOT_OURS.iter().any(|(not_ours, _)| not_ours == test) {
                let method = test.rsplit('.').next().unwrap();
                let (again, more) = self.of(&[class, method]);
                println!(
                    "{test} failed, and when alone: {:?}\n{tracebacks}{more}",
                    again.get(test)
                );
                outcome.clone_from(&again[test]);
            }
        }
        outcomes
    }
}

#[test]
fn cpythons_tests_of_multiprocessing_pass() {
    let python = support::python();
    let check = "import sys; v = sys.version_info; \
        assert v[:2] == (3, 11), 'the table is of Python 3.11, this is %d.%d' % v[:2]; \
        import ctypes, test._test_multiprocessing";
    if let Some(why) = support::lacks(&python, check) {
        eprintln!("skipped: {} has no tests of CPython to run: {why}", python.display());
        return;
    }
    let (module, folder) = (support::module(), tempfile::tempdir().unwrap());
    let run = Run { python: &python, module: module.path(), folder: folder.path() };
    let (classes, outcomes) = (Mutex::new(CLASSES.iter()), Mutex::new(Outcomes::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(class) = { classes.lock().unwrap().next() } {
                    let of_class = run.of_class(class);
                    outcomes.lock().unwrap().extend(of_class);
                }
            });
        }
    });
    check_all(&outcomes.into_inner().unwrap());
}

fn reason<'a>(list: &[(&str, &'a str)], test: &str) -> Option<&'a str> {
    list.iter().find(|(listed, _)| *listed == test).map(|(_, reason)| *reason)
}

fn check_all(outcomes: &Outcomes) {
    let mut table = String::new();
    let mut passed = 0;
    for (test, outcome) in outcomes {
        let (not_ours, theirs) = (reason(&NOT_OURS, test), reason(&THEIRS, test));
        let right = match (not_ours, theirs, outcome.as_str()) {
            (Some(_), _, outcome) => outcome == "failed",
            (_, Some(_), outcome) => outcome == "theirs" || outcome == "passed",
            (None, None, outcome) => outcome == "passed",
        };
        assert!(right, "{test}: {outcome}; the tracebacks are above");
        let what = match (not_ours, theirs) {
            (Some(why), _) => format!("fails: {why}"),
            (_, Some(why)) => format!("not counted: {why}"),
            (None, None) => {
                passed += 1;
                "passes".to_owned()
            }
        };
        writeln!(table, "| `{test}` | {what} |").unwrap();
    }
    println!("{passed} tests of {} classes pass", CLASSES.len());
    assert!(passed >= AT_LEAST, "{passed}");

    let file = support::script("multiprocessing.md");
    let text = fs::read_to_string(&file).unwrap();
    let (before, written) = text.split_once("|---|---|\n").expect("the table");
    if env::var("CPYTHON_TABLE").is_ok_and(|value| value == "write") {
        fs::write(&file, format!("{before}|---|---|\n{table}")).unwrap();
        return;
    }
    // One release of 3.11 has tests that another lacks. What ran must stand there as it ended.
    let missing: Vec<_> =
        table.lines().filter(|row| !written.lines().any(|line| line == *row)).collect();
    assert!(
        missing.is_empty(),
        "not in multiprocessing.md: {missing:#?}\nCPYTHON_TABLE=write cargo test -p cpython-tests \
         --test processes writes it"
    );
}
