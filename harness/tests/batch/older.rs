//! A batch that an older harness has left half-way: what it wrote then is read, or refused with a sentence.

use super::{add_folder, command, ends_with, grade, grade_book, results};
use harness::grading::assignment::Assignment;
use harness::grading::intake::digest;
use serde_json::{Value, json};
use std::path::Path;

/// The hash that a result has of these files.
fn files(variant: &str) -> String {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let sample = Assignment::load(&course, "01-tally").unwrap().sample(variant).unwrap();
    digest(&Ok(sample)).unwrap()
}

/// A check as a result of version 2 has it: without cases, basis and notes.
fn check(today: &Value, kind: &str, points: u32, max: u32) -> Value {
    let (name, title) = (today["name"].as_str().unwrap(), &today["title"]);
    let status = if points == max { "pass" } else { "fail" };
    let visibility = if name == "waits_in_a_loop" { "hidden" } else { "visible" };
    let mut check = json!({
        "name": name, "title": title, "kind": kind, "visibility": visibility,
        "status": status, "points": points, "max": max, "milliseconds": 40
    });
    if kind == "explore" {
        check["explored"] = json!({ "executions": 22, "proved": points == max, "bounds": [] });
    }
    check
}

/// Two threads have read the same number: a run as it was written then.
fn lost_update() -> Value {
    let at = json!({ "file": "src/lib.rs", "line": 14, "column": 9 });
    let load = |thread: u32| {
        json!({ "thread": thread, "op": "load", "atomic": 0, "ordering": "seq_cst", "at": at,
            "read": { "value": "0" } })
    };
    let store = |thread: u32| {
        json!({ "thread": thread, "op": "store", "atomic": 0, "ordering": "seq_cst", "at": at,
            "value": "1" })
    };
    json!({
        "version": 1,
        "program": { "name": "loses_nothing" },
        "origin": "explored",
        "threads": [{ "name": "main" }, { "parent": 0 }],
        "objects": [{ "kind": "atomic", "name": "total", "initial": "0" }],
        "steps": [
            { "thread": 0, "op": "spawn", "child": 1 },
            { "thread": 1, "op": "start" },
            load(1),
            load(0),
            store(0),
            store(1),
            { "thread": 1, "op": "end" },
            { "thread": 0, "op": "join", "child": 1 }
        ],
        "verdict": { "outcome": { "result": "failed", "failure": {
            "kind": "panic", "thread": 0, "message": "of two, one is left", "at": at
        } } },
        "sources": { "src/lib.rs": { "14": "self.total.store(seen + 1, SeqCst);" } }
    })
}

/// `today` is a result of today: its versions and the titles of its checks are the assignment's.
fn result(name: &str, variant: &str, loses_nothing: u32, today: &Value) -> Value {
    let titled = &today["checks"];
    let mut checks = json!([
        check(&titled[0], "run", 1, 1),
        check(&titled[1], "explore", loses_nothing, 2),
        check(&titled[2], "explore", 2, 2),
        check(&titled[3], "explore", 1, 1)
    ]);
    if loses_nothing == 0 {
        checks[1]["message"] = json!("of two, one is left");
        checks[1]["explored"]["schedule"] = json!("e2-0-1.1");
        checks[1]["explored"]["trace"] = lost_update();
    }
    json!({
        "schema": 2, "submission": name, "files": files(variant), "assignment": "01-tally",
        "versions": today["versions"], "seed": 1, "sandbox": "namespaces, landlock, seccomp",
        "status": "graded", "score": 4 + loses_nothing, "max": 6, "checks": checks,
        "milliseconds": 1200
    })
}

/// What the harness of commit f12c787 has left in `out` when it was ended: of three, two have results.
fn left_half_way(out: &Path, today: &Value) {
    for folder in ["results", "pages", "gradescope", "exercism"] {
        std::fs::create_dir_all(out.join(folder)).unwrap();
    }
    let put = |name: &str, value: Value| {
        std::fs::write(out.join(name), serde_json::to_vec_pretty(&value).unwrap()).unwrap();
    };
    let batch = json!({ "assignment": "01-tally", "versions": today["versions"], "seed": 1,
        "submissions": ["ada", "bob", "cy"] });
    put("batch.json", batch);
    put("results/ada.json", result("ada", "solution", 2, today));
    put("results/bob.json", result("bob", "wrong/load_and_store", 0, today));
    // It was ended while it wrote the third.
    std::fs::write(out.join("results/.tmpQ3xZ1c"), "{ \"schema\": 2, \"subm").unwrap();
}

#[test]
fn a_batch_that_an_older_harness_has_begun_goes_on_or_is_refused_with_a_sentence() {
    let batch = tempfile::tempdir().unwrap();
    let variants = [("ada", "solution"), ("bob", "wrong/load_and_store"), ("cy", "solution")];
    for (name, variant) in variants {
        add_folder(batch.path(), name, variant);
    }
    // What today's grader is; that of then was the same, since neither assignment nor compiler are others.
    let today = tempfile::tempdir().unwrap();
    ends_with(&grade(&[&batch.path().join("bob")], today.path(), &[]).output().unwrap(), 1);
    let today = results(today.path())["bob"].clone();

    let out = tempfile::tempdir().unwrap();
    left_half_way(out.path(), &today);
    let before = results(out.path());
    let text = ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 1);
    assert!(text.contains("2 of 3 were graded before."), "{text}");
    assert!(text.contains("2 of these by an older harness: ada, bob. Name another"), "{text}");
    let after = results(out.path());
    assert_eq!((&after["ada"], &after["bob"]), (&before["ada"], &before["bob"]));
    assert_eq!(after["cy"]["score"], 6);
    let rows: Vec<String> = grade_book(out.path()).lines().map(str::to_owned).collect();
    let of = |name: &str| rows.iter().any(|row| row.starts_with(&format!("\"{name}\",")));
    assert!(rows.len() == 4 && of("ada") && of("bob") && of("cy"), "{rows:#?}");
    let page = std::fs::read_to_string(out.path().join("pages/bob.html")).unwrap();
    assert!(page.contains("of two, one is left") && page.contains("<svg"), "the run is drawn");
    // A result of then is graded again, and is what it was, as far as it says.
    let result = out.path().join("results/ada.json");
    let again = command("grade").arg("--again").arg(result).arg(batch.path().join("ada")).output();
    let text = ends_with(&again.unwrap(), 0);
    assert!(text.contains("The same in every check: 6 of 6 points."), "{text}");
    assert!(text.contains("It was graded by an older harness"), "{text}");

    // Where something is another, nothing is mixed and nothing is written.
    for (what, then, sentence) in [
        (
            "assignment",
            "0011223344556677",
            "the assignment has the version 0011223344556677 there, and ",
        ),
        ("rustc", "rustc 1.90.0", "the compiler is rustc 1.90.0 there, and "),
    ] {
        let out = tempfile::tempdir().unwrap();
        let mut others = today.clone();
        others["versions"][what] = json!(then);
        left_half_way(out.path(), &others);
        let before = (results(out.path()), std::fs::read(out.path().join("batch.json")).unwrap());
        let text = ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 4);
        assert!(text.contains("holds another batch: ") && text.contains(sentence), "{text}");
        assert!(text.contains("Name another folder, and `--compare "), "{text}");
        let after = (results(out.path()), std::fs::read(out.path().join("batch.json")).unwrap());
        assert_eq!(before, after);
    }
}
