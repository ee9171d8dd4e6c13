//! The verbs that grade, over the miniature course in `tests/course`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course")
}

fn harness(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.args(arguments).arg("--course").arg(course());
    command.output().expect("the harness starts")
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// Grades what is in `folder` of the assignment's folder, and returns the results in the order of their names.
fn grade(assignment: &str, folder: &str, code: i32) -> Vec<Value> {
    let out = tempfile::tempdir().unwrap();
    let path = course().join("chapters").join(assignment).join("assignment").join(folder);
    let (path, to) = (path.to_str().unwrap(), out.path().to_str().unwrap());
    let output = harness(&["grade", path, "--assignment", assignment, "--out", to]);
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    let mut files: Vec<PathBuf> = std::fs::read_dir(out.path().join("results"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |file: &PathBuf| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    files.iter().map(read).collect()
}

/// `counts_alone: pass, …`
fn verdicts(result: &Value) -> String {
    let checks = result["checks"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let each: Vec<String> = checks
        .map(|check| format!("{}: {}", word(&check["name"]), word(&check["status"])))
        .collect();
    each.join(", ")
}

#[test]
fn a_library_is_compiled_run_and_explored() {
    let solution = &grade("01-tally", "solution", 0)[0];
    assert_eq!((&solution["status"], &solution["score"]), (&"graded".into(), &6.into()));
    assert_eq!(solution["checks"][2]["explored"]["proved"], true);

    let wrong = grade("01-tally", "wrong", 1);
    let table: Vec<String> = wrong
        .iter()
        .map(|result| {
            let name = result["submission"].as_str().unwrap();
            let status = result["status"].as_str().unwrap();
            format!("{name}: {status} {} ({})", result["score"], verdicts(result))
        })
        .collect();
    insta::assert_snapshot!("tally", table.join("\n"));

    let lost = wrong.iter().find(|result| result["submission"] == "load_and_store").unwrap();
    let check = &lost["checks"][1];
    assert_eq!(check["at"], "checks.rs:23");
    assert_eq!((&check["expected"], &check["actual"]), (&"2".into(), &"1".into()));
    let trace = serde_json::to_string(&check["explored"]["trace"]).unwrap();
    let trace = trace::Trace::from_json(&trace).unwrap();
    assert_eq!(trace.sources["src/lib.rs"][&23], "self.total.store(seen + n, SeqCst);");

    let unsound = wrong.iter().find(|result| result["submission"] == "reaches_out").unwrap();
    let message = unsound["message"].as_str().unwrap();
    assert!(message.contains(" --> src/lib.rs:3:5"), "{message}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_course_that_keeps_its_word_is_good_and_one_that_does_not_is_told_why() {
    let output = harness(&["course", "check"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let broken = tempfile::tempdir().unwrap();
    copy(&course(), broken.path());
    let folder = broken.path().join("chapters/01-tally/assignment");
    let source = std::fs::read(folder.join("solution/src/lib.rs")).unwrap();
    std::fs::write(folder.join("wrong/notify_one/src/lib.rs"), &source).unwrap();
    std::fs::write(folder.join("starter/src/lib.rs"), &source).unwrap();
    let lost = std::fs::read(folder.join("wrong/load_and_store/src/lib.rs")).unwrap();
    std::fs::write(folder.join("alternatives/atomic/src/lib.rs"), lost).unwrap();
    std::fs::create_dir(folder.join("wrong/forgotten")).unwrap();
    std::fs::remove_file(folder.join("README.zh-CN.md")).unwrap();
    let manifest = folder.join("assignment.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace(", zh = \"单线程计数\"", "")).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["course", "check", "--course"])
        .arg(broken.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    for problem in [
        "starter: passes, although there is nothing in it yet",
        "alternatives/atomic: does not pass loses_nothing: two threads added 1 each",
        "wrong/notify_one: passes wakes_everybody, which should catch it",
        "wrong/forgotten has no [[wrong]]",
        "README.zh-CN.md is missing or empty",
        "the title of counts_alone has no text in `zh`",
    ] {
        assert!(text.contains(problem), "{problem}\n{text}");
    }
}
