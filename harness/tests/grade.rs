//! The verbs that grade, over the miniature course in `tests/course`.

use harness::grading::assignment::Assignment;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

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

/// Grades the assignment's solution, or, each as a submission of its own, all of its wrong ones. The results are in the order of their names.
fn grade(assignment: &str, what: &str, code: i32) -> Vec<Value> {
    let (out, submissions) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let known = Assignment::load(&course(), assignment).unwrap();
    let names = match what {
        "wrong" => {
            known.manifest.wrong.iter().map(|wrong| format!("wrong/{}", wrong.name)).collect()
        }
        _ => vec![what.to_owned()],
    };
    for sample in names {
        let name = sample.rsplit('/').next().unwrap();
        known.sample(&sample).unwrap().write(&submissions.path().join(name)).unwrap();
    }
    let (path, to) = (submissions.path().to_str().unwrap(), out.path().to_str().unwrap());
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

/// The wrong solutions of the tally: graded once for all who look at the results.
fn wrong_tallies() -> Vec<Value> {
    static GRADED: LazyLock<Vec<Value>> = LazyLock::new(|| grade("01-tally", "wrong", 1));
    GRADED.clone()
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

    let wrong = wrong_tallies();
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

#[test]
fn a_program_is_judged_from_outside() {
    let solution = &grade("02-keeper", "solution", 0)[0];
    assert_eq!(verdicts(solution), "adds: pass, keeps_processes: pass, replaces_what_dies: pass");

    let wrong = grade("02-keeper", "wrong", 1);
    let table: Vec<String> = wrong
        .iter()
        .map(|result| {
            let failed = |check: &&Value| check["status"] == "fail";
            let check = result["checks"].as_array().unwrap().iter().find(failed).unwrap();
            let name = result["submission"].as_str().unwrap();
            // The numbers are random, and how many digits they have; so are the processes'.
            let message = check["message"].as_str().unwrap().split(": [").next().unwrap();
            let mut message = message.replace(|c: char| c.is_ascii_digit(), "#");
            while message.contains("##") {
                message = message.replace("##", "#");
            }
            format!("{name}: {} at {}: {message}", check["name"], check["at"])
        })
        .collect();
    insta::assert_snapshot!("keeper", table.join("\n"));
}

#[test]
fn manifests_and_results_fit_their_schemas() {
    let schema = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(folder.join("schema").join(name)).unwrap();
        let schema: Value = serde_json::from_slice(&text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        // As it is shipped, with nothing beside it.
        jsonschema::options().build(&schema).unwrap()
    };
    let complaint = |schema: &jsonschema::Validator, value: &Value| {
        schema.iter_errors(value).next().map(|error| format!("{}: {error}", error.instance_path()))
    };

    let assignments = schema("assignment.schema.json");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut manifests = 0;
    for course in [course(), ours] {
        for chapter in std::fs::read_dir(course.join("chapters")).unwrap() {
            let path = chapter.unwrap().path().join("assignment/assignment.toml");
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let mut value = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
            assert_eq!(complaint(&assignments, &value), None, "{}", path.display());
            value["check"][0]["kind"] = "walk".into();
            assert!(complaint(&assignments, &value).is_some());
            manifests += 1;
        }
    }
    assert!(manifests >= 2);

    let results = schema("result.schema.json");
    let mut traces = 0;
    for mut result in wrong_tallies() {
        assert_eq!(complaint(&results, &result), None, "{}", result["submission"]);
        let checks = result["checks"].as_array_mut().unwrap();
        if let Some(trace) = checks.iter_mut().find_map(|c| c.pointer_mut("/explored/trace")) {
            trace["version"] = 99.into();
            traces += 1;
        } else {
            result["score"] = "full".into();
        }
        assert!(complaint(&results, &result).is_some());
    }
    assert!(traces > 2, "{traces} failing runs");
}

#[test]
fn the_schema_of_results_brings_that_of_traces_along() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(path)).unwrap()).unwrap()
    };
    let brought = &read("schema/result.schema.json")["$defs"]["trace"];
    let why =
        "copy explorer/trace/schema/trace.schema.json to $defs/trace of schema/result.schema.json";
    assert!(*brought == read("explorer/trace/schema/trace.schema.json"), "{why}");
}

