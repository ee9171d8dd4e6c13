//! Many submissions: every form, interrupted and resumed, in parts and put together.

mod archives;
mod consumers;
mod older;

use harness::grading::assignment::Assignment;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn command(verb: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    command.arg(verb).arg("--course").arg(course);
    command
}

fn grade(paths: &[&Path], out: &Path, more: &[&str]) -> Command {
    let mut command = command("grade");
    command.args(["--assignment", "tally", "--out"]).arg(out).args(paths).args(more);
    // What two runs come to is compared, the seed included.
    if !more.contains(&"--seed") {
        command.args(["--seed", "1"]);
    }
    command
}

#[track_caller]
fn ends_with(output: &Output, code: i32) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

fn source(variant: &str) -> Vec<u8> {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let files = Assignment::load(&course, "01-tally").unwrap().sample(variant).unwrap().files;
    files.into_iter().find(|(path, _)| path == "src/lib.rs").unwrap().1
}

fn add_folder(batch: &Path, name: &str, variant: &str) {
    let folder = batch.join(name).join("src");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lib.rs"), source(variant)).unwrap();
}

/// Four folders, two archives, one file that is none of a submission's.
fn a_batch() -> tempfile::TempDir {
    let batch = tempfile::tempdir().unwrap();
    for (name, variant) in [
        ("ada", "solution"),
        ("bob", "wrong/load_and_store"),
        ("cy", "alternatives/atomic"),
        ("dora", "wrong/reaches_out"),
    ] {
        add_folder(batch.path(), name, variant);
    }
    let mut zip = zip::ZipWriter::new(std::fs::File::create(batch.path().join("eve.zip")).unwrap());
    zip.start_file("queue/src/lib.rs", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&source("solution")).unwrap();
    zip.finish().unwrap();
    let tgz = std::fs::File::create(batch.path().join("finn.tar.gz")).unwrap();
    let gz = flate2::write::GzEncoder::new(tgz, flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "src/lib.rs", "/etc/passwd").unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    std::fs::write(batch.path().join("mails.csv"), "x").unwrap();
    batch
}

/// Each submission's result without its times.
fn results(out: &Path) -> BTreeMap<String, Value> {
    let read = |path: PathBuf| {
        let mut value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        value["milliseconds"] = 0.into();
        for check in value["checks"].as_array_mut().unwrap() {
            check["milliseconds"] = 0.into();
        }
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), value)
    };
    let folder = std::fs::read_dir(out.join("results")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    // A run that was ended may leave what it was writing.
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).map(read).collect()
}

fn grade_book(out: &Path) -> String {
    std::fs::read_to_string(out.join("gradebook.csv")).unwrap()
}

