//! Checks of kind `linearizable`: what a submission's threads get is held against what one thread gets, from the solution or from the submission itself.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHECKS: &str = r#"use judge::{Clients, answer, drawn};
use student::Tally;

pub fn one_after_the_other() {
    let step = drawn(10..1000);
    Clients::of(2, 1, Tally::new)
        .calling("add", move |tally| answer!(tally.add(step)))
        .calling("wait", |tally| answer!(tally.wait()))
        .check();
}
"#;

/// `add` answers what the sum was, and `wait` waits until there is one.
fn library(add: &str, wait: &str) -> String {
    format!(
        "use std::sync::{{Condvar, Mutex}};
pub struct Tally {{ sum: Mutex<u64>, changed: Condvar }}
impl Tally {{
    pub fn new() -> Self {{ Tally {{ sum: Mutex::new(0), changed: Condvar::new() }} }}
    pub fn add(&self, step: u64) -> u64 {{ {add} }}
    pub fn wait(&self) -> u64 {{
        let mut sum = self.sum.lock().unwrap();
        {wait} *sum == 0 {{ sum = self.changed.wait(sum).unwrap(); }}
        *sum
    }}
}}
"
    )
}

const RIGHT: &str =
    "let mut sum = self.sum.lock().unwrap(); *sum += step; self.changed.notify_all(); *sum - step";
/// Between the two locks somebody else may add.
const TORN: &str = "let sum = *self.sum.lock().unwrap(); *self.sum.lock().unwrap() = sum + step; self.changed.notify_all(); sum";
/// Wrong with one thread already: what a submission does alone says nothing of it.
const OFF: &str =
    "let mut sum = self.sum.lock().unwrap(); *sum += step; self.changed.notify_all(); *sum";
/// Whoever waits is not told.
const SILENT: &str = "let mut sum = self.sum.lock().unwrap(); *sum += step; *sum - step";

fn put(path: PathBuf, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The one check's result of each submission, in this order: right, torn, off, silent.
fn graded(blind: bool) -> [Value; 4] {
    let folder = tempfile::tempdir().unwrap();
    let assignment = folder.path().join("course/chapters/01-tally/assignment");
    let manifest = format!(
        "schema = 1\ntitle = {{ en = \"T\" }}\nform = \"library\"\npoints = 1\nminutes = 1\nblind = {blind}\n\
         [[check]]\nname = \"one_after_the_other\"\nkind = \"linearizable\"\npoints = 1\ntitle = {{ en = \"O\" }}\n"
    );
    put(assignment.join("assignment.toml"), &manifest);
    put(assignment.join("checks.rs"), CHECKS);
    put(assignment.join("starter/src/lib.rs"), &library("step", "while"));
    put(assignment.join("solution/src/lib.rs"), &library(RIGHT, "while"));
    let submissions = folder.path().join("submissions");
    let all = [("right", RIGHT), ("torn", TORN), ("off", OFF), ("silent", SILENT)];
    for (name, add) in all {
        put(submissions.join(name).join("src/lib.rs"), &library(add, "while"));
    }
    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("grade")
        .arg(&submissions)
        .args(["--assignment", "1", "--seed", "4", "--course"])
        .arg(folder.path().join("course"))
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let read =
        |path: &Path| std::fs::read(path).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    all.map(|(name, _)| {
        let result = read(&out.join(format!("results/{name}.json")));
        serde_json::from_slice::<Value>(&result).unwrap()["checks"][0].clone()
    })
}

#[track_caller]
fn fails(check: &Value, with: &[&str]) {
    assert_eq!(check["status"], "fail", "{check}");
    let message = check["message"].as_str().unwrap();
    for part in with {
        assert!(message.contains(part), "{message}");
    }
}

const UNEXPLAINED: &str = "no order of these calls, made one after the other, gives these answers";

#[test]
fn one_thread_that_asks_the_solution_explains_what_threads_get() {
    let [right, torn, off, silent] = graded(true);
    assert_eq!(
        (&right["status"], &right["basis"]),
        (&"pass".into(), &"confirmed".into()),
        "{right}"
    );
    // Both add to nothing.
    fails(&torn, &[UNEXPLAINED, "client 1: add → 0;", "client 2: add → 0"]);
    assert!(torn["explored"]["trace"]["threads"].as_array().unwrap().len() > 2, "{torn}");
    assert!(torn["at"].as_str().unwrap().starts_with("checks.rs:9"), "{torn}");
    fails(&off, &[UNEXPLAINED]);
    fails(&silent, &["deadlock"]);
    for check in [&torn, &off, &silent] {
        assert_eq!(check["notes"].as_array().map_or(0, Vec::len), 0, "{check}");
    }
}

#[test]
fn without_a_solution_to_ask_it_is_the_submission_itself() {
    let [right, torn, off, silent] = graded(false);
    assert_eq!((&right["status"], &right["basis"]), (&"pass".into(), &"open".into()), "{right}");
    fails(&torn, &[UNEXPLAINED, "client 1: add → 0;", "client 2: add → 0"]);
    assert_eq!(off["status"], "pass", "{off}");
    fails(&silent, &["deadlock"]);
}