/// What a manifest may say of a check, a result repeats.
#[test]
fn the_schemas_of_assignments_and_of_results_name_the_same_kinds() {
    let schema = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let (assignments, results) = (schema("assignment.schema.json"), schema("result.schema.json"));
    for field in ["kind", "visibility"] {
        let named = |schema: &Value| schema["$defs"]["check"]["properties"][field]["enum"].clone();
        assert!(named(&assignments).as_array().is_some_and(|all| all.len() > 1), "{field}");
        assert_eq!(named(&assignments), named(&results), "{field}");
    }
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
    let patch = |name: &str| folder.join("wrong").join(name).with_extension("patch");
    let edit = |name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(patch(name)).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(patch(name), text.replace(from, to)).unwrap();
    };
    edit(
        "notify_one",
        "+        self.grown.notify_one();",
        "+        self.grown.notify_all(); // one",
    );
    edit("off_by_one", "-        Self::default()", "-        Self::nothing()");
    std::fs::write(folder.join("starter/src/lib.rs"), &source).unwrap();
    let lost = Assignment::load(&course(), "01-tally").unwrap().sample("wrong/load_and_store");
    lost.unwrap().write(&folder.join("alternatives/atomic")).unwrap();
    std::fs::copy(patch("if_around_wait"), patch("forgotten")).unwrap();
    std::fs::create_dir(folder.join("wrong/a_folder")).unwrap();
    std::fs::remove_file(folder.join("README.zh-CN.md")).unwrap();
    let manifest = folder.join("assignment.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let text = text.replace(", zh = \"单线程计数\"", "");
    // What is before a check keeps it from looking.
    let late = "visibility = \"hidden\"\ndepends_on = [\"counts_alone\"";
    let named = "name = \"never_notifies\"\ncaught_by = \"wakes_everybody\"";
    assert!(text.contains(late) && text.contains(named), "{text}");
    let text = text.replace(late, &late.replace("counts_alone", "wakes_everybody"));
    let text = text.replace(named, &named.replace("wakes_everybody", "waits_in_a_loop"));
    std::fs::write(&manifest, text).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["course", "check", "tally", "--course"])
        .arg(broken.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    for problem in [
        "starter: passes, although there is nothing in it yet",
        "alternatives/atomic: does not pass loses_nothing: two threads added 1 each",
        "wrong/notify_one: passes wakes_everybody, which should catch it",
        "wrong/forgotten.patch has no [[wrong]]",
        "wrong/a_folder is no patch",
        "wrong/off_by_one.patch no longer applies",
        "README.zh-CN.md is missing or empty",
        "the title of counts_alone has no text in `zh`",
        "wrong/never_notifies: waits_in_a_loop should catch it, but was not run, as it depends on wakes_everybody; wakes_everybody said: deadlock",
    ] {
        assert!(text.contains(problem), "{problem}\n{text}");
    }
}