#[test]
fn every_form_is_graded_and_every_report_is_there() {
    let (batch, out) = (a_batch(), tempfile::tempdir().unwrap());
    let output = grade(&[batch.path()], out.path(), &["--jobs", "2"]).output().unwrap();
    let text = ends_with(&output, 1);
    assert!(text.contains("6 submissions: 3 pass everything, 5 have a score"), "{text}");
    assert!(text.contains("1 is refused"), "{text}");
    assert!(text.contains("Not submissions, and not graded: mails.csv"), "{text}");
    let asked = std::fs::read(out.path().join("batch.json")).unwrap();
    let asked: Value = serde_json::from_slice(&asked).unwrap();
    assert_eq!(asked["others"], serde_json::json!(["mails.csv"]));
    insta::assert_snapshot!("grade_book", grade_book(out.path()));

    let names = ["ada", "bob", "cy", "dora", "eve", "finn"];
    for name in names {
        for form in ["results", "gradescope", "exercism", "prairielearn"] {
            let path = out.path().join(form).join(format!("{name}.json"));
            serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap();
        }
        assert!(out.path().join(format!("pages/{name}.html")).is_file());
    }
    let junit = std::fs::read_to_string(out.path().join("junit.xml")).unwrap();
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let suites = junit.descendants().filter(|node| node.has_tag_name("testsuite"));
    assert_eq!(suites.filter_map(|suite| suite.attribute("name")).collect::<Vec<_>>(), names);
    consumers::junit(out.path(), &results(out.path()));
    // Whoever grades one again has the grade book of all.
    let book = grade_book(out.path());
    let one = grade(&[&batch.path().join("ada")], out.path(), &[]).output().unwrap();
    let text = ends_with(&one, 1);
    assert!(text.contains("not among these paths: bob, cy, dora, eve, finn"), "{text}");
    assert_eq!(grade_book(out.path()), book);
    // A result is reproduced; one that says something else is found out.
    let result = out.path().join("results/bob.json");
    let again =
        || command("grade").arg("--again").arg(&result).arg(batch.path().join("bob")).output();
    let text = ends_with(&again().unwrap(), 0);
    assert!(text.contains("The same in every check: 4 of 6 points."), "{text}");
    let forged = std::fs::read_to_string(&result).unwrap().replacen("\"fail\"", "\"pass\"", 1);
    std::fs::write(&result, forged).unwrap();
    let text = ends_with(&again().unwrap(), 1);
    assert!(text.contains("loses_nothing: pass before, fail now"), "{text}");

    // So is one of other files.
    add_folder(batch.path(), "bob", "solution");
    let text = ends_with(&again().unwrap(), 1);
    assert!(text.contains("These are not the files that were graded then."), "{text}");
    assert!(text.contains("4 of 6 points before, 6 of 6 points now"), "{text}");

    // The failing run is drawn on the page.
    let page = std::fs::read_to_string(out.path().join("pages/bob.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("self.total.store(seen + n, SeqCst);"));
    // What is hidden from students is not on it, unless the page is not for them.
    assert!(!page.contains("waits_in_a_loop"));
    assert!(!out.path().join("instructor").exists());
    assert!(grade_book(out.path()).starts_with("\"submission\","));
    let more = ["--instructor-pages", "--csv-bom"];
    grade(&[batch.path()], out.path(), &more).output().unwrap();
    let page = std::fs::read_to_string(out.path().join("instructor/bob.html")).unwrap();
    assert!(page.contains("waits_in_a_loop"));
    assert!(grade_book(out.path()).starts_with("\u{feff}\"submission\","));
}

fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace('"', "");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn an_earlier_grading_is_compared_with_and_late_days_stand_beside_the_score() {
    let batch = tempfile::tempdir().unwrap();
    add_folder(batch.path(), "ada", "solution");
    add_folder(batch.path(), "team", "wrong/notify_one");
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ends_with(&grade(&[batch.path()], old.path(), &[]).output().unwrap(), 1);
    add_folder(batch.path(), "team", "solution");
    let roster = batch.path().join("roster.csv");
    let rows = "submission,student,id,login,days_late\nteam,Bob,7,bob@a.edu,3\nteam,Cy,8,cy@a.edu,1\nzoe,Zoe,9,zoe@a.edu,0\n";
    std::fs::write(&roster, rows).unwrap();
    let more = |option: &str, path: &Path| [option.to_owned(), path.display().to_string()];
    let options = [more("--compare", old.path()), more("--roster", &roster)].concat();
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    options.extend(["--late-points", "2", "--free-days", "1"]);
    let text = ends_with(&grade(&[batch.path()], new.path(), &options).output().unwrap(), 0);
    for part in [
        "1 moves, 1 does not",
        "team: 4 of 6 -> 6 of 6",
        "other files were handed in",
        "wakes_everybody",
        "not in the students' files: ada",
        "In the roster, and not here: zoe",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let compared = table(&new.path().join("compared.csv"));
    assert_eq!(compared[1][..4], ["team", "4 of 6", "6 of 6", "2"]);
    let students = table(&new.path().join("students.csv"));
    let counts: Vec<&[String]> = students.iter().map(|row| &row[7..12]).collect();
    assert_eq!(counts[0], ["score", "max", "days_late", "late_points", "counts"]);
    assert_eq!(counts[1], ["6", "6", "3", "4", "2"]);
    assert_eq!(counts[2], ["6", "6", "1", "0", "6"]);
    let canvas = table(&new.path().join("canvas.csv"));
    assert_eq!((canvas[2][1].as_str(), canvas[2][5].as_str()), ("7", "2"));
    consumers::canvas(new.path(), &[("bob@a.edu", 2.0), ("cy@a.edu", 6.0)]);
    let moodle = table(&new.path().join("moodle.csv"));
    assert_eq!((moodle[2][0].as_str(), moodle[2][4].as_str()), ("Participant 8", "6"));
    // The score itself is what it was.
    assert_eq!(results(new.path())["team"]["score"], 6);

    // Whoever is graded again later without a roster, late points are not given back.
    let canvas = std::fs::read_to_string(new.path().join("canvas.csv")).unwrap();
    let text = ends_with(&grade(&[batch.path()], new.path(), &[]).output().unwrap(), 0);
    assert!(text.contains("The roster of before is used"), "{text}");
    assert_eq!(std::fs::read_to_string(new.path().join("canvas.csv")).unwrap(), canvas);

    // What one of the group has used before is no longer free for him, and is for the other. Nobody moves for being late.
    let before = batch.path().join("before.csv");
    let rows = "student,id,login,email,free_days_used,assignment\nBob,7,,,4,00-before\nCy,8,,,0,00-before\n";
    std::fs::write(&before, rows).unwrap();
    let again = |earlier: &Path| {
        let options =
            [more("--compare", new.path()), more("--roster", &roster), more("--earlier", earlier)];
        let options = options.concat();
        let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
        options.extend(["--late-points", "1", "--term-days", "5"]);
        grade(&[batch.path()], old.path(), &options).output().unwrap()
    };
    let text = ends_with(&again(&before), 0);
    assert!(text.contains("0 move, 2 do not"), "{text}");
    let students = table(&old.path().join("students.csv"));
    let counts: Vec<&[String]> = students.iter().map(|row| &row[9..]).collect();
    assert_eq!(counts[0], ["days_late", "late_points", "counts", "free_days_used", "assignment"]);
    assert_eq!(counts[1], ["3", "2", "4", "1", "01-tally"]);
    assert_eq!(counts[2], ["1", "0", "6", "1", "01-tally"]);
    let text = ends_with(&again(&new.path().join("students.csv")), 4);
    assert!(text.contains("is of 01-tally itself; its days would count twice"), "{text}");
    let same = grade(&[batch.path()], new.path(), &["--compare", new.path().to_str().unwrap()]);
    let text = ends_with(&{ same }.output().unwrap(), 4);
    assert!(text.contains("is where the results are written"), "{text}");
}

/// What the runner of Classroom 50 asks of a `result.json`
/// (<https://github.com/foundation50/classroom50/wiki/Advanced-Autograding>), with what its schema says of each member.
#[test]
fn classroom_50_gets_what_it_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let check = |name: &str, status: &str, visibility: &str, points: u32| serde_json::json!({ "name": name, "status": status, "visibility": visibility, "points": points, "max": 2 });
    let result = serde_json::json!({
        "score": 3, "max": 6,
        "checks": [
            check("one", "pass", "visible", 2),
            check("two", "fail", "visible", 0),
            check("secret", "pass", "hidden", 1),
        ],
    });
    std::fs::write(path("result"), result.to_string()).unwrap();
    // In the harness's place: what it is called with is tested elsewhere.
    let stub = "while [ \"$1\" != --out ]; do shift; done; mkdir -p \"$2/results\"; cp \"$RESULT\" \"$2/results/x.json\"; exit $CODE";
    std::fs::write(path("stub"), stub).unwrap();
    let course = tempfile::tempdir().unwrap();
    let run_in = |code: &str, course: &str| {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/ci/classroom50");
        let mut python = Command::new(std::env::var("PYTHON").unwrap_or("python3".to_owned()));
        python.arg(deploy.join("autograder.py")).current_dir(folder.path());
        python.env("EI_HARNESS", format!("sh {}", path("stub").display()));
        python.env("EI_COURSE", course);
        python.env("RESULT", path("result")).env("CODE", code).env("GIT_DIR", "/nonexistent");
        for (name, value) in [
            ("CLASSROOM", "cs"),
            ("ASSIGNMENT", "queue"),
            ("USERNAME", "ada"),
            ("MODE", "group"),
            ("SUBMISSION_TAG", "submit/2026-09-01T10-00-00Z-abcdef0"),
            ("COMMIT_URL", "https://example.org/commit"),
            ("RELEASE_URL", "https://example.org/release"),
            ("REVIEW_URL", ""),
        ] {
            python.env(name, value);
        }
        python.output().unwrap()
    };
    let run = |code: &str| run_in(code, course.path().to_str().unwrap());
    // Whatever a student has committed at this place is no result, and leads nowhere.
    let elsewhere = course.path().join("elsewhere");
    std::fs::write(&elsewhere, "as it was").unwrap();
    std::os::unix::fs::symlink(&elsewhere, path("result.json")).unwrap();
    ends_with(&run("1"), 0);
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "as it was");
    let written: Value =
        serde_json::from_slice(&std::fs::read(path("result.json")).unwrap()).unwrap();
    let text = serde_json::json!({ "type": "string", "minLength": 1 });
    let number = serde_json::json!({ "type": "integer", "minimum": 0 });
    let needed = [
        "schema",
        "classroom",
        "assignment",
        "assignment_type",
        "owner",
        "submission",
        "commit",
        "release",
        "review",
        "datetime",
        "score",
        "max-score",
        "tests",
    ];
    let documented = jsonschema::validator_for(&serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "required": needed,
        "properties": {
            "schema": { "const": "classroom50/result/v1" },
            "classroom": text, "assignment": text, "owner": text,
            "assignment_type": { "enum": ["individual", "group"] },
            "submission": { "type": "string", "pattern": "^submit/" },
            "commit": text, "release": text, "review": text,
            "datetime": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$" },
            "score": number, "max-score": number,
            "tests": { "type": "array", "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": text, "passed": { "type": "boolean" },
                    "score": number, "max-score": number,
                },
            } },
        },
    }));
    assert!(documented.unwrap().is_valid(&written), "{written:#}");
    let names: Vec<&Value> =
        written["tests"].as_array().unwrap().iter().map(|test| &test["test-name"]).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(written["score"], 3);
    // Trouble of the grader's own is no result.
    std::fs::write(path("result.json"), "{\"score\": 6}").unwrap();
    ends_with(&run("3"), 1);
    assert!(!path("result.json").exists());
    std::fs::create_dir_all(path("result.json/in")).unwrap();
    ends_with(&run("3"), 1);
    assert!(!path("result.json").exists());
    // The course is never the student's.
    let text = ends_with(&run_in("1", ""), 1);
    assert!(text.contains("EI_COURSE have to say"), "{text}");
    std::fs::create_dir(path("chapters")).unwrap();
    for course in [folder.path().to_owned(), path("chapters")] {
        let text = ends_with(&run_in("1", course.to_str().unwrap()), 1);
        assert!(text.contains("is in the student's checkout"), "{text}");
    }
    assert!(!path("result.json").exists());
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let batch = tempfile::tempdir().unwrap();
    for i in 0..5 {
        let variant = if i % 2 == 0 { "solution" } else { "wrong/notify_one" };
        add_folder(batch.path(), &format!("student-{i}"), variant);
    }
    let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ends_with(&grade(&[batch.path()], whole.path(), &[]).output().unwrap(), 1);

    let mut run = grade(&[batch.path()], cut.path(), &["--jobs", "1"]);
    let mut run = run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The third line: two results at least have been written by then.
    let lines = BufReader::new(run.stdout.take().unwrap()).lines();
    assert_eq!(lines.take(3).filter(Result::is_ok).count(), 3);
    run.kill().unwrap();
    run.wait().unwrap();
    let before = results(cut.path()).len();
    assert!((2..5).contains(&before), "{before} results when it was killed");

    let text = ends_with(&grade(&[batch.path()], cut.path(), &[]).output().unwrap(), 1);
    assert!(text.contains(" of 5 were graded before."), "{text}");
    assert_eq!(results(cut.path()), results(whole.path()));
    assert_eq!(grade_book(cut.path()), grade_book(whole.path()));
    // A third time there is nothing left to do.
    let text = ends_with(&grade(&[batch.path()], cut.path(), &[]).output().unwrap(), 1);
    assert!(text.contains("5 of 5 were graded before."), "{text}");
    // What was handed in again meanwhile has no result yet.
    add_folder(batch.path(), "student-1", "solution");
    let text = ends_with(&grade(&[batch.path()], cut.path(), &[]).output().unwrap(), 1);
    assert!(text.contains("4 of 5 were graded before."), "{text}");
    assert!(text.contains("1 changed since, and graded again: student-1"), "{text}");
    assert_eq!(results(cut.path())["student-1"]["score"], 6);
    // Another seed is another batch, which does not mix with this one.
    let output = grade(&[batch.path()], cut.path(), &["--seed", "7"]).output().unwrap();
    assert!(ends_with(&output, 4).contains("holds another batch"));
}

