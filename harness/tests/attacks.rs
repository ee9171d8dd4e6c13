//! Submissions that attack the grader while they are compiled: none gets as far as a check. Each is `attacks/compile/NAME.rs`, put before a
//! solution that would pass.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn no_attack_at_compile_time_earns_a_point() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let course = tests.join("course");
    let solution = course.join("chapters/01-tally/assignment/solution/src/lib.rs");
    let solution = std::fs::read_to_string(solution).unwrap();
    let solution: Vec<&str> = solution.lines().filter(|line| !line.starts_with("//!")).collect();
    let solution = solution.join("\n");

    let folder = tempfile::tempdir().unwrap();
    let mut attacks: Vec<PathBuf> = std::fs::read_dir(tests.join("attacks/compile"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    attacks.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    for path in &attacks {
        let source = folder.path().join("submissions").join(name(path)).join("src");
        std::fs::create_dir_all(&source).unwrap();
        let attack = std::fs::read_to_string(path).unwrap();
        std::fs::write(source.join("lib.rs"), format!("{attack}\n{solution}")).unwrap();
    }
    let plain = folder.path().join("submissions/plain/src");
    std::fs::create_dir_all(&plain).unwrap();
    std::fs::write(plain.join("lib.rs"), &solution).unwrap();

    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("grade")
        .arg(folder.path().join("submissions"))
        .args(["--assignment", "tally", "--course"])
        .arg(course)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let result = |name: &str| -> Value {
        let path = out.join("results").join(format!("{name}.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    // Without an attack the same file passes: what stops the others is the attack.
    assert_eq!(result("plain")["score"], 6);
    for path in &attacks {
        let result = result(&name(path));
        assert_eq!(result["score"], 0, "{}: {result:#}", name(path));
        assert_eq!(result["status"], "does_not_compile", "{}: {result:#}", name(path));
    }
}
