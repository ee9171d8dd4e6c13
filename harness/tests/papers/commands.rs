//! Every command in a README or in the book is run by a test, or stands here with the reason why not.

use super::{files, shown, workspace};
use std::collections::BTreeSet;
use std::fs;

/// What runs a command: a test, in a file.
enum Run {
    By(&'static str, &'static str),
    /// Nothing does, and why.
    Nothing(&'static str),
}

use Run::{By, Nothing};

const SLOW: &str = "a bench or a long search: `.ci/run --full` runs it";
const ENDLESS: &str = "it goes on until somebody ends it";
const CI: &str = "it is a step of .ci/run itself";
const EXAMPLE: &str = "it names what the reader has";

/// How a command begins, the longest match counts.
const COMMANDS: &[(&str, Run)] = &[
    ("cargo run -p ch", By("harness/tests/programs.rs", "fn hold(chapter: &str)")),
    (
        "cargo run -p ch00-rust -- change",
        By(
            "chapters/00-rust/tests/changes.rs",
            "fn every_starter_fails_and_every_solution_passes()",
        ),
    ),
    ("cargo run -q -p ch05-event -- ten-waiters", By("harness/tests/interactive.rs", "#[test]")),
    (
        "cargo run -p ch10-pool -- pipeline --database",
        By("chapters/10-pool/tests/pipeline.rs", "EI_MYSQL_URL"),
    ),
    (
        "cargo run -p harness -- list",
        By("harness/tests/papers/commands.rs", "fn the_list_is_shown()"),
    ),
    ("cargo run -p harness -- run", Nothing(CI)),
    ("cargo run -p harness -- explore", By("harness/tests/explored.rs", "fn hold(chapter: &str)")),
    (
        "cargo run -p harness -- explore chapters/03-locks/memory/data_race.rs",
        By("harness/tests/explored.rs", "fn ch03_data_race()"),
    ),
    (
        "cargo run -p harness -- explore harness/explorer/others",
        By("harness/tests/others.rs", "#[test]"),
    ),
    (
        "cargo run -p harness -- explore harness/explorer/others --no-memory --scenario",
        Nothing(SLOW),
    ),
    (
        "cargo run -p harness -- explore harness/explorer/bugs",
        By("harness/tests/bugs.rs", "fn three_bugs_are_found_drawn_and_replayed()"),
    ),
    (
        "cargo run -p harness -- explore my_scenarios.rs",
        By("harness/tests/explore_verb.rs", "small.rs"),
    ),
    ("cargo run -p harness -- explore path/to/crate", Nothing(EXAMPLE)),
    (
        "cargo run -p harness -- explore 05-event ten-waiters",
        By("harness/tests/outputs.rs", "fn ch05_event()"),
    ),
    (
        "cargo run -p harness -- record",
        By("harness/tests/papers/commands.rs", "fn a_run_is_recorded_and_drawn()"),
    ),
    (
        "cargo run -p harness -- start",
        By("harness/tests/student.rs", "fn from_the_start_to_the_last_check()"),
    ),
    (
        "cargo run -p harness -- check",
        By("harness/tests/student.rs", "fn from_the_start_to_the_last_check()"),
    ),
    (
        "cargo run -p harness -- hint",
        By("harness/tests/student.rs", "fn from_the_start_to_the_last_check()"),
    ),
    (
        "cargo run -p harness -- change",
        By("harness/tests/changes.rs", "fn every_starter_fails_and_every_solution_passes()"),
    ),
    ("cargo run -p harness -- watch", By("harness/tests/watch.rs", "#[test]")),
    ("cargo run -p harness -- doctor", By("harness/tests/doctor.rs", "#[test]")),
    (
        "cargo run -p harness -- grade",
        By("harness/tests/batch/main.rs", "fn every_form_is_graded_and_every_report_is_there()"),
    ),
    ("cargo run -p harness -- course check", Nothing(CI)),
    (
        "cargo run -p harness -- course check --course",
        By("harness/tests/grade.rs", "fn a_course_that_keeps_its_word_is_good"),
    ),
    (
        "cargo run -p harness -- course wrong",
        By("harness/tests/grade.rs", "fn a_wrong_solution_is_written_out_edited_and_saved()"),
    ),
    (
        "cargo run -p harness -- course new",
        By("harness/tests/grade.rs", "fn a_new_course_is_whole_and_grades()"),
    ),
    ("cargo run -p harness -- course export", By("harness/tests/student.rs", "\"export\"")),
    (
        "cargo run -p harness -- new program",
        By("harness/src/course/new.rs", "fn everything_is_made_or_nothing()"),
    ),
    ("cargo run --release -p harness -- bench", Nothing(SLOW)),
    ("cargo run --release -p harness -- explore", Nothing(SLOW)),
    ("cargo run -p harness --example", Nothing(SLOW)),
    ("cargo run --release -p explore-engine --example", Nothing(SLOW)),
    ("cargo run --release -p explore-bench", Nothing(SLOW)),
    ("cargo build --release -p harness", Nothing("it only compiles")),
    ("cargo bench", Nothing(SLOW)),
    ("cargo test", Nothing("it is a test")),
    ("cargo doc", Nothing("it makes pages for a browser; its examples are tests")),
    ("rustc --explain", Nothing("it is the compiler's own text")),
    ("git clone", Nothing(EXAMPLE)),
    ("python3 chapters/", By("harness/tests/programs.rs", "fn hold(chapter: &str)")),
    ("cargo install mdbook", Nothing(CI)),
    ("cargo install --path harness/explorer/cargo-explore", Nothing("it only compiles")),
    ("cd path/to/your/crate", Nothing(EXAMPLE)),
    (
        "cargo explore --step",
        By(
            "harness/explorer/cargo-explore/tests/command/main.rs",
            "fn somebody_decides_who_goes_next_in_a_test()",
        ),
    ),
    (
        "cargo explore",
        By(
            "harness/explorer/cargo-explore/tests/command/main.rs",
            "fn a_lost_wake_up_in_a_crates_own_tests_is_found()",
        ),
    ),
    ("mdbook serve book", Nothing(ENDLESS)),
    (
        "eval \"$(cargo explore --environment",
        By(
            "harness/explorer/cargo-explore/tests/command/nextest.rs",
            "fn a_tests_executable_is_listed_and_run_as_nextest_does_it()",
        ),
    ),
    (
        "cargo nextest run",
        By(
            "harness/explorer/cargo-explore/tests/command/nextest.rs",
            "fn cargo_nextest_explores()",
        ),
    ),
    ("export TARGET=", By("harness/tests/slurm.rs", ".env(\"TARGET\"")),
    ("export SUBMISSIONS=", By("harness/tests/slurm.rs", ".env(\"SUBMISSIONS\"")),
    ("job=$(sbatch", By("harness/tests/slurm.rs", "deploy/slurm/{file}")),
    ("sbatch", By("harness/tests/slurm.rs", "deploy/slurm/{file}")),
    ("python3 -m pip install", Nothing(CI)),
    ("jail", By("harness/jail/tests/jail/uses.rs", "Jail::new")),
    ("rustc --extern std=", By("harness/tests/explored.rs", "fn hold(chapter: &str)")),
];

/// Words that may stand before a command.
const BEFORE: [&str; 3] = ["$ ", "time ", "echo no | "];

/// The blocks of a page: language and lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut block: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut block) {
            (Some(_), Some(_)) => found.extend(block.take()),
            (Some(language), None) => block = Some((language, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    found
}

/// The commands in the blocks of a page that are for a terminal.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (language, lines) in blocks(text) {
        // Where there is a prompt, what is printed is shown as well.
        let prompted = lines.iter().any(|line| line.starts_with("$ "));
        let is_command = |line: &&&str| match (prompted, language) {
            (true, _) => line.starts_with("$ "),
            (false, "console" | "sh" | "bash") => true,
            (false, "") => ["cargo ", "rustc ", "time ", "EI_"].iter().any(|w| line.starts_with(w)),
            (false, _) => false,
        };
        let commands = lines.iter().filter(is_command).map(|line| bare(line));
        found.extend(commands.filter(|command| !command.is_empty()).map(str::to_owned));
    }
    found
}

