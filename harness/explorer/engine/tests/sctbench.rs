//! The small programs of SCTBench: each bug is found within a thousand executions, and the same program without it is proved. The table in the README of
//! `explore-programs` is made here, and held to what is found.

use std::path::PathBuf;
use std::time::Duration;

use explore_engine::config::Strategy;
use explore_engine::{Config, Explorer, Outcome};
use explore_programs::sctbench::{PROGRAMS, Program};

/// So many executions must do.
const MOST: u64 = 1000;
/// Random searches begin with as many seeds, from 0 on.
const SEEDS: u64 = 20;
/// Not found by default, yet.
const MISSED: [&str; 2] = ["reorder_10", "twostage_60"];
/// The program that takes seconds without its bug: 40 320 executions.
const LONG: &str = "wronglock";

const HEAD: &str = "| program | threads | by default | exhaustive | PCT | without the bug |\n|---|---|---|---|---|---|\n";
const RENEW: &str =
    "`TABLES=write cargo test -p explore-engine --test sctbench -- --ignored` renews the table";

fn explore(program: &Program, mended: bool, config: Config) -> Outcome {
    // By executions alone, so that the outcome is the same on every machine.
    let hour = Duration::from_secs(3600);
    let config = Config { max_time: hour, random_time: hour, minimise: false, ..config };
    let run = program.run;
    Explorer::new(config).run(program.name, move || run(mended))
}

/// After how many executions the bug was found, if it was: and that bug.
fn found(program: &Program, config: Config) -> Option<u64> {
    let outcome = explore(program, false, Config { max_executions: MOST, ..config });
    if !outcome.is_failed() || outcome.executions > MOST {
        return None;
    }
    assert!(outcome.summary.contains(program.words), "{}: {outcome}", program.name);
    Some(outcome.executions)
}

fn cell(found: Option<u64>) -> String {
    found.map_or_else(|| format!("> {MOST}"), |executions| executions.to_string())
}

/// Of the random executions at the end of the budget, which come too late, one will do.
fn by_default(program: &Program) -> String {
    cell(found(program, Config { random_executions: 1, ..Config::default() }))
}

/// The median of the seeds; one that finds nothing counts as [`MOST`], and it is said how many do find it.
fn at_random(program: &Program) -> String {
    let of_seed = |seed| {
        let config = Config { strategy: Strategy::Pct, seed, ..Config::default() };
        found(program, config)
    };
    let mut all: Vec<u64> = (0..SEEDS).filter_map(of_seed).collect();
    let seeds = all.len() as u64;
    all.resize(SEEDS as usize, MOST);
    all.sort_unstable();
    match seeds {
        0 => format!("> {MOST}"),
        SEEDS => all[all.len() / 2].to_string(),
        _ => format!("{}, by {seeds} of {SEEDS} seeds", all[all.len() / 2]),
    }
}

fn proof(program: &Program) -> u64 {
    let outcome = explore(program, true, Config::default());
    assert!(outcome.is_proved(), "{}: {outcome}", program.name);
    outcome.executions
}

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../programs/README.md")
}

/// The table in the README, as its parts before, within and after.
fn table(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(HEAD).expect("the README has a table");
    let (table, after) = rest.split_once("\n\n").expect("an empty line ends the table");
    (before, table, after)
}

#[test]
fn each_bug_is_found_by_default_and_the_program_without_it_is_proved() {
    let text = std::fs::read_to_string(readme()).unwrap();
    let (_, table, _) = table(&text);
    assert_eq!(table.lines().count(), PROGRAMS.len(), "{RENEW}");
    for (program, row) in PROGRAMS.iter().zip(table.lines()) {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let said = [cells[0], cells[1], cells[2]];
        let threads = program.threads.to_string();
        let by_default = by_default(program);
        assert_eq!(said, [program.name, &threads, &by_default], "{RENEW}");
        assert_eq!(by_default.starts_with('>'), MISSED.contains(&program.name), "{row}");
        if program.name != LONG {
            assert_eq!(cells.last(), Some(&&*proof(program).to_string()), "{RENEW}: {row}");
        }
    }
}

/// `TABLES=write` renews the table.
#[test]
#[ignore = "twenty seeds of each random search: `.ci/full` runs it"]
fn the_table_is_what_is_found() {
    let row = |program: &Program| {
        let exhaustive = cell(found(program, Config { random_executions: 0, ..Config::default() }));
        format!(
            "| {} | {} | {} | {exhaustive} | {} | {} |",
            program.name,
            program.threads,
            by_default(program),
            at_random(program),
            proof(program)
        )
    };
    let rows = PROGRAMS.iter().map(row).collect::<Vec<_>>().join("\n");
    let text = std::fs::read_to_string(readme()).unwrap();
    let (before, table, after) = table(&text);
    if std::env::var_os("TABLES").is_some_and(|value| value == "write") {
        std::fs::write(readme(), format!("{before}{HEAD}{rows}\n\n{after}")).unwrap();
        return;
    }
    assert_eq!(table, rows, "{RENEW}");
}
