//! The command: compiles, explores one test after the other, and tells.

use crate::arguments::{Arguments, Format};
use crate::bounds::OfPackage;
use crate::carried::{self, Sources};
use crate::drive::Search;
use crate::kit::Kit;
use crate::second::{self, Both};
use crate::step::{self, Stepped};
use crate::stop::{self, Stopped};
use crate::suite::{self, Compiled, Suite, Test};
use crate::tell::{Ending, Teller, again};
use crate::{Misuse, Progress, chinese, examples, left_out};
use anyhow::bail;
use cargo_metadata::{Metadata, Package};
use protocol::Config;
use std::io::IsTerminal;
use trace::Language;

/// The packages of which the stand-ins are made.
const STAND_INS: [&str; 3] = ["explore-std", "explore-core", "explore-test"];

/// Does what the command line asks for, and returns the exit code.
pub fn main(sources: &Sources, mut arguments: Arguments) -> u8 {
    arguments.colour();
    let understood = arguments.take_more().and_then(|()| arguments.cargo.check());
    match understood.map_err(anyhow::Error::from).and_then(|()| explore(sources, &arguments)) {
        Ok(ending) => ending as u8,
        Err(error) => {
            match arguments.language {
                Language::Zh => {
                    anstream::eprintln!("错误：{}", chinese::error(&format!("{error:#}")))
                }
                Language::En => anstream::eprintln!("error: {error:#}"),
            }
            match () {
                () if error.is::<Misuse>() => Ending::Misused as u8,
                () if error.is::<Stopped>() => Ending::Stopped as u8,
                () => Ending::Refused as u8,
            }
        }
    }
}

fn explore(sources: &Sources, arguments: &Arguments) -> anyhow::Result<Ending> {
    stop::listen();
    let watched = std::io::stderr().is_terminal();
    let search = |package: &OfPackage| Search {
        config: Config {
            jobs: arguments.cargo.processes(),
            ..arguments.bounds.config(package, watched)
        },
        schedule: arguments.bounds.schedule.clone(),
        resume: arguments.bounds.resume.clone(),
        shard: arguments.bounds.shard,
        merge: arguments.bounds.merge.clone(),
        ..Search::default()
    };
    search(&OfPackage::default()).check()?;
    let metadata = suite::metadata(&arguments.cargo)?;
    for package in &metadata.packages {
        OfPackage::read(&package.name, &package.metadata)?;
    }
    let root = metadata.workspace_root.as_std_path();
    let teller = Teller::new(arguments, root);
    let packages = left_out::packages(&metadata, &arguments.cargo);
    if arguments.cargo.doc {
        tell_examples(&teller, &packages);
        return teller.end();
    }
    let progress = |progress: Progress<'_>| teller.progress(progress);
    let mut kit = Kit::of(&carried::workspace(sources)?, &STAND_INS, &progress)?;
    arguments.cargo.check_target(kit.triple())?;
    if !arguments.no_memory {
        kit = kit.seeing_memory();
    }
    if let Some(other) = kit.other_compiler() {
        teller.note(&other);
    }
    if arguments.environment {
        let config = search(&OfPackage::default()).config;
        return environment(&kit, &metadata, &config).map(|()| Ending::AsItShouldBe);
    }
    let Compiled { suites, with_allocator, nearly } =
        suite::compile(&kit, &metadata, arguments, &progress)?;
    nearly.iter().for_each(|what| teller.note(what));
    if arguments.list {
        list(&suites, arguments);
    }
    if arguments.list || arguments.no_run {
        for what in &with_allocator {
            teller.note(&format!("{what} does not compile: {}", left_out::ALLOCATOR));
        }
        return Ok(if with_allocator.is_empty() { Ending::AsItShouldBe } else { Ending::Refused });
    }
    for what in &with_allocator {
        teller.uncompiled(what, left_out::ALLOCATOR);
    }
    if !arguments.step {
        check_filters(&suites, arguments)?;
    }
    check_schedule(&suites, arguments)?;
    if arguments.step {
        let (suite, test) = one(&suites, arguments)?;
        return step_through(&teller, suite, test, &search(&suite.bounds), arguments, root);
    }
    let mut left: usize = suites.iter().map(|suite| active(suite, arguments).count()).sum();
    for suite in &suites {
        let active: Vec<&Test> = active(suite, arguments).collect();
        let ignored: Vec<&Test> =
            wanted(suite, arguments).filter(|test| !test.is_active(arguments)).collect();
        if let Some(why) = &suite.left_out {
            // Who names it wants a verdict on it.
            match arguments.cargo.names_target(&suite.flag) {
                true => teller.uncompiled(&suite.source, why),
                false => teller.left_out(&suite.source, why),
            }
            continue;
        }
        for bench in suite.tests.iter().filter(|test| test.bench && test.is_wanted(arguments)) {
            teller.left_out(&bench.name, "it is a benchmark; `cargo bench` runs it");
        }
        if active.is_empty() && ignored.is_empty() {
            continue;
        }
        teller.suite(suite, active.len());
        let twice = arguments.bounds.looks_twice(&suite.bounds);
        let explored = explore_all(
            suite,
            &active,
            &search(&suite.bounds),
            twice,
            &progress,
            &mut |both, test| {
                left -= 1;
                teller.test(suite, test, &both);
            },
        );
        match explored {
            Err(error) if error.is::<Stopped>() => return teller.stopped(left),
            explored => explored?,
        }
        // With `--ignored` the others are not ignored: they are not asked for.
        ignored.iter().filter(|test| test.ignored).for_each(|test| teller.ignored(suite, test));
    }
    if !arguments.cargo.chooses_targets() && arguments.filters.is_empty() {
        let compiled = |package: &str, flag: &str| {
            suites.iter().any(|suite| suite.package == package && suite.flag == flag)
        };
        for (what, why) in left_out::targets(&packages, compiled, root) {
            teller.left_out(&what, &why);
        }
        tell_examples(&teller, &packages);
    }
    teller.end()
}