/// The commands in the sentences of a page: what begins as one and says what to do with what.
fn inline(text: &str) -> Vec<String> {
    let outside = text.split("```").step_by(2);
    let quoted = outside.flat_map(|part| part.split('`').skip(1).step_by(2));
    let is_command = |quote: &&str| {
        let words: Vec<&str> = quote.split_whitespace().collect();
        let of_three = matches!(words[..], ["cargo" | "git", _, _, ..]);
        of_three || matches!(words[..], ["rustc" | "python3" | "mdbook" | "npm", _, ..])
    };
    quoted.filter(is_command).map(str::to_owned).collect()
}

/// The command alone: no prompt, no remark, no variables of the environment.
fn bare(line: &str) -> &str {
    let mut command = line.split(" #").next().unwrap_or_default().trim();
    for before in BEFORE {
        command = command.strip_prefix(before).unwrap_or(command);
    }
    while let Some((word, rest)) = command.split_once(' ')
        && word.contains('=')
        && word.starts_with(|c: char| c.is_ascii_uppercase())
    {
        // A value in quotation marks may hold blanks.
        command = match word.split_once('"') {
            Some((_, value)) if !value.contains('"') => {
                rest.split_once("\" ").map_or("", |(_, rest)| rest)
            }
            _ => rest,
        };
    }
    command
}