/// A course of its own, with this assignment of the tests' and what these edits make of its files.
fn edited(course: &Path, edits: &[(&str, &str, &str)]) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    if !course.exists() {
        let copied = Command::new("cp").arg("-R").args([&own, &course.to_owned()]).status();
        assert!(copied.unwrap().success());
    }
    for (file, from, to) in edits {
        let path = course.join("chapters").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

#[test]
fn results_of_checks_that_have_changed_since_are_not_mixed_with_new_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    add_folder(&path("tallies"), "ada", "solution");
    add_folder(&path("tallies"), "bob", "solution");
    std::fs::create_dir_all(path("keepers/cy/src")).unwrap();
    let keeper = Path::new("tests/course/chapters/02-keeper/assignment/solution/src/main.rs");
    let keeper = Path::new(env!("CARGO_MANIFEST_DIR")).join(keeper);
    std::fs::copy(keeper, path("keepers/cy/src/main.rs")).unwrap();
    let grade = |assignment: &str, submissions: &str, more: &[&str]| {
        let mut grade = Command::new(env!("CARGO_BIN_EXE_harness"));
        grade.args(["grade", "--assignment", assignment, "--course"]).arg(path("course"));
        grade.arg(path(submissions)).args(more);
        grade.arg("--out").arg(path(assignment)).output().unwrap()
    };
    for (assignment, submissions, result, edit) in [
        ("tally", "tallies", "bob", ("01-tally/assignment/checks.rs", "{", "{ /* new */")),
        ("tally", "tallies", "bob", ("01-tally/assignment/starter/src/lib.rs", "{", "{ /* new */")),
        ("keeper", "keepers", "cy", ("02-keeper/assignment/judge.rs", "{", "{ /* new */")),
    ] {
        edited(&path("course"), &[]);
        ends_with(&grade(assignment, submissions, &[]), 0);
        let result = path(assignment).join(format!("results/{result}.json"));
        // As if it had been interrupted, and the author had mended something.
        std::fs::remove_file(&result).unwrap();
        edited(&path("course"), &[edit]);
        let text = ends_with(&grade(assignment, submissions, &[]), 4);
        for part in ["holds another batch", "has changed", "another folder", "--compare", "remove"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!result.exists());
        // Without a word of what the results are of, each says it itself.
        std::fs::remove_file(path(assignment).join("batch.json")).unwrap();
        let text = ends_with(&grade(assignment, submissions, &[]), 0);
        assert!(result.exists());
        let mixed = text.contains("graded before");
        assert!(!mixed, "{text}");
        let again =
            text.contains("1 had results of another batch there, and are graded again: ada");
        assert_eq!(again, assignment == "tally", "{text}");
        std::fs::remove_dir_all(path(assignment)).unwrap();
    }
}

