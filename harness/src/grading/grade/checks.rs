//! The checks of one submission, run in the order in which they depend on each other.

use super::Grader;
use super::cases::together;
use super::executables::Executables;
use super::linearizable::{self, CONTRADICTED};
use crate::course::folders;
use crate::course::wrong::SOLUTION;
use crate::grading::blind::reference::{Answer, Answers, Question};
use crate::grading::check::{self, Asked, Early, Seen};
use crate::grading::manifest::{Check, Kind};
use crate::grading::proof::fail;
use crate::grading::result::{Basis, CheckResult, CheckStatus};
use crate::parallel;
use anyhow::Context;
use std::path::Path;

/// What a student is told where a check's answers say too little without those of others.
const UNFOUNDED: &str =
    "not counted: none of the checks that it depends on is passed, and alone it says too little";

/// What a student is told before what goes wrong, where it goes wrong only so.
const EARLY: &str = "it waits with a time-out, which a right solution does not need here. When that is over before the others are done:";

/// What a student is told where not all of that can be tried.
const EARLY_OPEN: &str = "it waits with a time-out, which a right solution does not need here, and there are too many moments at which that can be over to try them all; wait without one";

/// What an instructor is told where it passes so, too.
const EARLY_NOTE: &str = "it waits with a time-out, where a right solution does not; it passes with those that fire early, too";

/// What a student is told before what goes wrong where a thread that yields goes on.
const HOGS: &str = "it yields again and again, which a right solution does not need here, and whether others move meanwhile nobody knows. When they do not:";

/// What an instructor is told where it is right so, or goes on for ever.
const HOGS_NOTE: &str = "it yields more than 200 times in a row, and does something each time, where a right solution does not; no wrong answer was found when others do not move meanwhile";

/// How many time-outs of each thread may fire early: few find most mistakes soon, and with few a thread that naps often is alone in the end.
const EARLY_TIMEOUTS: [u8; 3] = [1, 3, 12];

/// Which right solutions are asked.
#[derive(Debug, Clone, Copy)]
enum Right {
    Solution,
    All,
}

/// What came of a check that was asked in another way.
enum Again {
    Right,
    /// Nobody can tell; with whether it came to no end.
    Open(bool),
    Wrong(Box<CheckResult>),
}