/// Prints what has every cargo command explore.
fn environment(kit: &Kit, metadata: &Metadata, config: &Config) -> anyhow::Result<()> {
    let (_, mut variables) = suite::variables(kit, metadata)?;
    variables.push(("CARGO_BUILD_TARGET", kit.triple().into()));
    variables.push(("CARGO_EXPLORE_CONFIG", trace::json::line(config).into()));
    for (name, value) in variables {
        let value = value.to_string_lossy().replace('\'', "'\\''");
        println!("export {name}='{value}'");
    }
    Ok(())
}

/// Names the examples in documentation.
fn tell_examples(teller: &Teller, packages: &[&Package]) {
    let with: Vec<&Package> =
        packages.iter().copied().filter(|package| examples::are_of(package)).collect();
    for package in &with {
        if let Some((what, why)) = examples::of(package, with.len() > 1) {
            teller.left_out(&what, &why);
        }
    }
}

/// Explores the tests of an executable: once, and those that wait with time-outs `twice` if that is asked for.
fn explore_all(
    suite: &Suite,
    tests: &[&Test],
    search: &Search,
    twice: bool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    told: &mut dyn FnMut(Both, &Test),
) -> anyhow::Result<()> {
    let names: Vec<String> = tests.iter().map(|test| test.name.clone()).collect();
    let test = |name: &str| tests.iter().find(|test| test.name == name).copied();
    let asks = |test: &Test| {
        twice && !test.late_timeouts && !suite.driver.asked(&test.name).eager_timeouts
    };
    let mut firsts = Vec::new();
    suite.driver.explore(&names, search, progress, &mut |outcome| {
        let Some(test) = test(&outcome.name) else { return };
        if asks(test) && outcome.timed && outcome.is_proved() {
            firsts.push((outcome, test));
        } else {
            told(Both { outcome, second: None }, test);
        }
    })?;
    for (first, test) in firsts {
        let search = second::search(&first, search);
        let mut first = Some(first);
        suite.driver.explore(
            std::slice::from_ref(&test.name),
            &search,
            progress,
            &mut |outcome| {
                if let Some(first) = first.take() {
                    told(second::both(first, outcome), test);
                }
            },
        )?;
    }
    Ok(())
}

/// The tests of an executable that are asked for, without those that are ignored.
fn active<'s>(suite: &'s Suite, arguments: &'s Arguments) -> impl Iterator<Item = &'s Test> {
    wanted(suite, arguments).filter(|test| test.is_active(arguments))
}

