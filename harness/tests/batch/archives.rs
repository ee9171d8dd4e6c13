//! Archives as students' systems write them: `harness/tests/archives`, whose `make.py` says how each was made. What becomes of each stands in
//! the snapshot, by hand read and by the test written.

use super::{ends_with, grade, results};
use harness::batch::submissions::find;
use harness::grading::assignment::Assignment;
use harness::grading::intake::{IntakeError, Taken};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn archives() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archives");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.file_name().unwrap() != "make.py").collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn tally() -> Assignment {
    Assignment::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course"), "01-tally")
        .unwrap()
}

fn take(assignment: &Assignment, path: &Path) -> Result<Taken, IntakeError> {
    let found = find(assignment, &[path.to_owned()], None).unwrap();
    assert_eq!(found.submissions.len(), 1, "{}", path.display());
    found.submissions[0].take(assignment)
}

/// The lines of the code, without what editors change about them.
fn code(files: &Taken) -> BTreeMap<&str, Vec<String>> {
    let lines = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).expect("what is taken is UTF-8");
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::to_owned);
        lines.filter(|line| line != "// 计数器").collect()
    };
    files.files.iter().map(|(path, bytes)| (path.as_str(), lines(bytes))).collect()
}

#[test]
fn what_students_systems_write_is_taken_as_it_is_meant() {
    let assignment = tally();
    let solution = assignment.sample("solution").unwrap();
    let solution = code(&solution).remove("src/lib.rs").unwrap();
    let mut table = String::new();
    let archives = archives();
    assert!(archives.len() >= 60, "{}", archives.len());
    for path in &archives {
        let (got, why) = match take(&assignment, path) {
            Err(IntakeError::Refused(why)) => ("refused".to_owned(), why),
            Err(error) => panic!("{}: {error}", path.display()),
            Ok(taken) => {
                let code = code(&taken);
                // The solution itself, or in a module of its own: its points are the solution's.
                let is_it = match code.keys().find(|path| **path != "src/lib.rs") {
                    None => code["src/lib.rs"] == solution,
                    Some(module) => {
                        let declares = |line: &String| line == "mod inner;";
                        code.len() == 2
                            && code[module] == solution
                            && code["src/lib.rs"].iter().any(declares)
                    }
                };
                let got = match (is_it, code["src/lib.rs"].is_empty()) {
                    (true, _) => "all points",
                    (_, true) => "an empty library",
                    _ => "another",
                };
                (got.to_owned(), taken.notes.join("; "))
            }
        };
        let _ = writeln!(table, "{:<34}{got:<18}{why}", name(path)).map(|()| {
            while table.ends_with(" \n") {
                table.truncate(table.len() - 2);
                table.push('\n');
            }
        });
    }
    insta::assert_snapshot!("archives", table);
}

/// What is the solution but for its encoding, its line ends or the names of its modules is compiled and checked as such.
#[test]
fn what_editors_change_costs_no_points() {
    let wanted = ["explorer-bom.zip", "explorer-txt.zip", "finder-module-decomposed.zip"];
    let (batch, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for path in archives().iter().filter(|path| wanted.contains(&name(path).as_str())) {
        std::fs::copy(path, batch.path().join(name(path))).unwrap();
    }
    ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 0);
    let scores = results(out.path());
    assert_eq!(scores.len(), wanted.len());
    for (name, result) in scores {
        assert_eq!((&result["score"], &result["status"]), (&6.into(), &"graded".into()), "{name}");
    }
}
