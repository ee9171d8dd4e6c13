//! The verb `course check`: an assignment is held to what it says of itself.
//!
//! An assignment comes with solutions that must pass and solutions that must fail, each at a check that it names. That is the test of the
//! checks. What nobody can grade by is refused already when the manifest is read.

use super::equal::{Returns, always_equal};
use super::house::House;
use super::lint::lint;
use super::naps::{Nap, napping};
use super::{folders, wrong};
use crate::grading::Tools;
use crate::grading::assignment::{self, Assignment};
use crate::grading::blind::reference::UNASKED;
use crate::grading::grade::{Grader, Options};
use crate::grading::intake::Taken;
use crate::grading::manifest::{COMPILE, Form, Manifest, Wrong};
use crate::grading::result::{Basis, CheckStatus, Status, SubmissionResult};
use crate::parallel;
use anstyle::{AnsiColor, Style};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

/// How many programs are graded at a time for each core.
const WAITING: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// A submission that comes with the assignment, and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample<'a> {
    /// `solution`, `wrong/NAME`: how it is called in messages.
    name: String,
    expected: Expected<'a>,
    files: Taken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected<'a> {
    /// It compiles, and does not pass.
    Fails,
    /// It passes every check.
    Passes,
    /// It does not pass this check.
    CaughtBy(&'a str),
    /// It passes no check that is marked `concurrent`, of a program's none at all, but for these.
    EarnsOnly(&'a [String]),
    /// As the last, and it need not compile: nobody has written it.
    MadeEarnsNothing,
    /// As the last. Where no time-out may fire early, a nap is as good as a lock.
    NapsEarnNothing,
}

/// Checks assignments of `course` (all, if `names` is empty) and prints what is wrong with them. Blocks until everything is graded `repeat`
/// times, in which every check must say the same each time. Returns whether all is well.
///
/// # Errors
///
/// When a name is no assignment's, or nothing can be graded.
pub fn check(
    tools: &Tools,
    course: &Path,
    names: &[String],
    repeat: NonZeroUsize,
    jobs: Option<NonZeroUsize>,
) -> anyhow::Result<bool> {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let assignments: Vec<anyhow::Result<Assignment>> = match names {
        [] => assignment::names(course)?.iter().map(|n| Assignment::load(course, n)).collect(),
        _ => names.iter().map(|name| Assignment::find(course, name)).collect(),
    };
    let house = House::of(course)?;
    let (good, bad) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default().bold());
    let strong = Style::new().bold();
    let mut well = true;
    for assignment in assignments {
        let assignment = match assignment {
            Ok(assignment) => assignment,
            // A typing error on the command line; nothing has been checked yet.
            Err(error) if !names.is_empty() => return Err(error),
            Err(error) => {
                anstream::println!("{bad}{error:#}{bad:#}");
                well = false;
                continue;
            }
        };
        let mut problems = lint(&assignment, &house)?;
        let samples = samples(&assignment, &mut problems)?;
        let jobs = jobs.unwrap_or(match assignment.manifest.form {
            Form::Library => cores,
            // Wrong programs mostly wait, for what never comes.
            Form::Program => cores.saturating_mul(WAITING),
        });
        let mut first: Option<Vec<String>> = None;
        for round in 0..repeat.get() {
            let results = grade_samples(tools, &assignment, &samples, round as u64, jobs)?;
            let found = results.iter().zip(&samples).filter_map(|(result, sample)| {
                let problem = problem(&assignment.manifest, result, sample.expected)?;
                Some((sample.name.as_str(), problem))
            });
            problems.extend(once(found.collect()));
            if let Some(solution) = results.iter().find(|it| it.submission == wrong::SOLUTION) {
                problems.extend(unfounded(&assignment.manifest, solution));
            }
            let verdicts: Vec<String> = results.iter().map(verdicts).collect();
            let before = first.get_or_insert_with(|| verdicts.clone());
            for (before, now) in before.iter().zip(&verdicts).filter(|(before, now)| before != now)
            {
                problems.push(format!("decided by luck or timing: first {before}; then {now}"));
            }
        }
        problems.sort();
        problems.dedup();
        let name = &assignment.name;
        if problems.is_empty() {
            let count = |expected: fn(&Expected<'_>) -> bool| {
                samples.iter().filter(|sample| expected(&sample.expected)).count()
            };
            let right = count(|expected| *expected == Expected::Passes);
            let wrong = count(|expected| matches!(expected, Expected::CaughtBy(_)));
            let is_cheat = |expected: &Expected<'_>| {
                use Expected::{EarnsOnly, MadeEarnsNothing, NapsEarnNothing};
                matches!(expected, EarnsOnly(_) | MadeEarnsNothing | NapsEarnNothing)
            };
            let right = counted(right, "solution passes", "solutions pass");
            let wrong = counted(wrong, "wrong one is caught", "wrong ones are caught");
            let cheats = match (count(is_cheat), assignment.manifest.form) {
                (0, _) => String::new(),
                (1, Form::Program) => ", a cheat earns nothing".to_owned(),
                (n, Form::Program) => format!(", {n} cheats earn nothing"),
                (n, Form::Library) => {
                    format!(", {n} cheats earn nothing for keeping threads apart")
                }
            };
            anstream::println!(
                "{strong}{name}{strong:#}  {good}good{good:#}: the starter fails, {right}, {wrong}{cheats}"
            );
        }
        for problem in &problems {
            anstream::println!("{strong}{name}{strong:#}  {bad}{problem}{bad:#}");
        }
        well &= problems.is_empty();
    }
    Ok(well)
}