impl Grader<'_> {
    fn run_check(&self, check: &Check, executables: &Executables<'_>) -> CheckResult {
        let sandbox = self.tools.sandbox;
        let (mut result, basis) = match (check.kind, &self.judge, executables) {
            (Kind::Program, Some(judge), Executables { program: Some(program), .. }) => {
                (judge.run(check, program, self.options.seed, sandbox), Basis::Judged)
            }
            (Kind::Run | Kind::Explore | Kind::Linearizable, ..) => {
                match executables.checks.get(&check.name) {
                    Some(Ok(executable)) if self.is_blind() => {
                        return self.confirm(check, executable, executables).unwrap_or_else(
                            |error| CheckResult::cannot_tell(check, format!("{error:#}")),
                        );
                    }
                    Some(Ok(executable)) if check.kind == Kind::Linearizable => {
                        let found =
                            linearizable::by_itself(check, executable, self.options.seed, sandbox);
                        let trouble = |error| CheckResult::cannot_tell(check, format!("{error:#}"));
                        (found.unwrap_or_else(trouble), Basis::Open)
                    }
                    Some(Ok(executable)) => {
                        (check::run(check, executable, self.options.seed, sandbox), Basis::Open)
                    }
                    Some(Err(why)) => return fail(check, why.clone()),
                    None => {
                        let why = "nothing was compiled for it".to_owned();
                        return CheckResult::cannot_tell(check, why);
                    }
                }
            }
            _ => {
                let why = "there is nothing to run it with".to_owned();
                return CheckResult::cannot_tell(check, why);
            }
        };
        result.basis = (result.status == CheckStatus::Pass).then_some(basis);
        result
    }

    /// Asks a process that is not told what is right, and holds its answers against those of right solutions. Only where they differ is the
    /// check run with what is right, for what there is to say.
    fn confirm(
        &self,
        check: &Check,
        executable: &Path,
        executables: &Executables<'_>,
    ) -> anyhow::Result<CheckResult> {
        let (looked, seen) = self.look(check, executable, self.answer(check, Right::Solution)?)?;
        let answer = self.answer(check, Right::Solution)?;
        if answer.confirms(&looked, &seen) {
            return self.whenever(check, executable, executables, (looked, answer));
        }
        // What has come to no end comes to none with assertions either, as long as nothing that it has answered is wrong.
        if looked.endless && answer.allows(&seen) {
            return Ok(looked);
        }
        let told = match self.told(executables, &check.name)? {
            Ok(told) => {
                let clients = answer.clients(Some(&seen));
                let asked = Asked { seed: self.options.seed, clients, ..Asked::default() };
                check::asked(check, &told, asked, self.tools.sandbox)?.0
            }
            Err(why) => fail(check, why),
        };
        if told.status != CheckStatus::Pass {
            return Ok(told);
        }
        // It says that all is well. Another right way may have answers that the solution has not.
        let answer = self.answer(check, Right::All)?;
        let (looked, seen) = self.look(check, executable, answer)?;
        if answer.confirms(&looked, &seen) {
            return self.whenever(check, executable, executables, (looked, answer));
        }
        let difference = answer.difference(&looked, &seen);
        let note = format!("its process says that it passes, and {difference}");
        Ok(CheckResult { notes: vec![note], ..fail(check, CONTRADICTED.to_owned()) })
    }

    fn look(
        &self,
        check: &Check,
        executable: &Path,
        answer: &Answer,
    ) -> anyhow::Result<(CheckResult, Seen)> {
        let (most, clients) = (Some(answer.most()), answer.clients(None));
        let asked = Asked { seed: self.options.seed, most, clients, ..Asked::default() };
        check::asked(check, executable, asked, self.tools.sandbox)
    }

    /// What comes of a check whose answers are right. Usually a time-out fires only when nothing else can happen. So whoever waits with one, if only for
    /// a nanosecond, lets all others run until they wait or end, and needs no lock. Where right solutions wait with none, the submission's fire early as
    /// well; where they do, only those that are shorter than any of theirs. And usually who yields very often waits in the end until somebody moves, which
    /// is as good. Where no right solution does that, the submission's threads go on.
    fn whenever(
        &self,
        check: &Check,
        executable: &Path,
        executables: &Executables<'_>,
        (looked, answer): (CheckResult, &Answer),
    ) -> anyhow::Result<CheckResult> {
        let found = looked.explored.as_ref();
        let (timed, naps) = found.map_or((false, false), |found| (found.timed, found.naps));
        let hogs = found.is_some_and(|found| found.yields) && !answer.yields;
        let again = |early: Option<Early>, says: &str| {
            let asked = Asked { early, hogs, ..Asked::default() };
            self.look_again(check, executable, executables, answer, asked, says)
        };
        // Who really waits in a loop never comes to an end so, and nothing can be told of it.
        if hogs && let Again::Wrong(told) = again(None, HOGS)? {
            return Ok(*told);
        }
        // In a check that is about time only what is too short for it: no right solution waits so.
        let only_naps = answer.timed;
        let needless = if only_naps { naps && !answer.naps } else { timed };
        let mut result = passed(looked, answer);
        if hogs {
            result.notes.push(HOGS_NOTE.to_owned());
        }
        if !needless {
            return Ok(result);
        }
        let mut confirmed = false;
        for times in EARLY_TIMEOUTS {
            confirmed = match again(Some(Early { times, only_naps }), EARLY)? {
                Again::Right => true,
                // A wait that is long in real time may be cut into short ones, which are many. That some of them were tried is enough there.
                Again::Open(endless) => {
                    confirmed &= only_naps;
                    // With more of them it comes to no end either.
                    if endless && !confirmed {
                        break;
                    }
                    confirmed
                }
                Again::Wrong(told) => return Ok(*told),
            };
        }
        if confirmed {
            result.notes.push(EARLY_NOTE.to_owned());
            return Ok(result);
        }
        // It is the submission that makes it so many.
        Ok(fail(check, EARLY_OPEN.to_owned()))
    }

    /// Whether its answers are right also when it is asked so. If they are not, what comes of the check begins with what this `says`.
    fn look_again(
        &self,
        check: &Check,
        executable: &Path,
        executables: &Executables<'_>,
        answer: &Answer,
        asked: Asked<'_>,
        says: &str,
    ) -> anyhow::Result<Again> {
        let clients = answer.clients(None);
        let asked = Asked { seed: self.options.seed, most: Some(answer.most()), clients, ..asked };
        let (again, seen) = check::asked(check, executable, asked, self.tools.sandbox)?;
        if answer.confirms(&again, &seen) {
            return Ok(Again::Right);
        }
        // Where all the time went by without a verdict, it goes on for ever so, which is no answer.
        let endless = asked.hogs && again.explored.is_none();
        let open = again.status == CheckStatus::CannotTell || endless;
        if open && answer.allows(&seen) {
            return Ok(Again::Open(again.endless));
        }
        let mut told = match self.told(executables, &check.name)? {
            Ok(told) => {
                let asked = Asked { most: None, clients: answer.clients(Some(&seen)), ..asked };
                check::asked(check, &told, asked, self.tools.sandbox)?.0
            }
            Err(why) => fail(check, why),
        };
        // What it answered so is not right, whatever else can be told.
        if told.status != CheckStatus::Fail {
            told = fail(check, CONTRADICTED.to_owned());
        }
        told.message = Some(format!("{says} {}", told.message.unwrap_or_default()));
        Ok(Again::Wrong(Box::new(told)))
    }

    /// What these right solutions answer to the check. Blocks until they are asked.
    fn answer(&self, check: &Check, right: Right) -> anyhow::Result<&Answer> {
        let answers = self.answers[right as usize]
            .get_or_init(|| self.ask(right).map_err(|error| format!("{error:#}")));
        let answers = answers.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
        answers.to(&check.name).with_context(|| format!("nobody was asked about {}", check.name))
    }

    fn ask(&self, right: Right) -> anyhow::Result<Answers> {
        let source = self.source.as_ref().context("there are no checks of a library")?;
        let mut samples = vec![SOLUTION.to_owned()];
        if let Right::All = right {
            let others = folders(&self.assignment.folder.join("alternatives"))?;
            samples.extend(others.into_iter().map(|name| format!("alternatives/{name}")));
        }
        let question = Question {
            tools: self.tools,
            assignment: self.assignment,
            source: source.text(),
            seed: self.options.seed,
            jobs: self.options.jobs,
        };
        Answers::of(&question, &samples)
    }

    /// Runs every check whose dependencies are passed, those that do not depend on each other at the same time.
    pub(super) fn run_checks(&self, executables: &Executables<'_>) -> Vec<CheckResult> {
        let checks: Vec<&Check> = self.checks().collect();
        let mut results: Vec<Option<CheckResult>> = vec![None; checks.len()];
        while results.iter().any(Option::is_none) {
            let status = |name: &String| {
                let at = checks.iter().position(|check| check.name == *name);
                // A check that is not asked for is no obstacle.
                at.map_or(Some(CheckStatus::Pass), |at| results[at].as_ref().map(|r| r.status))
            };
            let mut ready = Vec::new();
            let mut obstructed = Vec::new();
            for (i, check) in checks.iter().enumerate().filter(|(i, _)| results[*i].is_none()) {
                let is_called =
                    |function: &str| !matches!(executables.checks.get(function), Some(Err(_)));
                let failed = check.depends_on.iter().find(|name| {
                    let at = checks.iter().position(|check| check.name == **name);
                    let result = at.and_then(|at| results[at].as_ref());
                    result.is_some_and(|result| is_obstacle(result, is_called))
                });
                if let Some(failed) = failed {
                    let why = format!("not run, as it depends on {failed}");
                    obstructed.push((i, CheckResult::not_run(check, why)));
                } else if check.depends_on.iter().all(|name| status(name).is_some()) {
                    ready.push(i);
                }
            }
            for (i, result) in obstructed {
                results[i] = Some(result);
            }
            let done = parallel::map(self.options.jobs, &ready, |&i| {
                let parts = checks[i].parts();
                let run =
                    parts.into_iter().map(|check| (self.run_check(&check, executables), check));
                (i, run.collect::<Vec<_>>())
            });
            for (i, parts) in done {
                let among = stand_together(parts.iter().map(|(result, _)| result));
                let founded = parts.into_iter().map(|(result, check)| {
                    let alone = checks[i].cases.is_empty() || !check.depends_on.is_empty();
                    let counts = among
                        || result.basis != Some(Basis::Open)
                        || alone && is_founded(&result, &check, &checks, &results);
                    match !self.is_blind() || counts {
                        true => result,
                        false => CheckResult::not_run(&check, UNFOUNDED.to_owned()),
                    }
                });
                let mut founded: Vec<CheckResult> = founded.collect();
                results[i] = match checks[i].cases.is_empty() {
                    true => founded.pop(),
                    false => Some(together(checks[i], founded)),
                };
            }
        }
        results.into_iter().flatten().collect()
    }
}

