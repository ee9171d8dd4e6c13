//! The command line of the real crate `test`, as far as those use it who start a test's executable themselves: people, and `cargo nextest`.

use crate::body;
use crate::{StaticTestFn, StaticTestName, TestDescAndFn};
use explore_engine::{Config, Explorer, Outcome, Status};

/// Holds the bounds, as JSON: `cargo explore --environment` says it.
const CONFIG: &str = "CARGO_EXPLORE_CONFIG";

/// What is asked for.
#[derive(Debug, Default)]
struct Asked {
    filters: Vec<String>,
    skip: Vec<String>,
    exact: bool,
    list: bool,
    ignored: bool,
    include_ignored: bool,
}

impl Asked {
    /// Understands the arguments. What only says how the real crate runs tests, or how it prints, means nothing here.
    fn read(arguments: &[String]) -> Asked {
        let mut asked = Asked::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--exact" => asked.exact = true,
                "--list" => asked.list = true,
                "--ignored" => asked.ignored = true,
                "--include-ignored" => asked.include_ignored = true,
                "--skip" => asked.skip.extend(arguments.next().cloned()),
                "--format" | "--color" | "--test-threads" | "--logfile" | "--shuffle-seed"
                | "-Z" => {
                    arguments.next();
                }
                flag if flag.starts_with('-') => {}
                filter => asked.filters.push(filter.to_owned()),
            }
        }
        asked
    }

    fn wants(&self, name: &str, ignored: bool) -> bool {
        let is =
            |other: &String| if self.exact { name == other } else { name.contains(other.as_str()) };
        (self.filters.is_empty() || self.filters.iter().any(is))
            && !self.skip.iter().any(is)
            && (self.include_ignored || ignored == self.ignored)
    }
}

/// Lists tests, or explores them one after the other. The exit code is that of the real crate: 101 if one fails. One that is not proved fails as well: who starts
/// the executable sees nothing but this code.
pub(crate) fn main(tests: &[&TestDescAndFn], arguments: &[String]) -> u8 {
    explore_engine::same_addresses();
    let asked = Asked::read(arguments);
    let config = match std::env::var(CONFIG) {
        Err(_) => Config::default(),
        Ok(text) => match protocol::read::from_text(&text) {
            Ok(config) => config,
            Err(problem) => {
                eprintln!("{CONFIG}: {problem}");
                return 101;
            }
        },
    };
    let mut failed = 0_usize;
    for test in tests {
        let StaticTestName(name) = test.desc.name;
        let bench = !matches!(test.testfn, StaticTestFn(_));
        if asked.list {
            // The real crate lists ignored tests among the others unless they alone are asked for.
            if !bench
                && (asked.wants(name, test.desc.ignore)
                    || asked.wants(name, asked.ignored) && !asked.ignored)
            {
                println!("{name}: test");
            }
            continue;
        }
        let Some(scenario) = body::scenario(test) else { continue };
        if !asked.wants(name, test.desc.ignore) {
            continue;
        }
        let body = scenario.body;
        let outcome = Explorer::new(config.clone()).run(name, move || body());
        println!("test {name} ... {outcome}");
        failed += usize::from(!outcome.is_proved());
        tell_more(name, &outcome);
    }
    if failed > 0 { 101 } else { 0 }
}

/// How to see it again, or what it does not speak about.
fn tell_more(name: &str, outcome: &Outcome) {
    match (outcome.status, &outcome.schedule) {
        (Status::Proved, _) => println!("not checked: {}", outcome.not_checked.join("; ")),
        (_, Some(schedule)) => {
            println!("again, drawn: cargo explore --exact {name} --schedule '{schedule}'");
        }
        _ => {}
    }
}
