//! What programs of others make of the files that are written for them. `.ci/run` installs them; where they are not, a line says so.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What `consumers.py` has found in this folder. None where it cannot be asked.
fn read(folder: &Path, more: &[&str]) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/batch/consumers.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).arg(script).arg(folder).args(more).output();
    let output = match output {
        Err(error) => {
            println!("skipped, what others read: {error}");
            return None;
        }
        Ok(output) => output,
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.code() == Some(3) {
        println!("skipped, what others read: {said}");
        return None;
    }
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // Before it they may have written what they like.
    Some(serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap())
}

/// `junitparser` finds of each submission the checks, and what came of them; `junit2html` makes a page of it.
pub fn junit(out: &Path, results: &BTreeMap<String, Value>) {
    let Some(suites) = read(out, &[]) else { return };
    let suites = suites.as_object().unwrap();
    assert!(suites.keys().eq(results.keys()), "{suites:?}");
    for (name, result) in results {
        let cases = suites[name].as_object().unwrap();
        let checks = result["checks"].as_array().unwrap();
        assert_eq!(cases.len(), checks.len(), "{name}");
        for check in checks {
            let kind = cases[check["name"].as_str().unwrap()].as_str().unwrap();
            assert_eq!(kind == "passed", check["status"] == "pass", "{name}: {check}");
            assert_ne!(kind, "error", "nothing is the grader's fault: {name}: {check}");
        }
    }
}

/// `finalgrade`, which reads what Canvas exports, finds the students and the points in what is to be imported.
pub fn canvas(out: &Path, scores: &[(&str, f64)]) {
    let Some(book) = read(out, &["canvas"]) else { return };
    let text = book["scores"].to_string();
    for (student, score) in scores {
        let found =
            book["scores"][student].as_object().and_then(|row| row.values().next()?.as_f64());
        assert!(found.is_some_and(|found| (found - score).abs() < 1e-9), "{student}: {text}");
    }
    let points = book["points"].as_object().unwrap();
    assert_eq!(points.values().next().and_then(Value::as_f64), Some(6.0), "{points:?}");
}