fn pages() -> Vec<(String, String)> {
    let mut pages = files(workspace(), "md");
    // Texts of assignments are on pages of the book; what is printed there is the student's.
    pages.retain(|page| !shown(page).contains("/assignment/"));
    pages.into_iter().map(|page| (shown(&page), fs::read_to_string(&page).unwrap())).collect()
}

#[test]
fn every_command_is_run_by_a_test_or_has_a_reason() {
    let mut wrong = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (page, text) in pages() {
        let in_the_book = page.starts_with("book/");
        let sentences = if in_the_book { inline(&text) } else { Vec::new() };
        for command in commands(&text).into_iter().chain(sentences) {
            let known = COMMANDS.iter().filter(|(begin, _)| command.starts_with(begin));
            match known.max_by_key(|(begin, _)| begin.len()) {
                Some((begin, _)) => drop(used.insert(*begin)),
                None => drop(wrong.insert(format!("{page}: {command}"))),
            }
            seen.insert(command);
        }
    }
    assert!(seen.len() > 100, "only {} commands: are the blocks still read?", seen.len());
    let text = wrong.into_iter().collect::<Vec<_>>().join("\n");
    assert!(text.is_empty(), "add to COMMANDS in harness/tests/papers/commands.rs:\n{text}");
    let unused: Vec<_> = COMMANDS.iter().filter(|(begin, _)| !used.contains(begin)).collect();
    let unused: Vec<&str> = unused.into_iter().map(|(begin, _)| *begin).collect();
    assert!(unused.is_empty(), "no page has these any more: {unused:#?}");
}

#[test]
fn the_tests_that_are_named_are_there() {
    for (command, run) in COMMANDS {
        match run {
            By(file, what) => {
                let text = fs::read_to_string(workspace().join(file)).unwrap_or_default();
                assert!(text.contains(what), "{command}: {file} has no {what}");
            }
            Nothing(why) => assert!(!why.is_empty(), "{command}"),
        }
    }
}

/// Options change their names; a page that shows an old one is wrong.
#[test]
fn every_option_of_the_harness_that_is_shown_is_one() {
    let mut wrong = BTreeSet::new();
    let mut seen = 0;
    for (page, text) in pages() {
        for command in commands(&text) {
            let Some(arguments) = command.strip_prefix("cargo run -p harness -- ") else {
                continue;
            };
            let words: Vec<&str> = arguments.split_whitespace().collect();
            let verbs = words.iter().take_while(|word| !word.starts_with('-')).count();
            let of_two = ["course", "new"].contains(&words[0]);
            let verb = &words[..verbs.min(if of_two { 2 } else { 1 })];
            for option in words.iter().filter(|word| word.starts_with("--")) {
                seen += 1;
                if !help(verb).contains(option) {
                    wrong.insert(format!("{page}: {} has no {option}", verb.join(" ")));
                }
            }
        }
    }
    assert!(seen > 5);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn harness(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn help(verb: &[&str]) -> String {
    harness(&[verb, &["--help"]].concat())
}

#[test]
fn every_verb_is_in_the_readme() {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let table = readme.split("| verb | does |").nth(1).expect("the table of verbs");
    let table: String = table.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    let help = harness(&["--help"]);
    let verbs = help.split("Commands:").nth(1).expect("clap lists the verbs");
    let verbs = verbs.split("Options:").next().unwrap_or_default().lines();
    let verbs: Vec<&str> = verbs.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs.into_iter().filter(|verb| *verb != "help") {
        let named = [format!("`{verb}`"), format!("`{verb} ")].iter().any(|v| table.contains(v));
        assert!(named, "README.md has no row for `{verb}`");
    }
}

#[test]
fn the_list_is_shown() {
    let list = harness(&["list"]);
    assert!(list.contains("07-queue") && list.contains("twelve-and-ten"), "{list}");
}

/// With the driver that `explored` compiles.
#[test]
fn a_run_is_recorded_and_drawn() {
    let drawn = harness(&["record", "03-locks", "mistakes/lost_update"]);
    assert!(drawn.contains("main spawns T1") && drawn.contains("writes number"), "{drawn}");
}

#[test]
fn commands_are_found_in_what_is_for_a_terminal() {
    let text = "```console\nA=1 B=\"x y\" cargo test  # why\n```\n```text\n$ jail -- sh\nout\n```\n```rust\nlet a;\n```\n";
    assert_eq!(commands(text), ["cargo test", "jail -- sh"]);
    let sentence = "`cargo run` takes `--release`; see `rustc --explain E1` and `cargo doc -p a`.";
    assert_eq!(inline(sentence), ["rustc --explain E1", "cargo doc -p a"]);
}
