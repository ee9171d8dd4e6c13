//! Everything that the programs of chapters 2 to 7 can print: each is explored
//! with the order of its prints, and the outputs are held against snapshots.
//!
//! A program declares what of its output is the same in every run. Here that is
//! shown: in every interleaving that was tried, the output has the form that
//! the program declares, and in that form it is what its one snapshot holds.

use harness::canonical::canonical;
use harness::course::{Chapter, Course};
use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Search, compile};
use harness::snapshot;
use protocol::{Config, Outcome, Status};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use tour::{Block, Form, Listed};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// How much of a program is tried. Counted in executions, so that it is the
/// same on every machine.
#[derive(Clone, Copy)]
struct Budget {
    exhaustive: u64,
    random: u64,
}

/// A program with more interleavings than this is tried at random.
const ORDINARY: Budget = Budget { exhaustive: 2_000, random: 200 };

/// One whose executions have 10 000 steps each.
const OTHERS: &[(&str, Budget)] = &[("twelve-and-ten", Budget { exhaustive: 10, random: 30 })];

/// What the larger budget is enough to prove, in 60 480 and in 51 010 executions.
const PROVED_BY_MORE: [&str; 2] = ["everyone", "consumers-first"];

/// What is not tried at all, and why.
const LEFT_OUT: &[(&str, &str)] = &[(
    "crossbeam-channel",
    "22 threads pass 1200 messages without a lock; to compare the steps of one execution takes \
     the search longer than a minute",
)];

fn ordinary(program: &str) -> Budget {
    OTHERS.iter().find(|(name, _)| *name == program).map_or(ORDINARY, |&(_, budget)| budget)
}

/// The most outputs that a snapshot lists one by one.
const LISTED: usize = 12;

fn search(program: &Listed, budget: Budget) -> Search {
    let minute = std::time::Duration::from_secs(600);
    let config = Config {
        outputs: true,
        input: program.form.input.clone().unwrap_or_default(),
        max_executions: budget.exhaustive,
        max_time: minute,
        random_executions: budget.random,
        random_time: minute,
        weak_failures: 0,
        ..Config::default()
    };
    Search { config, ..Search::default() }
}

/// Explores every program of the chapter and tells what it can print, and what
/// of that it must not.
fn explored(chapter: &Chapter, budget: impl Fn(&str) -> Budget) -> (String, Vec<String>) {
    let programs = &chapter.listing.programs;
    let names: Vec<String> = programs.iter().map(|p| format!("{}/main", p.name)).collect();
    let target =
        Target::find(workspace(), &chapter.name, &names, None, &Features::default()).unwrap();
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    let (mut text, mut wrong) = (String::new(), Vec::new());
    for program in programs {
        if let Some((_, why)) = LEFT_OUT.iter().find(|(name, _)| *name == program.name) {
            let _ = writeln!(text, "{}  left out: {why}", program.name);
            continue;
        }
        let name = format!("{}/main", program.name.replace('-', "_"));
        let search = search(program, budget(&program.name));
        driver
            .explore(&[name], &search, &|_| (), &mut |outcome| {
                wrong.extend(objections(chapter, program, &outcome));
                describe(&mut text, program, &outcome);
            })
            .unwrap();
    }
    (text, wrong)
}

/// What is to be said against the outputs of a program.
fn objections(chapter: &Chapter, program: &Listed, outcome: &Outcome) -> Vec<String> {
    if outcome.outputs.is_empty() && outcome.status != Status::Proved {
        return Vec::new();
    }
    let name = snapshot::name(&chapter.name, &program.name);
    let held = snapshot::read(workspace(), &name).unwrap().unwrap();
    let mut wrong = Vec::new();
    let mut found = false;
    for output in &outcome.outputs {
        let seen = canonical(&output.stdout, &program.form);
        let same = snapshot::same(&seen.text, &held);
        found |= same;
        if !same || !seen.objections.is_empty() {
            wrong.push(format!(
                "{name} can print this, which its snapshot denies (schedule {}):\n{}{}",
                output.schedule,
                output.stdout,
                seen.objections.join("\n")
            ));
        }
    }
    if !found {
        wrong.push(format!("{name}: what its snapshot holds was not printed in any execution"));
    }
    let different = outputs(program, outcome).len();
    if is_fixed(program) && different != 1 {
        wrong.push(format!("{name}: one output is declared, {different} are possible"));
    }
    wrong
}