#[test]
fn a_seed_that_nobody_has_named_is_drawn_and_kept() {
    let batch = tempfile::tempdir().unwrap();
    add_folder(batch.path(), "ada", "solution");
    let grade = |out: &Path| {
        let mut command = command("grade");
        command.args(["--assignment", "tally", "--out"]).arg(out).arg(batch.path());
        ends_with(&command.output().unwrap(), 0);
        results(out)["ada"]["seed"].as_u64().unwrap()
    };
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let seed = grade(one.path());
    assert_ne!(seed, grade(other.path()), "two batches have the same seed");
    // A batch that goes on keeps its own.
    std::fs::remove_file(one.path().join("results/ada.json")).unwrap();
    assert_eq!(grade(one.path()), seed);
    // Parts that do not name one would not fit together.
    let output = command("grade")
        .args(["--assignment", "tally", "--shard", "1/2", "--out"])
        .arg(other.path())
        .arg(batch.path())
        .output();
    assert!(ends_with(&output.unwrap(), 2).contains("--seed"));
}

#[test]
fn parts_come_to_the_same_as_the_whole() {
    let (batch, whole) = (a_batch(), tempfile::tempdir().unwrap());
    ends_with(&grade(&[batch.path()], whole.path(), &[]).output().unwrap(), 1);
    let parts: Vec<_> = (1..=3).map(|_| tempfile::tempdir().unwrap()).collect();
    let merge = |out: &Path| {
        let mut merge = command("merge");
        merge.arg("--out").arg(out).args(parts.iter().map(|part| part.path()));
        merge.output().unwrap()
    };
    let shard = |i: usize| {
        let shard = format!("{}/3", i + 1);
        let output = grade(&[batch.path()], parts[i].path(), &["--shard", &shard]).output();
        assert!(matches!(output.unwrap().status.code(), Some(0 | 1)));
    };
    (0..2).for_each(shard);
    let merged = tempfile::tempdir().unwrap();
    // The third was never run.
    assert!(ends_with(&merge(merged.path()), 4).contains("holds no batch"));
    shard(2);
    ends_with(&merge(merged.path()), 1);
    assert_eq!(grade_book(merged.path()), grade_book(whole.path()));
    assert_eq!(results(merged.path()), results(whole.path()));

    // A result that got lost is missed.
    let lost = results(parts[0].path()).into_keys().chain(results(parts[1].path()).into_keys());
    let name = lost.last().unwrap();
    for part in &parts {
        let _ = std::fs::remove_file(part.path().join(format!("results/{name}.json")));
    }
    let again = tempfile::tempdir().unwrap();
    let text = ends_with(&merge(again.path()), 4);
    assert!(text.contains(&format!("1 of 6 submissions have no result yet: {name}")), "{text}");
}

