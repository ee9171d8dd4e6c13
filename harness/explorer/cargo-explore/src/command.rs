//! The command: compiles, explores one test after the other, and tells.

use crate::arguments::{Arguments, Format};
use crate::bounds::OfPackage;
use crate::carried::{self, Sources};
use crate::drive::Search;
use crate::kit::Kit;
use crate::suite::{self, Suite, Test};
use crate::tell::{Ending, Teller};
use crate::{Misuse, Progress};
use anyhow::bail;

/// The packages of which the stand-ins are made.
const STAND_INS: [&str; 3] = ["explore-std", "explore-core", "explore-test"];

/// Does what the command line asks for, and returns the exit code.
pub fn main(sources: &Sources, arguments: &Arguments) -> u8 {
    match explore(sources, arguments) {
        Ok(ending) => ending as u8,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            if error.is::<Misuse>() { Ending::Misused as u8 } else { Ending::Refused as u8 }
        }
    }
}

fn explore(sources: &Sources, arguments: &Arguments) -> anyhow::Result<Ending> {
    let search = |package: &OfPackage| Search {
        config: arguments.bounds.config(package),
        schedule: arguments.bounds.schedule.clone(),
        ..Search::default()
    };
    search(&OfPackage::default()).check()?;
    let metadata = suite::metadata(&arguments.cargo)?;
    for package in &metadata.packages {
        OfPackage::read(&package.name, &package.metadata)?;
    }
    let root = metadata.workspace_root.as_std_path();
    let teller = Teller::new(arguments.message_format, root);
    let progress = |progress: Progress<'_>| teller.progress(progress);
    let kit = Kit::of(&carried::workspace(sources)?, &STAND_INS, &progress)?;
    if let Some(other) = kit.other_compiler() {
        teller.note(&other);
    }
    let suites = suite::compile(&kit, &metadata, arguments, &progress)?;
    if arguments.no_run {
        return Ok(Ending::AsItShouldBe);
    }
    if arguments.list {
        list(&suites, arguments);
        return Ok(Ending::AsItShouldBe);
    }
    check_schedule(&suites, arguments)?;
    for suite in &suites {
        let (active, ignored): (Vec<&Test>, Vec<&Test>) =
            wanted(suite, arguments).partition(|test| test.is_active(arguments));
        if let Some(why) = &suite.left_out {
            teller.left_out(&suite.source, why);
            continue;
        }
        if active.is_empty() && ignored.is_empty() {
            continue;
        }
        teller.suite(suite, active.len());
        let search = search(&suite.bounds);
        let names: Vec<String> = active.iter().map(|test| test.name.clone()).collect();
        suite.driver.explore(&names, &search, &progress, &mut |outcome| {
            teller.test(suite, &outcome, &search)
        })?;
        // With `--ignored` the others are not ignored: they are not asked for.
        ignored.iter().filter(|test| test.ignored).for_each(|test| teller.ignored(suite, test));
    }
    if !arguments.cargo.chooses_targets()
        && arguments.filters.is_empty()
        && let Some((what, why)) = suite::documentation(&metadata, &suites)
    {
        teller.left_out(&what, &why);
    }
    Ok(teller.end())
}

fn wanted<'s>(suite: &'s Suite, arguments: &'s Arguments) -> impl Iterator<Item = &'s Test> {
    suite.tests.iter().filter(|test| !test.bench && test.is_wanted(arguments))
}

/// A schedule is of one test.
fn check_schedule(suites: &[Suite], arguments: &Arguments) -> anyhow::Result<()> {
    let all = suites.iter().flat_map(|suite| wanted(suite, arguments));
    let named: Vec<&str> =
        all.filter(|test| test.is_active(arguments)).map(|test| test.name.as_str()).collect();
    match (&arguments.bounds.schedule, named.len()) {
        (Some(_), 0) => {
            bail!(Misuse("a schedule replays one test, and none is called so".to_owned()))
        }
        (Some(_), many) if many > 1 => bail!(Misuse(format!(
            "a schedule replays one test; name it as well, with --exact: {}",
            named.join(", ")
        ))),
        _ => Ok(()),
    }
}

fn list(suites: &[Suite], arguments: &Arguments) {
    for suite in suites {
        for test in wanted(suite, arguments) {
            match arguments.message_format {
                Format::Human => println!("{}: test", test.name),
                Format::Json => println!(
                    "{}",
                    serde_json::json!({
                        "event": "listed", "package": suite.package, "target": suite.flag, "name": test.name,
                        "ignored": test.ignored, "file": test.file, "line": test.line,
                    })
                ),
            }
        }
    }
}
