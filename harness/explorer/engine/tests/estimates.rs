//! How many executions a search says that it will make, after a twentieth of them, and how many it makes. The programs are those of `published` that
//! take more than a thousand, all of them, under both models; the table in the explorer's README is made here.

#[path = "published/mod.rs"]
mod published;

use std::fmt::Write as _;
use std::path::PathBuf;

use published::Case;

/// A guess is right if it is at most so many times too large or too small.
const FACTOR: f64 = 3.0;
/// Programs of more executions than that take minutes: they are in the table, and not in the usual test.
const MOST: u64 = 10_000;

const HEAD: &str =
    "| program | model | executions | said after 5 % | times the truth |\n|---|---|---|---|---|\n";

/// What was said of a program.
struct Said {
    case: String,
    model: &'static str,
    executions: u64,
    guess: u64,
}

impl Said {
    fn of(case: &Case) -> Vec<Said> {
        let mut all = Vec::new();
        for (model, explore) in case.searches() {
            let executions = explore(u64::MAX).executions;
            if executions > 1000 {
                let guess = explore(executions / 20).estimate.expect("it was stopped");
                all.push(Said { case: case.to_string(), model, executions, guess });
            }
        }
        all
    }

    fn factor(&self) -> f64 {
        self.guess as f64 / self.executions as f64
    }

    fn is_right(&self) -> bool {
        (1.0 / FACTOR..=FACTOR).contains(&self.factor())
    }
}

fn said(most: u64) -> Vec<Said> {
    published::cases(most).iter().filter(|case| case.is_long()).flat_map(Said::of).collect()
}

fn right(said: &[Said]) -> usize {
    said.iter().filter(|said| said.is_right()).count()
}

fn table(said: &[Said]) -> String {
    let mut table = String::from(HEAD);
    for said in said {
        let Said { case, model, executions, guess } = said;
        let factor = said.factor();
        let _ = writeln!(table, "| {case} | {model} | {executions} | {guess} | {factor:.2} |");
    }
    let _ = writeln!(table, "\nWithin a factor of three: {} of {}.", right(said), said.len());
    table
}

fn readme() -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&path).expect("the explorer has a README");
    (path, text)
}

#[test]
fn three_of_four_guesses_are_right_within_a_factor_of_three() {
    let said = said(MOST);
    let table = table(&said);
    assert!(said.len() >= 12, "{table}");
    assert!(right(&said) * 4 >= said.len() * 3, "{table}");
    let (_, readme) = readme();
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        assert!(readme.contains(row), "not in the README: {row}");
    }
}

/// `TABLES=write cargo test -p explore-engine --test estimates -- --ignored` renews the table.
#[test]
#[ignore = "minutes: the same for all programs; .ci/full runs it"]
fn the_table_is_what_is_said() {
    let said = said(u64::MAX);
    let table = table(&said);
    let (path, readme) = readme();
    let (before, rest) = readme.split_once(HEAD).expect("the README has a table");
    let end = rest.find("\n\n").expect("a line on all follows") + 2;
    let after = rest[end..].split_once('\n').map_or("", |(_, after)| after);
    let renewed = format!("{before}{table}{after}");
    if std::env::var_os("TABLES").is_some_and(|value| value == "write") {
        std::fs::write(path, renewed).unwrap();
    } else {
        assert_eq!(readme, renewed);
    }
    assert!(right(&said) * 4 >= said.len() * 3, "{table}");
}