#[test]
fn what_cannot_be_graded_is_said_at_once() {
    let (batch, out) = (a_batch(), tempfile::tempdir().unwrap());
    let empty = tempfile::tempdir().unwrap();
    let output = grade(&[empty.path()], out.path(), &[]).output().unwrap();
    assert!(ends_with(&output, 4).contains("no folders or archives of submissions"));
    let text = batch.path().join("mails.csv");
    let output = grade(&[&text], out.path(), &[]).output().unwrap();
    assert!(ends_with(&output, 4).contains("nothing here is a submission: mails.csv"));
    let twice = [batch.path(), &batch.path().join("ada")];
    let output = grade(&twice, out.path(), &[]).output().unwrap();
    assert!(ends_with(&output, 4).contains("two submissions are called ada"));
    let output = grade(&[batch.path()], out.path(), &["--shard", "4/3"]).output().unwrap();
    assert!(ends_with(&output, 2).contains("the third of eight"));
}

#[test]
fn a_result_that_cannot_be_written_is_missed_and_the_others_are_there() {
    let (batch, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    add_folder(batch.path(), "ada", "solution");
    add_folder(batch.path(), "bob", "wrong/reaches_out");
    // No file takes the place of a folder.
    let place = out.path().join("results/bob.json");
    std::fs::create_dir_all(&place).unwrap();
    let text = ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 3);
    assert_eq!(text.matches("error:").count(), 1, "{text}");
    assert!(text.contains("One result could not be written; the same command tries again: bob"));
    assert_eq!(grade_book(out.path()).lines().count(), 2);
    std::fs::remove_dir(&place).unwrap();
    ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 1);
    assert_eq!(grade_book(out.path()).lines().count(), 3);
    // Where none can be written, nothing was graded.
    for name in ["ada", "bob"] {
        let place = out.path().join(format!("results/{name}.json"));
        std::fs::remove_file(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
    }
    let text = ends_with(&grade(&[batch.path()], out.path(), &[]).output().unwrap(), 4);
    assert_eq!(text.matches("error:").count(), 1, "{text}");
}