#[test]
fn a_wrong_solution_is_written_out_edited_and_saved() {
    let home = tempfile::tempdir().unwrap();
    copy(&course(), &home.path().join("course"));
    let tally = Assignment::load(&home.path().join("course"), "01-tally").unwrap();
    let wrong = |name: &str, folder: &str, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(["course", "wrong", "tally", name, folder, "--course", "course"])
            .args(more)
            .current_dir(home.path())
            .output()
            .unwrap();
        (output.status.success(), said(&output))
    };
    let lib = |folder: &str| home.path().join(folder).join("src/lib.rs");
    let edit = |folder: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(lib(folder)).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(lib(folder), text.replace(from, to)).unwrap();
    };
    let is_saved = |name: &str, folder: &str| {
        let (_, kept) = tally.sample(&format!("wrong/{name}")).unwrap().files.remove(0);
        kept == std::fs::read(lib(folder)).unwrap()
    };

    let (well, text) = wrong("notify_one", "one", &[]);
    assert!(well && text.contains("notify_one of 01-tally is in one"), "{text}");
    assert!(is_saved("notify_one", "one"));
    let manifest = std::fs::read_to_string(home.path().join("one/Cargo.toml")).unwrap();
    assert!(manifest.contains("assignment = \"01-tally\""), "it can be checked: {manifest}");
    assert!(!wrong("notify_one", "one", &[]).0, "nothing is overwritten");
    edit("one", "self.grown.notify_one();", "// Nobody is told.");
    assert!(!is_saved("notify_one", "one"));
    let (well, text) = wrong("notify_one", "one", &["--save"]);
    assert!(well && text.contains("over solution, 1 lines added and 1 removed"), "{text}");
    assert!(is_saved("notify_one", "one"));

    // A new one, over something else.
    let (well, text) = wrong("lazy", "lazy", &[]);
    assert!(!well && text.contains("no wrong/lazy.patch; there are: if_around_wait"), "{text}");
    assert!(wrong("lazy", "lazy", &["--over", "alternatives/atomic"]).0);
    let same = wrong("lazy", "lazy", &["--save", "--over", "alternatives/atomic"]);
    assert!(!same.0 && same.1.contains("there is nothing wrong"), "{}", same.1);
    edit("lazy", "SeqCst", "Relaxed");
    let (well, text) = wrong("lazy", "lazy", &["--save", "--over", "alternatives/atomic"]);
    assert!(well && text.contains("[[wrong]]\nname = \"lazy\""), "{text}");
    assert!(is_saved("lazy", "lazy"));

    // Saved again, it stays over what it was over.
    edit("lazy", "Relaxed", "Release");
    assert!(wrong("lazy", "lazy", &["--save"]).1.contains("over alternatives/atomic"));
    let out = wrong("../../../escape", "lazy", &["--save"]);
    assert!(!out.0 && out.1.contains("is no name for a file"), "{}", out.1);
}

#[test]
fn what_a_check_looked_at_is_held_against_the_solution() {
    let folder = tempfile::tempdir().unwrap();
    let assignment = folder.path().join("course/chapters/01-answer/assignment");
    let put = |path: PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let manifest = "schema = 1\ntitle = { en = \"A\" }\nform = \"library\"\npoints = 3\nminutes = 1\nblind = true\n\
                    [[check]]\nname = \"drawn\"\nkind = \"explore\"\npoints = 1\ntitle = { en = \"D\" }\n\
                    [[check]]\nname = \"fixed\"\nkind = \"run\"\npoints = 1\ntitle = { en = \"F\" }\n\
                    [[check]]\nname = \"plain\"\nkind = \"run\"\npoints = 1\ntitle = { en = \"P\" }\n";
    // What the process is told is no help in the first: whatever the function answers, it answers it twice.
    let checks = "use student::{Kind, answer};\njudge::seen!(Kind { Even, Odd(by) });\n\
                  pub fn drawn() { let n = judge::drawn(10..1000); assert_eq!(answer(2 * n + 1), answer(2 * n + 1)); }\n\
                  pub fn fixed() { assert!(matches!(answer(2), Kind::Even)); }\n\
                  pub fn plain() { let n = judge::drawn(10..1000); assert_eq!(answer(2 * n + 1), Kind::Odd(2 * n + 1)); }\n";
    let library = |even: &str, odd: &str| {
        format!(
            "#[derive(Debug, PartialEq, Eq)]\npub enum Kind {{ Even, Odd(u64) }}\n\
             pub fn answer(n: u64) -> Kind {{ if n % 2 == 0 {{ {even} }} else {{ {odd} }} }}\n"
        )
    };
    put(assignment.join("assignment.toml"), manifest);
    put(assignment.join("checks.rs"), checks);
    put(assignment.join("starter/src/lib.rs"), &library("todo!()", "todo!()"));
    put(assignment.join("solution/src/lib.rs"), &library("Kind::Even", "Kind::Odd(n)"));
    let submissions = folder.path().join("submissions");
    // One is right in other words; the other is wrong, also where the check that is told says nothing.
    for (name, odd) in [("right", "Kind::Odd(n * 2 - n)"), ("twice", "Kind::Odd(n + 1)")] {
        put(submissions.join(name).join("src/lib.rs"), &library("Kind::Even", odd));
    }
    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("grade")
        .arg(&submissions)
        .args(["--assignment", "1", "--seed", "4", "--instructor-pages", "--course"])
        .arg(folder.path().join("course"))
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let text = said(&output);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let result = |name: &str| -> Value {
        serde_json::from_str(&read(&format!("results/{name}.json"))).unwrap()
    };
    let of = |name: &str, member: &str| -> Vec<Value> {
        let result = result(name);
        result["checks"].as_array().unwrap().iter().map(|check| check[member].clone()).collect()
    };
    assert_eq!(of("right", "status"), ["pass", "pass", "pass"], "{text}");
    assert_eq!(of("right", "basis"), ["confirmed", "open", "confirmed"], "{text}");
    assert_eq!(of("twice", "status"), ["fail", "pass", "fail"], "{text}");
    // The last one is told what is right, says that it is not so, and shows where.
    assert!(of("twice", "expected")[2].as_str().unwrap().starts_with("Odd("), "{text}");
    assert_eq!((&result("right")["score"], &result("twice")["score"]), (&3.into(), &1.into()));
    let note = of("twice", "notes")[0][0].as_str().unwrap().to_owned();
    assert!(note.starts_with("its process says that it passes, and checks.rs:3: Odd("), "{note}");
    assert!(text.contains(&format!("A note on twice, drawn: {note}")), "{text}");
    assert!(read("instructor/twice.html").contains("its process says that it passes"));
    assert!(!read("pages/twice.html").contains("its process says"));
    assert!(read("instructor/right.html").contains("confirmed by the solution"));
    assert!(!read("pages/right.html").contains("confirmed by"));
}