/// Everything that comes with the assignment to be graded. What is not there, or is a patch that does not apply, is a problem.
fn samples<'a>(
    assignment: &'a Assignment,
    problems: &mut Vec<String>,
) -> anyhow::Result<Vec<Sample<'a>>> {
    let Assignment { folder, manifest, .. } = assignment;
    let mut named = vec![
        ("starter".to_owned(), Expected::Fails),
        (wrong::SOLUTION.to_owned(), Expected::Passes),
    ];
    for name in folders(&folder.join("alternatives"))? {
        named.push((format!("alternatives/{name}"), Expected::Passes));
    }
    // Made of the starter and of the cheats, so that no author has to think of them.
    let mut made = Vec::new();
    for name in folders(&folder.join("cheats"))? {
        let name = format!("cheats/{name}");
        if let (true, Ok(cheat)) = (manifest.blind, assignment.sample(&name)) {
            for (nap, with) in Nap::ALL {
                match napping(&cheat, nap) {
                    Ok(files) => {
                        let name = format!("{name}, with a nap ({with})");
                        made.push(Sample { name, expected: Expected::NapsEarnNothing, files });
                    }
                    Err(error) => problems.push(format!("{name}: {error:#}")),
                }
            }
        }
        let earns = manifest.cheats.iter().find(|cheat| format!("cheats/{}", cheat.name) == name);
        named.push((name, Expected::EarnsOnly(earns.map_or(&[], |cheat| &cheat.earns))));
    }
    if let (true, Ok(starter)) = (manifest.blind, assignment.sample("starter")) {
        for (name, returns) in
            [("equal by itself", Returns::ItsTypes), ("equal to anything", Returns::Anything)]
        {
            match always_equal(&starter, returns) {
                Ok(files) => {
                    let name = name.to_owned();
                    made.push(Sample { name, expected: Expected::MadeEarnsNothing, files });
                }
                Err(error) => problems.push(format!("the starter: {error:#}")),
            }
        }
    }
    let patches = wrong::entries(folder)?.patches;
    for Wrong { name, caught_by, .. } in &manifest.wrong {
        if patches.contains(name) {
            named.push((format!("wrong/{name}"), Expected::CaughtBy(caught_by)));
        }
    }
    let mut samples = made;
    for (name, expected) in named {
        match assignment.sample(&name) {
            Ok(files) => samples.push(Sample { name, expected, files }),
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    Ok(samples)
}

fn grade_samples(
    tools: &Tools,
    assignment: &Assignment,
    samples: &[Sample<'_>],
    seed: u64,
    jobs: NonZeroUsize,
) -> anyhow::Result<Vec<SubmissionResult>> {
    // Many submissions at a time keep the cores busy; each runs its checks one by one.
    let options = Options { seed, jobs: NonZeroUsize::MIN, visible_only: false, trusting: false };
    let grader = Grader::new(tools, assignment, options)?;
    Ok(parallel::map(jobs, samples, |sample| grader.grade(&sample.name, Ok(sample.files.clone()))))
}

/// What every check says of a sample: what must be the same in each round.
fn verdicts(result: &SubmissionResult) -> String {
    let each = result.checks.iter().map(|check| format!(" {} {:?}", check.name, check.status));
    format!("{}: {:?}{}", result.submission, result.status, each.collect::<Vec<_>>().join(","))
}

/// What is wrong with a sample's result, if anything is.
fn problem(
    manifest: &Manifest,
    result: &SubmissionResult,
    expected: Expected<'_>,
) -> Option<String> {
    let message = || result.message.clone().unwrap_or_default();
    match (result.status, expected) {
        (Status::DoesNotCompile, Expected::CaughtBy(COMPILE)) => None,
        // A cheat that is not even run earns nothing.
        (
            Status::Refused | Status::DoesNotCompile,
            Expected::MadeEarnsNothing | Expected::NapsEarnNothing,
        ) => None,
        (Status::Refused, _) => Some(format!("is refused: {}", message())),
        (Status::DoesNotCompile, _) => Some(format!("does not compile:\n{}", message())),
        (Status::CannotTell, _) => Some(format!("cannot be graded: {}", trouble(result))),
        (Status::Graded, Expected::Fails) => {
            result.passes().then(|| "passes, although there is nothing in it yet".to_owned())
        }
        (Status::Graded, Expected::Passes) => {
            let failed = result.checks.iter().find(|check| check.status != CheckStatus::Pass)?;
            let message = failed.message.as_deref().unwrap_or("no reason is given");
            Some(format!("does not pass {}: {message}", failed.name))
        }
        (Status::Graded, Expected::CaughtBy(COMPILE)) => Some("compiles".to_owned()),
        (
            Status::Graded,
            Expected::EarnsOnly(_) | Expected::MadeEarnsNothing | Expected::NapsEarnNothing,
        ) => {
            let is_program = manifest.form == Form::Program;
            let honest: &[String] = match expected {
                Expected::EarnsOnly(checks) => checks,
                _ => &[],
            };
            let counted = manifest
                .checks
                .iter()
                .filter(|it| (it.concurrent || is_program) && !honest.contains(&it.name));
            let marked = if is_program { "" } else { ", which is marked concurrent" };
            counted.filter_map(|check| result.check(&check.name)).find_map(|it| {
                let what = match it.status {
                    CheckStatus::Pass => "passes".to_owned(),
                    // For some of its cases.
                    _ if it.points > 0 => format!("has {} of {} points of", it.points, it.max),
                    _ => return None,
                };
                Some(format!("{what} {}{marked}", it.name))
            })
        }
        (Status::Graded, Expected::CaughtBy(name)) => {
            let check = result.check(name)?;
            match check.status {
                CheckStatus::Fail => check.notes.first().map(|note| {
                    format!("{name} catches it only where it is not told what is right: {note}")
                }),
                CheckStatus::Pass => Some(format!("passes {name}, which should catch it")),
                CheckStatus::NotRun | CheckStatus::CannotTell => Some(format!(
                    "{name} should catch it, but was {}{}",
                    check.message.as_deref().unwrap_or("not run"),
                    obstacle(manifest, result, name),
                )),
            }
        }
    }
}

/// What a check that this one depends on came to, where that was no pass.
fn obstacle(manifest: &Manifest, result: &SubmissionResult, name: &str) -> String {
    let check = manifest.checks.iter().find(|check| check.name == name);
    let before = check.into_iter().flat_map(|check| &check.depends_on);
    let failed = before
        .filter_map(|name| result.check(name))
        .find(|check| check.status != CheckStatus::Pass);
    match failed.map(|check| (check, check.message.as_deref())) {
        // Told already, of itself: something before it.
        Some((check, _)) if check.status == CheckStatus::NotRun => {
            obstacle(manifest, result, &check.name)
        }
        Some((check, Some(message))) => format!("; {} said: {message}", check.name),
        _ => String::new(),
    }
}

/// Checks whose points would rest on nothing but what the process says of itself: their answers are the same whatever is drawn, and they depend
/// on none whose answers are not.
fn unfounded(manifest: &Manifest, solution: &SubmissionResult) -> Vec<String> {
    if !manifest.blind {
        return Vec::new();
    }
    let mut founded = BTreeSet::new();
    let mut problems = Vec::new();
    // Whatever a check depends on is above it.
    for check in &manifest.checks {
        let open = solution
            .check(&check.name)
            .is_none_or(|it| it.basis == Some(Basis::Open) && !it.founded);
        if !open || check.depends_on.iter().any(|name| founded.contains(name)) {
            founded.insert(check.name.clone());
        } else {
            problems.push(format!(
                "{} sees the same whatever is drawn, and depends on no check that does not: draw its numbers with `judge::drawn`",
                check.name
            ));
        }
    }
    problems
}

/// These problems of samples, with their names. What is wrong with the checks or with a right solution is told of one sample, although it is in the way
/// of all.
fn once(found: Vec<(&str, String)>) -> Vec<String> {
    let unasked = |(_, problem): &(&str, String)| problem.contains(UNASKED);
    let of_all = found.iter().position(|it| unasked(it) && it.0 == wrong::SOLUTION);
    let of_all = of_all.or_else(|| found.iter().position(unasked));
    let kept = found.iter().enumerate().filter(|(at, it)| !unasked(it) || Some(*at) == of_all);
    kept.map(|(_, (name, problem))| format!("{name}: {problem}")).collect()
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn trouble(result: &SubmissionResult) -> String {
    let unsure = result.checks.iter().find(|check| check.status == CheckStatus::CannotTell);
    let message = unsure.and_then(|check| check.message.clone()).or_else(|| result.message.clone());
    message.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who replaces waiting by napping is tried in every assignment whose points are for what one process does.
    #[test]
    fn each_cheat_is_tried_with_each_nap_in_every_blind_assignment() {
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut blind = Vec::new();
        for name in assignment::names(&course).unwrap() {
            let assignment = Assignment::load(&course, &name).unwrap();
            if !assignment.manifest.blind {
                continue;
            }
            let mut problems = Vec::new();
            let samples = samples(&assignment, &mut problems).unwrap();
            assert!(problems.is_empty(), "{problems:?}");
            for cheat in folders(&assignment.folder.join("cheats")).unwrap() {
                for with in ["park", "condition", "yields"] {
                    let called = format!("cheats/{cheat}, with a nap ({with})");
                    let sample = samples.iter().find(|sample| sample.name == called);
                    let sample = sample.unwrap_or_else(|| panic!("{name}: no {called}"));
                    assert_eq!(sample.expected, Expected::NapsEarnNothing);
                }
            }
            blind.push(name);
        }
        assert_eq!(blind.len(), 8, "{blind:?}");
    }
}