/// Whether what depends on this is not run. A function of another type costs the checks and the cases that call it, and not those that come after
/// them.
fn is_obstacle(result: &CheckResult, is_called: impl Fn(&str) -> bool) -> bool {
    match &result.cases[..] {
        [] => result.status != CheckStatus::Pass && is_called(&result.name),
        cases => cases.iter().any(|case| case.status != CheckStatus::Pass && is_called(&case.name)),
    }
}

/// Whether these cases of a check say enough together: all are passed, or one has answers that nobody knew. Of those that are the same whatever is
/// drawn, some may be passed by what does nothing.
fn stand_together<'r>(parts: impl Iterator<Item = &'r CheckResult>) -> bool {
    let parts: Vec<&CheckResult> = parts.collect();
    let passes = |part: &&&CheckResult| part.status == CheckStatus::Pass;
    let known = parts.iter().filter(passes).any(|part| part.basis != Some(Basis::Open));
    parts.len() > 1 && (known || parts.iter().filter(passes).count() == parts.len())
}

/// Whether points may be for this result. One that is the same whatever is drawn says too little alone: a submission that does nothing may come to
/// it. It counts with a check that it depends on, directly or not, and whose answers nobody knew.
fn is_founded(
    result: &CheckResult,
    check: &Check,
    checks: &[&Check],
    results: &[Option<CheckResult>],
) -> bool {
    if result.basis != Some(Basis::Open) || check.depends_on.is_empty() {
        return true;
    }
    let mut left: Vec<&String> = check.depends_on.iter().collect();
    while let Some(name) = left.pop() {
        let at = checks.iter().position(|check| check.name == *name);
        let Some((check, result)) = at.and_then(|at| Some((checks[at], results[at].as_ref()?)))
        else {
            // It was not asked for.
            return true;
        };
        let founded = result.founded || result.basis != Some(Basis::Open);
        if result.status == CheckStatus::Pass && founded {
            return true;
        }
        left.extend(&check.depends_on);
    }
    false
}