fn wanted<'s>(suite: &'s Suite, arguments: &'s Arguments) -> impl Iterator<Item = &'s Test> {
    suite.tests.iter().filter(|test| !test.bench && test.is_wanted(arguments))
}

/// The test that somebody wants to decide on.
fn one<'s>(suites: &'s [Suite], arguments: &'s Arguments) -> anyhow::Result<(&'s Suite, &'s Test)> {
    let of = |suite: &'s Suite| active(suite, arguments).map(move |test| (suite, test));
    let all: Vec<(&Suite, &Test)> = suites.iter().flat_map(of).collect();
    let exact = |test: &Test| arguments.filters.contains(&test.name);
    let exact: Vec<_> = all.iter().copied().filter(|(_, test)| exact(test)).collect();
    match (all.as_slice(), exact.as_slice()) {
        ([one], _) | (_, [one]) => Ok(*one),
        ([], _) => bail!(Misuse("--step is about one test, and none is called so".to_owned())),
        (many, _) => {
            let named: Vec<&str> = many.iter().map(|(_, test)| test.name.as_str()).collect();
            bail!(Misuse(format!("--step is about one test; name one: {}", named.join(", "))))
        }
    }
}

/// Lets somebody decide who goes next, and tells what became of the run.
fn step_through(
    teller: &Teller,
    suite: &Suite,
    test: &Test,
    search: &Search,
    arguments: &Arguments,
    root: &std::path::Path,
) -> anyhow::Result<Ending> {
    let progress = |progress: Progress<'_>| teller.progress(progress);
    teller.clear();
    let language = arguments.language;
    let stepped = Stepped { driver: &suite.driver, name: &test.name, search, root, language };
    let (schedule, left_at) = step::step(stepped, &progress)?;
    let search = Search { schedule: Some(schedule), ..search.clone() };
    explore_all(suite, &[test], &search, false, &progress, &mut |both, test| {
        teller.test(suite, test, &both);
    })?;
    let schedule = search.schedule.unwrap_or_default();
    let again = again(suite, &test.name, &schedule, language);
    anstream::println!("{}", step::epilogue(language, left_at, &again));
    teller.end()
}

/// A filter that fits no test is a slip: whoever reads "no tests" may take it for a verdict.
fn check_filters(suites: &[Suite], arguments: &Arguments) -> anyhow::Result<()> {
    let all: Vec<&str> =
        suites.iter().flat_map(|suite| &suite.tests).map(|test| test.name.as_str()).collect();
    let filters = &arguments.filters;
    if filters.is_empty()
        || all.is_empty()
        || suites.iter().any(|s| wanted(s, arguments).next().is_some())
    {
        return Ok(());
    }
    let asked = filters.join("`, `");
    let is_part = |name: &&&str| filters.iter().any(|filter| name.contains(filter.as_str()));
    let parts: Vec<&str> = all.iter().filter(is_part).copied().collect();
    let number = all.len();
    bail!(Misuse(match (arguments.exact, parts.as_slice()) {
        (true, []) => format!("no test is called `{asked}`, of {number}; --list names them"),
        (true, parts) => {
            format!(
                "no test is called `{asked}`: a whole name has its modules; {}",
                parts.join(", ")
            )
        }
        (false, []) => format!("no test has `{asked}` in its name, of {number}; --list names them"),
        (false, parts) => format!(
            "--skip leaves out all that have `{asked}` in their names: {}",
            parts.join(", ")
        ),
    }))
}

/// A schedule is of one test.
fn check_schedule(suites: &[Suite], arguments: &Arguments) -> anyhow::Result<()> {
    let all = suites.iter().flat_map(|suite| active(suite, arguments));
    let named: Vec<&str> = all.map(|test| test.name.as_str()).collect();
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
    let headed = std::io::stdout().is_terminal() && arguments.message_format != Format::Json;
    for suite in suites {
        if headed && wanted(suite, arguments).next().is_some() {
            println!("{}  {} {}", suite.source, suite.package, suite.flag);
        }
        for test in wanted(suite, arguments) {
            match arguments.message_format {
                Format::Human | Format::Github => println!("{}: test", test.name),
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