#[test]
fn a_disk_that_is_full_is_no_score() {
    let (batch, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    add_folder(batch.path(), "ada", "solution");
    add_folder(batch.path(), "dora", "wrong/reaches_out");
    let tiny = tempfile::tempdir().unwrap();
    // In a mount namespace of this test's alone.
    let full = |command: &str| {
        let mount = format!("mount -t tmpfs -o size=200k tiny '{}' && ", tiny.path().display());
        let mut unshare = Command::new("unshare");
        unshare
            .args(["-U", "-r", "-m", "sh", "-c"])
            .arg(mount + command)
            .env("TMPDIR", tiny.path());
        unshare
    };
    if !full("true").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: unshare(1) cannot mount anything here");
        return;
    }
    let grade = grade(&[batch.path()], out.path(), &[]);
    let output =
        full("exec \"$0\" \"$@\"").arg(grade.get_program()).args(grade.get_args()).output();
    let text = ends_with(&output.unwrap(), 3);
    assert!(text.contains("The grader cannot tell for 1"), "{text}");
    let before = results(out.path());
    let message = before["ada"]["message"].as_str().unwrap();
    assert!(message.contains("has no room for 64 MB"), "{message}");
    assert_eq!(before["ada"]["score"], Value::Null);
    // It needs no room to say that a source is wrong.
    assert_eq!(before["dora"]["status"], "does_not_compile");

    let mut grade = { grade };
    ends_with(&grade.output().unwrap(), 1);
    assert_eq!(results(out.path())["ada"]["score"], 6);
}