/// Blind and told, a check whose cases have points of their own gives those that are passed, and every report says which.
#[test]
fn a_check_with_cases_gives_the_points_of_those_that_are_passed() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let manifest = |blind: bool| {
        format!(
            "schema = 1\ntitle = {{ en = \"S\" }}\nform = \"library\"\npoints = 7\nminutes = 1\nblind = {blind}\n\
             [[check]]\nname = \"signs\"\nkind = \"explore\"\npoints = 6\ntitle = {{ en = \"Signs\" }}\n\
             cases = [{{ name = \"above\", points = 1 }}, {{ name = \"below\", points = 2, title = {{ en = \"Below\" }} }}, {{ name = \"both\", points = 3 }}]\n\
             [[check]]\nname = \"after\"\nkind = \"run\"\npoints = 1\ntitle = {{ en = \"A\" }}\ndepends_on = [\"signs\"]\n"
        )
    };
    let checks = "use student::sign;\n\
                  pub fn above() { let n = judge::drawn(10..1000) as i64; assert_eq!(sign(n), n + 1); }\n\
                  pub fn below() { let n = judge::drawn(10..1000) as i64; assert_eq!(sign(-n), -n - 1); }\n\
                  pub fn both() { let n = judge::drawn(10..1000) as i64; assert_eq!(sign(n) + sign(-n), 0); assert_eq!(sign(n + 1), n + 2); }\n\
                  pub fn after() { let n = judge::drawn(10..1000) as i64; assert_eq!(sign(n), n + 1); }\n";
    let library = |below: &str| {
        format!("pub fn sign(n: i64) -> i64 {{ if n > 0 {{ n + 1 }} else {{ {below} }} }}\n")
    };
    for (name, blind) in [("01-told", false), ("02-blind", true)] {
        let assignment = folder.path().join("course/chapters").join(name).join("assignment");
        put(assignment.join("assignment.toml"), &manifest(blind));
        put(assignment.join("checks.rs"), checks);
        put(assignment.join("starter/src/lib.rs"), &library("todo!()"));
        put(assignment.join("solution/src/lib.rs"), &library("n - 1"));
    }
    let submissions = folder.path().join("submissions");
    for (name, below) in [("all", "-(-n + 1)"), ("some", "0")] {
        put(submissions.join(name).join("src/lib.rs"), &library(below));
    }
    for assignment in ["told", "blind"] {
        let out = folder.path().join(assignment);
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .arg("grade")
            .arg(&submissions)
            .args(["--assignment", assignment, "--seed", "4", "--course"])
            .arg(folder.path().join("course"))
            .arg("--out")
            .arg(&out)
            .output()
            .unwrap();
        let text = said(&output);
        let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
        let result = |name: &str| -> Value {
            serde_json::from_str(&read(&format!("results/{name}.json"))).unwrap()
        };
        let results = schema_text("result.schema.json");
        let schema = jsonschema::validator_for(&results).unwrap();
        let (all, some) = (result("all"), result("some"));
        assert!(schema.is_valid(&all) && schema.is_valid(&some), "{some:#}");
        assert_eq!((&all["score"], &all["checks"][0]["points"]), (&7.into(), &6.into()), "{text}");
        let signs = &some["checks"][0];
        assert_eq!((&some["score"], &signs["status"]), (&1.into(), &"fail".into()), "{text}");
        let of = |member: &str| -> Vec<Value> {
            let cases = signs["cases"].as_array().unwrap();
            cases.iter().map(|case| case[member].clone()).collect()
        };
        assert_eq!(of("status"), ["pass", "fail", "fail"], "{text}");
        assert_eq!(of("points"), [1, 0, 0]);
        assert!(signs["message"].as_str().unwrap().starts_with("below: "), "{signs:#}");
        // What depends on the whole is not run for a part.
        assert_eq!(some["checks"][1]["status"], "not_run");
        let page = read("pages/some.html");
        assert!(page.contains("<code>below</code>") && page.contains("<td>0/2</td>"), "{page}");
        let gradescope: Value = serde_json::from_str(&read("gradescope/some.json")).unwrap();
        let test = &gradescope["tests"][0];
        assert_eq!((&test["score"], &test["max_score"]), (&1.into(), &6.into()));
        assert!(test["output"].as_str().unwrap().contains("1/1 above: pass\n0/2 below: fail"));
        assert!(
            read("gradebook.csv").contains("\"some\",")
                && read("gradebook.csv").contains(",1,7,1,0,")
        );
    }
    // What students are given has the cases, and what is hidden is gone with them.
    let manifest = folder.path().join("course/chapters/01-told/assignment/assignment.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let hidden = text.replacen("points = 6\n", "points = 6\nvisibility = \"hidden\"\n", 1);
    put(manifest, &hidden);
    let students = folder.path().join("students");
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["course", "export", "--students"])
        .arg(&students)
        .arg("--course")
        .arg(folder.path().join("course"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let read = |name: &str| {
        let path = students.join("chapters").join(name).join("assignment/checks.rs");
        std::fs::read_to_string(path).unwrap()
    };
    assert!(read("02-blind").contains("pub fn both()"));
    assert!(read("01-told").contains("pub fn after()") && !read("01-told").contains("both"));
}

#[test]
fn a_new_course_is_whole_and_grades() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (course, out) = (path("course"), path("out"));
    let harness = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_harness")).args(arguments).output().unwrap()
    };
    let output = harness(&["course", "new", &course, "01-tally"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = harness(&["course", "check", "--course", &course]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let expected = "01-tally  good: the starter fails, 1 solution passes, 1 wrong one is caught, 6 cheats earn nothing";
    assert!(said(&output).contains(expected), "{}", said(&output));
    let known = Assignment::load(Path::new(&course), "01-tally").unwrap();
    for (name, sample) in [("ada", "solution"), ("bob", "wrong/two_locks"), ("cy", "solution")] {
        let submission = folder.path().join("submissions").join(name);
        known.sample(sample).unwrap().write(&submission).unwrap();
    }
    let submissions = path("submissions");
    let given = ["--course", &course, "--assignment", "tally", "--out", &out];
    let output = harness(&[&["grade", &submissions][..], &given].concat());
    let text = said(&output);
    for line in ["3 of 3  ada", "1 of 3  bob", "were handed in by ada, cy"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let output = harness(&["course", "new", &course, "tally"]);
    assert!(said(&output).contains("is no name of an assignment"), "{}", said(&output));
    // Its tasks are in English, and there need be no others.
    let package = path("mine");
    let wrong = ["course", "wrong", "01-tally", "mine", &package, "--course", &course];
    let output = harness(&[&wrong[..], &["--over", "solution"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let source = folder.path().join("mine/src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    assert!(text.contains("+= number"), "{text}");
    std::fs::write(&source, text.replace("+= number", "= number")).unwrap();
    let output = harness(&[&wrong[..], &["--save"]].concat());
    assert!(said(&output).contains("name = \"mine\""), "{}", said(&output));
    let copy = path("copy");
    let output = harness(&["start", "01-tally", &copy, "--course", &course, "--language", "zh"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("README.md"), "{}", said(&output));
}

/// Whoever writes a check that sees nothing is told so, and by which name; not a student who has points for nothing.
#[test]
fn a_check_that_looks_at_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let harness = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_harness")).args(arguments).output().unwrap();
        (said(&output).split_whitespace().collect::<Vec<_>>().join(" "), output.status.code())
    };
    let course = folder.path().join("course").to_str().unwrap().to_owned();
    assert_eq!(harness(&["course", "new", &course, "01-tally"]).1, Some(0));
    let checks = folder.path().join("course/chapters/01-tally/assignment/checks.rs");
    let whole = std::fs::read_to_string(&checks).unwrap();
    let with = |body: &str| {
        let name = "pub fn counts_alone() {";
        let (before, rest) = whole.split_once(name).unwrap();
        let (_, after) = rest.split_once("\n}\n").unwrap();
        std::fs::write(&checks, format!("{before}{name}\n{body}\n}}\n{after}")).unwrap();
        let (text, code) = harness(&["course", "check", "--course", &course]);
        assert_eq!(code, Some(1), "{text}");
        text
    };
    let text = with("    if judge::drawn(1..9) == 9 { panic!(\"no\") }");
    let told = "solution: cannot be graded: solution cannot be asked what is right: counts_alone looks at nothing that a submission answers";
    assert!(text.contains(told), "{text}");
    // Once, not for each sample.
    assert_eq!(text.matches("looks at nothing").count(), 1, "{text}");
    let text = with(
        "    assert!(Err::<(), std::fmt::Error>(std::fmt::Error).is_err());\n    assert_eq!(std::fmt::Error, std::fmt::Error);",
    );
    assert!(text.contains("a check cannot look at `"), "{text}");
    assert!(text.contains("judge::seen!"), "{text}");

    // The like of a judge: one that does not even start the program.
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let keepers = folder.path().join("keepers");
    copy(&from, &keepers);
    let judge = keepers.join("chapters/02-keeper/assignment/judge.rs");
    let text = std::fs::read_to_string(&judge).unwrap();
    let at = text.find("pub fn ").unwrap();
    let start = at + text[at..].find('{').unwrap() + 1;
    let (before, after) = text.split_at(start);
    std::fs::write(&judge, format!("{before}\n    if true {{ return; }}\n{after}")).unwrap();
    let (text, code) =
        harness(&["course", "check", "keeper", "--course", keepers.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("looks at nothing: it has not started the program"), "{text}");
}

#[test]
fn every_field_of_a_manifest_is_told_with_its_default() {
    let fields = schema_text("assignment.schema.json");
    let at = |pointer: &str| fields.pointer(pointer).unwrap().as_object().unwrap().clone();
    for page in ["book/src/making-a-course.md", "book/zh-CN/src/making-a-course.md"] {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = std::fs::read_to_string(workspace.join(page)).unwrap();
        let row = |name: &str| -> Vec<String> {
            let begins = format!("| `{name}` | ");
            text.lines().filter(|line| line.starts_with(&begins)).map(str::to_owned).collect()
        };
        let mut told = 0;
        for pointer in [
            "/properties",
            "/$defs/check/properties",
            "/$defs/limits/properties",
            "/$defs/wrong/properties",
            "/$defs/cheat/properties",
            "/$defs/case/properties",
        ] {
            for (name, field) in at(pointer) {
                // These have tables of their own.
                if pointer == "/properties" && ["check", "wrong", "cheat"].contains(&name.as_str())
                {
                    continue;
                }
                let rows = row(&name);
                assert!(!rows.is_empty(), "{page}: no row for {name}");
                if let Some(default) = field.get("default") {
                    let default = default.to_string();
                    assert!(
                        rows.iter().any(|row| row.contains(&default)),
                        "{page}: {name} {default}"
                    );
                }
                told += 1;
            }
        }
        assert!(told >= 30, "{told}");
    }
}

/// A schema as it is written.
fn schema_text(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
