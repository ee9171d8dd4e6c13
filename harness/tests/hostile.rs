//! Submissions to 03 whose author knows the grader: what comes out of their jails, out of rustc and out of their names reads nothing, shows
//! nothing that is hidden, stops nobody, and earns nothing.

#[path = "hostile/batch.rs"]
mod batch;
#[path = "hostile/hides.rs"]
mod hides;

use batch::Batch;
use harness::course::naps::{Nap, napping};
use harness::grading::intake::Taken;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn assignment() -> PathBuf {
    root().join("chapters/03-locks/assignment")
}

fn attack(name: &str) -> String {
    let folder = root().join("harness/tests/attacks/locks");
    std::fs::read_to_string(folder.join(name).with_extension("rs")).unwrap()
}

/// The solution, which does this first whenever a bank is made.
fn solution_that(does: &str) -> String {
    let solution = std::fs::read_to_string(assignment().join("solution/src/lib.rs")).unwrap();
    let made = "pub fn new(balances: &[u64]) -> Self {\n";
    assert!(solution.contains(made));
    solution.replacen(made, &format!("{made}{does}\n"), 1)
}

/// The same hole without a second lifetime, and without `for`.
fn elided(attack: &str) -> String {
    let from = attack.find("static NOTHING").unwrap();
    let to = attack.find("enum Either").unwrap();
    let (before, after) = (&attack[..from], &attack[to..]);
    format!(
        "{before}type Out<'a, T> = (&'static mut T, Option<&'static &'a ()>);
fn longer<T>(value: &mut T) -> Out<'_, T> {{ (value, None) }}
fn for_ever<T: 'static>(value: &mut T) -> &'static mut T {{
    let widen: fn(&mut T) -> Out<'_, T> = longer;
    widen(value).0
}}
{after}"
    )
    .replace("fn transmute<A, B>", "fn transmute<A: 'static, B: 'static>")
}