/// That a right solution's answers are the check's, and what an instructor may want to know of it.
fn passed(looked: CheckResult, answer: &Answer) -> CheckResult {
    let basis = if answer.varies { Basis::Confirmed } else { Basis::Open };
    let mut notes = Vec::new();
    let explored = looked.explored.as_ref();
    let alone = explored.is_some_and(|explored| explored.executions == 1);
    if alone && answer.executions > 1 {
        notes.push(format!(
            "one execution covers every interleaving of it, where a right solution needs {}: its threads never meet",
            answer.executions
        ));
    }
    // Where a search is enough, whoever has much to do that is of no use may hide among it what is wrong.
    if let Some(found) = explored.filter(|found| !found.proved && answer.proved) {
        notes.push(format!(
            "not every order was tried: nothing is wrong in {} executions, where a right solution is proved by {}",
            found.executions, answer.executions
        ));
    }
    CheckResult { basis: Some(basis), notes, ..looked }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::check::tests::a_check;
    use crate::grading::result::{CaseResult, Explored};

    #[test]
    fn a_case_that_says_too_little_does_not_count_alone() {
        let passed = |basis| CheckResult {
            basis: Some(basis),
            ..CheckResult::new(&a_check(), CheckStatus::Pass)
        };
        let failed = CheckResult::new(&a_check(), CheckStatus::Fail);
        let (open, known) = (passed(Basis::Open), passed(Basis::Confirmed));
        assert!(stand_together([&open, &known].into_iter()));
        assert!(stand_together([&open, &open].into_iter()));
        assert!(!stand_together([&open, &failed].into_iter()));
        assert!(!stand_together([&known].into_iter()));
    }

    #[test]
    fn a_case_that_cannot_be_called_is_no_obstacle() {
        let case = |name: &str, status| CaseResult {
            name: name.to_owned(),
            title: Default::default(),
            status,
            points: 0,
            max: 1,
        };
        let cases = vec![case("peeks", CheckStatus::Fail), case("puts", CheckStatus::Pass)];
        let mut result = CheckResult { cases, ..CheckResult::new(&a_check(), CheckStatus::Fail) };
        assert!(is_obstacle(&result, |_| true));
        assert!(!is_obstacle(&result, |name| name != "peeks"));
        result.cases[1].status = CheckStatus::Fail;
        assert!(is_obstacle(&result, |name| name != "peeks"));
        result.cases.clear();
        assert!(is_obstacle(&result, |_| true) && !is_obstacle(&result, |name| name != "counts"));
    }

    #[test]
    fn an_instructor_is_told_what_a_search_left_out_that_covers_a_right_solution() {
        let explored = |executions, proved| CheckResult {
            explored: Some(Explored {
                executions,
                proved,
                bounds: Vec::new(),
                timed: false,
                naps: false,
                yields: false,
                schedule: None,
                trace: None,
            }),
            ..CheckResult::new(&a_check(), CheckStatus::Pass)
        };
        let answer = Answer { executions: 3028, proved: true, ..Answer::default() };
        let notes = passed(explored(22_000, false), &answer).notes;
        assert!(notes.len() == 1 && notes[0].contains("nothing is wrong in 22000"), "{notes:?}");
        assert!(passed(explored(14_540, true), &answer).notes.is_empty());
        let neither = Answer { proved: false, ..answer };
        assert!(passed(explored(22_000, false), &neither).notes.is_empty());
    }

    #[test]
    fn what_says_too_little_counts_with_what_it_depends_on() {
        let check = |name: &str, on: &[&str]| Check {
            name: name.to_owned(),
            depends_on: on.iter().map(|name| (*name).to_owned()).collect(),
            ..a_check()
        };
        let all = [check("a", &[]), check("b", &["a"]), check("c", &["b"])];
        let checks: Vec<&Check> = all.iter().collect();
        let passed = |index: usize, basis: Basis| CheckResult {
            basis: Some(basis),
            ..CheckResult::new(&all[index], CheckStatus::Pass)
        };
        let failed = |index: usize| CheckResult::new(&all[index], CheckStatus::Fail);
        let open = passed(2, Basis::Open);
        let with = |a: CheckResult, b: CheckResult| {
            is_founded(&open, &all[2], &checks, &[Some(a), Some(b), None])
        };
        assert!(with(passed(0, Basis::Confirmed), passed(1, Basis::Open)));
        assert!(with(failed(0), passed(1, Basis::Confirmed)));
        // As where those are of functions that have another type.
        assert!(!with(failed(0), failed(1)));
        assert!(!with(passed(0, Basis::Open), failed(1)));
        // One of its cases was drawn.
        let mixed = CheckResult { founded: true, ..passed(1, Basis::Open) };
        assert!(with(failed(0), mixed));
        let none = [None, None, None];
        assert!(is_founded(&passed(2, Basis::Confirmed), &all[2], &checks, &none));
        assert!(is_founded(&passed(0, Basis::Open), &all[0], &checks, &none));
    }
}
