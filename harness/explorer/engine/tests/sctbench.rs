//! The small programs of SCTBench: each bug is found within a thousand executions, and the same program without it is proved. The table in the README of
//! `explore-programs` is made here, and held to what is found.

use std::path::PathBuf;
use std::time::Duration;

use explore_engine::config::{Random, Strategy};
use explore_engine::{Config, Explorer, Outcome};
use explore_programs::ours::programs;
use explore_programs::sctbench::{PROGRAMS, Program};

/// So many executions must do.
const MOST: u64 = 1000;
/// Random searches begin with as many seeds, from 0 on.
const SEEDS: u64 = 20;
/// What is measured as well: the programs of `seeded_bugs.rs` whose bugs need no option.
const OTHERS: &[Program] = &[
    other("load+store counter", 2, "an update is lost", |_| programs::lost_update()),
    other("`if` around wait", 4, "the queue is empty", |_| programs::if_around_wait()),
    other("notify_one where all are needed", 2, "deadlock", |_| {
        programs::one_where_all_are_needed();
    }),
    other("one condvar for two conditions", 4, "deadlock", |_| {
        programs::one_condvar_for_two_conditions();
    }),
    other("AB-BA", 1, "deadlock", |_| programs::ab_ba()),
    other("a lock released by a stranger", 2, "two threads are inside", |_| {
        programs::released_by_a_stranger();
    }),
    other("relaxed publication", 1, "the flag was seen before", |_| {
        programs::relaxed_publication()
    }),
];

const fn other(name: &'static str, threads: usize, words: &'static str, run: fn(bool)) -> Program {
    Program { name, threads, words, run }
}

/// Not found by default, yet.
const MISSED: [&str; 1] = ["twostage_60"];
/// The program that takes seconds without its bug: 40 320 executions.
const LONG: &str = "wronglock";

const HEAD: &str = "| program | threads | by default | exhaustive | PCT | POS | SURW | without the bug |\n|---|---|---|---|---|---|---|---|\n";
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

/// What became of the seeds: after how many executions each has found the bug.
struct Seeds(Vec<Option<u64>>);

impl Seeds {
    fn of(program: &Program, random: Random) -> Self {
        let of_seed = |seed| {
            let config = Config { strategy: Strategy::Random, random, seed, ..Config::default() };
            found(program, config)
        };
        Self((0..SEEDS).map(of_seed).collect())
    }

    fn finding(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// One that finds nothing counts as [`MOST`].
    fn executions(&self) -> Vec<u64> {
        self.0.iter().map(|found| found.unwrap_or(MOST)).collect()
    }

    fn mean(&self) -> u64 {
        self.executions().iter().sum::<u64>().div_ceil(self.0.len() as u64)
    }

    fn median(&self) -> u64 {
        let mut all = self.executions();
        all.sort_unstable();
        all[all.len() / 2]
    }

    /// Median and mean, and how many find it if not all do.
    fn cell(&self) -> String {
        let few = match self.finding() {
            all if all == self.0.len() => String::new(),
            0 => return "none of 20".to_owned(),
            some => format!(", {some} of {SEEDS}"),
        };
        format!("{} / {}{few}", self.median(), self.mean())
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
    assert_eq!(table.lines().count(), PROGRAMS.len() + OTHERS.len() + 1, "{RENEW}");
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
    let mut all = Random::ALL.map(|_| Vec::new());
    let mut rows = Vec::new();
    let others = OTHERS.iter().map(|other| (other, false));
    for (program, twin) in PROGRAMS.iter().map(|program| (program, true)).chain(others) {
        let exhaustive = cell(found(program, Config { random_executions: 0, ..Config::default() }));
        let seeds = Random::ALL.map(|random| Seeds::of(program, random));
        rows.push(format!(
            "| {} | {} | {} | {exhaustive} | {} | {} |",
            program.name,
            program.threads,
            by_default(program),
            seeds.each_ref().map(Seeds::cell).join(" | "),
            if twin { proof(program).to_string() } else { String::new() }
        ));
        for (all, seeds) in all.iter_mut().zip(seeds) {
            all.extend(seeds.0);
        }
    }
    let all = all.map(Seeds);
    let told = format!(
        "in {MOST} executions `pct` finds {} of {}, and takes {} in the mean, `pos` all in {}, `surw` all in {}.",
        all[0].finding(),
        all[0].0.len(),
        all[0].mean(),
        all[1].mean(),
        all[2].mean()
    );
    let explorer = std::fs::read_to_string(readme().with_file_name("../README.md")).unwrap();
    assert!(explorer.contains(&told), "the explorer's README says otherwise: {told}");
    let all = all.map(|seeds| {
        let number = seeds.0.len();
        format!("{} / {}, {} of {number}", seeds.median(), seeds.mean(), seeds.finding())
    });
    rows.push(format!("| all | | | | {} | |", all.join(" | ")));
    let rows = rows.join("\n");
    let text = std::fs::read_to_string(readme()).unwrap();
    let (before, table, after) = table(&text);
    if std::env::var_os("TABLES").is_some_and(|value| value == "write") {
        std::fs::write(readme(), format!("{before}{HEAD}{rows}\n\n{after}")).unwrap();
        return;
    }
    assert_eq!(table, rows, "{RENEW}");
}