/// The lines of the checks that say something; of the hidden one alone, if so.
fn lines_of_checks(hidden: bool) -> Vec<String> {
    let text = std::fs::read_to_string(assignment().join("checks.rs")).unwrap();
    let text = match hidden {
        true => &text[text.find("pub fn a_panic_does_not_close_the_account").unwrap()..],
        false => &text[..],
    };
    let lines = text.lines().map(str::trim).filter(|line| line.len() > 25);
    lines
        .filter(|line| !line.starts_with("//") && !line.starts_with("use "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn nothing_is_read_for_a_trace() {
    let batch = Batch::new();
    batch.add("other", &[("lib.rs", "// the words of another submission\n")]);
    let secret = batch.path("secret").display().to_string();
    let up = format!("{}{secret}", "../".repeat(30));
    let other = batch.path("submissions/other/src/lib.rs").display().to_string();
    let solution = assignment().join("solution/src/lib.rs").display().to_string();
    std::fs::create_dir_all(batch.path("submissions/reads/src")).unwrap();
    std::os::unix::fs::symlink(&secret, batch.path("submissions/reads/link")).unwrap();
    let link = batch.path("submissions/reads/link").display().to_string();
    let places = [
        &secret,
        &up,
        &other,
        &solution,
        &link,
        "/dev/zero",
        "../grader/main.rs",
        "/proc/self/environ",
    ];
    let places = places.map(|path: &str| (path, 1..3)).into_iter().chain([("checks.rs", 1..200)]);
    let steps = places.flat_map(|(file, lines)| {
        lines.map(move |line| {
            json!({ "thread": 0, "op": "yield", "at": { "file": file, "line": line } }).to_string()
        })
    });
    let steps = steps.collect::<Vec<_>>().join(",");
    batch.add("reads", &[("lib.rs", &attack("reads_any_file").replace("@STEPS@", &steps))]);
    let graded = batch.grade();
    assert_eq!(graded.score("reads"), 0);
    for (path, text) in graded.about("reads").filter(|(path, _)| *path != "said") {
        for words in
            ["words of the secret", "words of another", "MutexGuard", "environ:", "fn main()"]
        {
            assert!(!text.contains(words), "{words} in {path}");
        }
    }
}

#[test]
fn one_submission_costs_nobody_else_anything() {
    let batch = Batch::new();
    for threads in [17, 20, 30] {
        let parks = format!(
            "let all: Vec<_> = (0..{threads}).map(|_| std::thread::spawn(|| std::thread::park())).collect(); for one in all {{ one.join().unwrap(); }}"
        );
        batch.add(&format!("a{threads}"), &[("lib.rs", &solution_that(&parks))]);
    }
    let turns = "let lock = std::sync::Mutex::new(0); for _ in 0..4000 { *lock.lock().unwrap() += 1; } let thread = std::thread::spawn(|| ()); thread.join().unwrap(); if balances.len() > 0 { panic!(\"after many steps\"); }";
    batch.add("long", &[("lib.rs", &solution_that(turns))]);
    batch.add("right", &[("lib.rs", &solution_that(""))]);
    // Before all others: rustc takes them, and what reads a source as a tree would come to the end of its stack.
    let right = solution_that("");
    let swallowed = |open: &str, close: &str| {
        let (open, close) = (open.repeat(8000), close.repeat(8000));
        format!(
            "{right}\nmacro_rules! ignore {{ ($($t:tt)*) => {{}} }}\nignore! {{ {open}{close} }}\n"
        )
    };
    let deep = [
        swallowed("(", ")"),
        swallowed("[{", "}]"),
        format!("{right}\npub fn f() -> bool {{ {}true }}\n", "!".repeat(2000)),
        format!("{right}\npub fn f() -> u8 {{ 1{} }}\n", " as u8".repeat(2000)),
    ];
    for (number, source) in deep.iter().enumerate() {
        batch.add(&format!("0deep{number}"), &[("lib.rs", source)]);
    }
    batch.add("0inside", &[("lib.rs", &right), ("other.rs", &deep[0])]);
    let graded = batch.grade();
    assert_eq!(graded.score("right"), 12, "{}", graded.said);
    for name in ["0deep0", "0deep1", "0deep2", "0deep3", "0inside"] {
        assert_eq!(graded.results[name]["status"], "refused", "{name}");
        let why = graded.results[name]["message"].as_str().unwrap();
        assert!(why.contains("is inside of more than"), "{why}");
    }
    assert_eq!(std::fs::read_dir(batch.path("temporary")).unwrap().count(), 0);
    for name in ["a17", "a20", "a30", "long"] {
        assert_eq!(graded.score(name), 0, "{name}: {}", graded.said);
        let page = &graded.files[&format!("pages/{name}.html")];
        assert!(page.len() < 1 << 20, "{name}: {} bytes", page.len());
        assert!(name == "long" || page.contains("<svg"), "{name} has no picture");
    }
    assert!(graded.files["./gradebook.csv"].lines().count() == 11, "{}", graded.said);
}

#[test]
fn a_function_of_another_type_is_named_and_the_checks_are_not_shown() {
    let batch = Batch::new();
    let solution = solution_that("");
    batch.add("leaks", &[("lib.rs", &attack("leaks_hidden_03"))]);
    batch.add("equal", &[("lib.rs", &attack("always_equal_03"))]);
    batch.add("alias", &[("lib.rs", &attack("always_equal_alias"))]);
    batch.add("errors", &[("lib.rs", &attack("errors_always_equal"))]);
    // What checks get from these is of another type only when it is used.
    let total = "pub fn total(&self) -> u64";
    assert!(solution.contains(total));
    batch.add("one", &[("lib.rs", &solution.replace(total, "pub fn total(&self, _: ()) -> u64"))]);
    batch.add(
        "no_debug",
        &[("lib.rs", &solution.replace("#[derive(Debug, Clone", "#[derive(Clone"))],
    );
    batch.add("no_type", &[("lib.rs", &solution.replace("TransferError", "MyError"))]);
    batch.add("mine", &[("lib.rs", &format!("{solution}\nfn f() -> u8 {{ \"mine\" }}\n"))]);
    let graded = batch.grade();
    let (all, hidden) = (lines_of_checks(false), lines_of_checks(true));
    assert!(all.len() > 40 && hidden.len() > 5);
    for name in ["leaks", "equal", "alias", "errors", "one", "no_debug", "no_type", "mine"] {
        // A run of a visible check may quote visible lines.
        let runs = ["errors", "one", "no_debug"].contains(&name);
        for (path, text) in graded.said_of(name) {
            for line in if runs { &hidden } else { &all } {
                let quoted = serde_json::to_string(line).unwrap();
                let quoted = quoted.trim_matches('"');
                assert!(
                    !text.contains(line) && !text.contains(quoted),
                    "{line} in {path} of {name}"
                );
            }
        }
    }
    for name in ["leaks", "equal", "alias", "no_type"] {
        assert_eq!(graded.score(name), 0, "{name}: {:#}", graded.results[name]);
    }
    let message =
        |name: &str| graded.results[name]["message"].as_str().unwrap_or_default().to_owned();
    for part in [
        "`Bank::transfer` has another type than the assignment asks for",
        "expected: fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError>",
        "found:    fn transfer(&self, _: usize, _: usize, _: u64) -> Any   (src/lib.rs:",
        "`TransferError`",
    ] {
        assert!(message("equal").contains(part), "{part} in {}", message("equal"));
    }
    assert!(message("alias").contains("Bank::transfer"), "{}", message("alias"));
    assert!(message("errors").contains("no `impl PartialEq` by hand"), "{}", message("errors"));
    assert!(message("no_debug").contains("#[derive(Debug)]"), "{}", message("no_debug"));
    assert!(message("no_type").contains("`TransferError` is not what"), "{}", message("no_type"));
    assert!(message("mine").contains("expected `u8`, found `&str`"), "{}", message("mine"));
    // One function costs its own checks, and no others.
    assert!(message("one").contains("`Bank::total`"), "{}", message("one"));
    let statuses = graded.statuses("one");
    assert_eq!(statuses["an_error_changes_nothing"], "pass", "{statuses:?}");
    assert_eq!(statuses["the_total_is_of_one_moment"], "fail", "{statuses:?}");
    let mentions_total = statuses["opposite_directions"];
    assert_eq!(mentions_total, "pass", "{statuses:?}");
    assert!(graded.score("one") > 0 && graded.score("one") < 12);
}

#[test]
fn what_a_process_says_of_itself_earns_nothing() {
    let batch = Batch::new();
    let cheat = |name: &str| {
        let file = assignment().join("cheats").join(name).join("src/lib.rs");
        std::fs::read_to_string(file).unwrap()
    };
    // One finds the key and writes the frame; the others know the checks of a year ago, or those of today, by their lines.
    batch.add("forges", &[("lib.rs", &attack("forges_03"))]);
    batch.add("elided", &[("lib.rs", &elided(&attack("forges_03")))]);
    batch.add("counts", &[("lib.rs", &attack("counts_of_arcs"))]);
    let hidden = attack("counts_of_arcs").replace("Arc::strong_count", "counted!()");
    let hidden = format!("macro_rules! counted {{ () => {{ Arc::strong_count }} }}\n{hidden}");
    batch.add("counts_by_macro", &[("lib.rs", &hidden.replace("//! ", "// "))]);
    // rustc leaves such a first line out, and not every parser does.
    let script =
        format!("#!/usr/bin/env (rust\n{}", attack("counts_of_arcs").replace("//! ", "// "));
    batch.add("counts_script", &[("lib.rs", &script)]);
    batch.add("lines", &[("lib.rs", &attack("by_line_number"))]);
    batch.add("knows", &[("lib.rs", &cheat("by_line_number"))]);
    batch.add("alone", &[("lib.rs", &cheat("without_locks"))]);
    // A nap of a nanosecond is no lock.
    let files = vec![("src/lib.rs".to_owned(), cheat("without_locks").into_bytes())];
    let taken = Taken { files, ..Taken::default() };
    let naps = napping(&taken, Nap::Park).unwrap().files.remove(0).1;
    batch.add("naps", &[("lib.rs", &String::from_utf8(naps).unwrap())]);
    batch.add("right", &[("lib.rs", &solution_that(""))]);
    let graded = batch.grade();
    assert_eq!(graded.score("right"), 12, "{}", graded.said);
    for name in ["forges", "elided", "counts", "counts_by_macro", "counts_script", "lines"] {
        assert_eq!(graded.score(name), 0, "{name}: {}", graded.said);
    }
    // A copied hole and counters that nobody watches are seen in the source, and it is said what to write.
    for (name, says) in [("forges", "Rust's issue"), ("counts", "keep a number of your own")] {
        let result = &graded.results[name];
        assert_eq!(result["status"], "refused", "{result:#}");
        assert!(result["message"].as_str().unwrap().contains(says), "{result:#}");
    }
    assert_eq!(graded.results["counts_by_macro"]["status"], "refused");
    assert_eq!(graded.results["counts_script"]["status"], "refused");
    // Another spelling of the same hole gets by. What it does with it earns nothing.
    assert_eq!(graded.results["elided"]["status"], "graded");
    let basis = |name: &str| -> Vec<&Value> {
        let checks = graded.results[name]["checks"].as_array().unwrap().iter();
        checks.map(|check| &check["basis"]).collect()
    };
    assert_eq!(basis("right").iter().filter(|basis| **basis == "confirmed").count(), 10);
    for name in ["knows", "alone", "naps"] {
        let statuses = graded.statuses(name);
        for check in [
            "opposite_directions",
            "round_a_triangle",
            "the_last_money_is_paid_once",
            "the_total_is_of_one_moment",
            "an_account_in_use_is_waited_for",
        ] {
            assert_ne!(statuses[check], "pass", "{name}: {statuses:?}");
        }
    }
    assert!(graded.score("alone") > 0, "what needs no threads is right: {}", graded.said);
}

/// A nap with the line of a check would be the check's, whose naps let nobody go first. With it and without locks `everybody_comes_in` was passed.
#[test]
fn nobody_naps_in_the_lines_of_a_check() {
    let batch = Batch::of("04-rlock");
    let solution = root().join("chapters/04-rlock/assignment/solution/src/lib.rs");
    let solution = std::fs::read_to_string(solution).unwrap();
    let write = "pub fn write(&self)";
    assert!(solution.contains(write));
    let naps = solution.replace(write, &format!("#[track_caller]\n{write}"));
    batch.add("naps", &[("lib.rs", &naps)]);
    let graded = batch.grade();
    let result = &graded.results["naps"];
    assert_eq!(result["status"], "refused", "{result:#}");
    assert!(result["message"].as_str().unwrap().contains("`track_caller` is not accepted"));
}

#[test]
fn names_and_messages_steer_no_terminal() {
    let batch = Batch::new();
    let message = "let e = char::from(27); let m = format!(\"{e}[2J{e}]0;owned\\u{7}{e}[31m<script>alert(1)</script>]]>=cmd|' /C calc'!A0\\r\\nFAKE  12 of 12 points {}x\", char::from_u32(0x202e).unwrap()); if !balances.is_empty() { panic!(\"{m}\"); }";
    batch.add("panics", &[("lib.rs", &solution_that(message))]);
    let file = "<img src=x onerror=alert(3)>\u{1b}[31m.rs";
    let stuck = "pub fn f() { let m = std::sync::Mutex::new(0); let _a = m.lock().unwrap(); let _b = m.lock().unwrap(); }";
    let uses = format!(
        "{}\n#[path = {file:?}] mod evil;\n",
        solution_that("if !balances.is_empty() { evil::f() }")
    );
    batch.add("file", &[("lib.rs", &uses), (file, stuck)]);
    let name = "n\u{1b}[31mame\u{7}\n\u{202e}=1+2";
    batch.add(name, &[("lib.rs", "// nothing")]);
    std::fs::write(batch.path("submissions/other\u{1b}[2J.txt"), "x").unwrap();
    let graded = batch.grade();
    let steers = |c: &char| c.is_control() && !['\n', '\t'].contains(c) || *c == '\u{202e}';
    for (path, text) in &graded.files {
        // JSON has its own way to write them, and programs read it.
        if !path.ends_with(".json") {
            assert_eq!(text.chars().find(steers), None, "{path:?}");
        }
        assert!(!text.contains("<script>alert") || path.ends_with(".json"), "{path:?}");
        assert!(!text.contains("<img src") || path.ends_with(".json"), "{path:?}");
    }
    assert_eq!(graded.said.chars().find(steers), None, "{}", graded.said);
    let fake = graded.said.lines().any(|line| line.starts_with("FAKE"));
    assert!(!fake && !graded.said.contains("\n\u{fffd}=1+2"), "{}", graded.said);
}

#[test]
fn a_compiler_that_is_killed_once_costs_nothing() {
    let batch = Batch::new();
    batch.add("right", &[("lib.rs", &solution_that(""))]);
    let mut grading =
        batch.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mine = batch.path("temporary").display().to_string();
    // The compiler, which has this batch's folder among its arguments.
    let compiler = || {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok()).find(|pid| {
            let read =
                |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
            let is_rustc = std::fs::read_link(format!("/proc/{pid}/exe"))
                .is_ok_and(|exe| exe.file_name().is_some_and(|name| name == "rustc"));
            is_rustc && String::from_utf8_lossy(&read("cmdline")).contains(&mine)
        })
    };
    while grading.try_wait().unwrap().is_none() {
        if let Some(pid) = compiler() {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
            break;
        }
    }
    let output = grading.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn whoever_ends_the_grader_leaves_nothing_behind() {
    for signal in ["INT", "TERM", "HUP"] {
        let batch = Batch::new();
        let forever = "let lock = std::sync::Mutex::new(()); loop { drop(lock.lock()); }";
        batch.add("spins", &[("lib.rs", &solution_that(forever))]);
        let mut grading =
            batch.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let made = || {
            let entries = std::fs::read_dir(batch.path("temporary")).unwrap().flatten();
            entries.map(|entry| entry.path()).find(|path| path.join("student/src").exists())
        };
        let folder = loop {
            if let Some(folder) = made() {
                break folder;
            }
            assert!(grading.try_wait().unwrap().is_none(), "it ended before it began");
        };
        let mode = folder.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o066, 0, "{mode:o}: others can look into it");
        let pid = grading.id().to_string();
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success()
        );
        let number = match signal {
            "INT" => 130,
            "TERM" => 143,
            _ => 129,
        };
        assert_eq!(grading.wait().unwrap().code(), Some(number), "{signal}");
        assert!(!folder.exists(), "{signal}: {} is still there", folder.display());
    }
}