/// Whether every run is declared to print the same, but for values that vary.
fn is_fixed(program: &Listed) -> bool {
    let any_order = |block: &Block| matches!(block, Block::AnyOrder { .. });
    !program.form.output.iter().any(any_order)
}

/// The outputs that differ in more than the values that vary anyway.
fn outputs(program: &Listed, outcome: &Outcome) -> BTreeSet<String> {
    // Without blocks every line keeps its place.
    let form = Form { output: Vec::new(), ..program.form.clone() };
    outcome.outputs.iter().map(|output| canonical(&output.stdout, &form).text).collect()
}

fn describe(text: &mut String, program: &Listed, outcome: &Outcome) {
    // A run that is too long, and threads that outlive `main` as daemons do.
    let verdict = match outcome.status {
        Status::Failed => format!("not explorable: {}", outcome.verdict()),
        _ => outcome.verdict(),
    };
    // Where each thread stood when it was stopped depends on the folder of the workspace.
    let verdict = match verdict.split_once(" steps: ") {
        Some((verdict, _)) => format!("{verdict} steps"),
        None => verdict,
    };
    let outputs = outputs(program, outcome);
    let many = match outputs.len() {
        0 => "no output".to_owned(),
        1 => "1 output".to_owned(),
        n => format!("{n} outputs"),
    };
    let _ = writeln!(text, "{}  {verdict}; {many}", program.name);
    if outputs.len() > LISTED {
        let _ = writeln!(text, "    all together: {:016x}", digest(&outputs));
        return;
    }
    for (i, output) in outputs.iter().enumerate() {
        if outputs.len() > 1 {
            let _ = writeln!(text, "  output {}", i + 1);
        }
        for line in output.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
}

/// FNV-1a: the same on every machine and with every toolchain.
fn digest(outputs: &BTreeSet<String>) -> u64 {
    let bytes = outputs.iter().flat_map(|output| output.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn hold(chapter: &str) {
    let course = Course::load_chapters(workspace(), |name| name == chapter).unwrap();
    let (text, mut wrong) = explored(&course.chapters[0], ordinary);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("outputs");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let held =
        settings.bind(|| std::panic::catch_unwind(|| insta::assert_snapshot!(chapter, text)));
    if held.is_err() {
        wrong.push(format!("{chapter}: not what its snapshot holds"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn ch02_threads() {
    hold("02-threads");
}

#[test]
fn ch03_locks() {
    hold("03-locks");
}

#[test]
fn ch04_rlock() {
    hold("04-rlock");
}

#[test]
fn ch05_event() {
    hold("05-event");
}

#[test]
fn ch06_condition() {
    hold("06-condition");
}

#[test]
fn ch07_queue() {
    hold("07-queue");
}

/// `cargo test -p harness --test outputs -- --ignored`: fifty times as much.
#[test]
#[ignore = "the tests above with fifty times their budget: many minutes, the same assertions"]
fn with_a_larger_budget() {
    let course = Course::load_chapters(workspace(), |name| ("02".."08").contains(&name)).unwrap();
    let budget = Budget { exhaustive: 100_000, random: 10_000 };
    let mut all = String::new();
    for chapter in &course.chapters {
        let (text, wrong) = explored(chapter, |_| budget);
        println!("{text}");
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        all += &text;
    }
    for program in PROVED_BY_MORE {
        assert!(all.contains(&format!("\n{program}  proved: ")), "{program} is not proved");
    }
}
