//! What right solutions answer, and how a submission's answers differ.

use super::alone::Alone;
use super::source::{blinded, line_of};
use crate::grading::Tools;
use crate::grading::assignment::Assignment;
use crate::grading::check::{self, Asked, Runs, Seen};
use crate::grading::compile::{self, Compiled, Side, Workshop};
use crate::grading::manifest::{Check, Kind};
use crate::grading::result::{CheckResult, CheckStatus};
use crate::parallel;
use anyhow::{Context, bail};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

/// More different executions than any check should have.
const MOST: usize = 1_000;

/// More different runs of its clients than a check of kind `linearizable` should have.
const MOST_RUNS: usize = 200_000;

/// What is said of a right solution that does not get through the checks.
pub const UNASKED: &str = "cannot be asked what is right";

/// What right solutions answer to each check.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    checks: BTreeMap<String, Answer>,
}

/// What right solutions answer to a check.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// What their executions looked at. Of kind `linearizable`: what one thread got.
    pub seen: Seen,
    /// Of kind `linearizable`: the same, as what explains what several threads get.
    pub alone: Option<Alone>,
    /// Whether another seed leads to other answers: if not, they can be known before.
    pub varies: bool,
    /// How many executions the search took, the least of all.
    pub executions: u64,
    /// Whether one of them was tried in every order.
    pub proved: bool,
    /// Whether one of them waits with a time-out.
    pub timed: bool,
    /// Whether one of them waits with a short one.
    pub naps: bool,
    /// Whether one of them yields until it is made to wait.
    pub yields: bool,
}

/// What decides about answers.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What compiles and runs.
    pub tools: &'a Tools,
    /// Whose solutions are asked.
    pub assignment: &'a Assignment,
    /// `checks.rs`.
    pub source: &'a str,
    /// What numbers are drawn from.
    pub seed: u64,
    /// How many checks run at a time.
    pub jobs: NonZeroUsize,
}

impl Answers {
    /// Asks these samples of the assignment: `solution`, `alternatives/NAME`.
    ///
    /// # Errors
    ///
    /// When one cannot be compiled, or does not get through its own checks: then nothing can be compared.
    pub fn of(question: &Question<'_>, samples: &[String]) -> anyhow::Result<Answers> {
        let mut answers = Answers::default();
        for sample in samples {
            let asked = ask(question, sample).with_context(|| format!("{sample} {UNASKED}"))?;
            for (name, answer) in asked {
                let known = answers.checks.entry(name).or_default();
                let first = known.seen.is_empty();
                known.varies = answer.varies && (first || known.varies);
                known.executions = match first {
                    true => answer.executions,
                    false => known.executions.min(answer.executions),
                };
                known.proved |= answer.proved;
                known.timed |= answer.timed;
                known.naps |= answer.naps;
                known.yields |= answer.yields;
                known.seen.extend(answer.seen);
            }
        }
        for check in question.assignment.manifest.inside().flat_map(Check::parts) {
            if let (Kind::Linearizable, Some(answer)) =
                (check.kind, answers.checks.get_mut(&check.name))
            {
                answer.alone = Some(Alone::of(&answer.seen).with_context(|| check.name.clone())?);
            }
        }
        Ok(answers)
    }

    /// To the check of this name.
    pub fn to(&self, check: &str) -> Option<&Answer> {
        self.checks.get(check)
    }
}

fn ask(question: &Question<'_>, sample: &str) -> anyhow::Result<Vec<(String, Answer)>> {
    let Question { tools, assignment, source, seed, jobs } = *question;
    let workshop = Workshop::new(jobs, tools.sandbox)?;
    workshop.take_in(&assignment.sample(sample)?)?;
    let made = |compiled: Compiled| match compiled {
        Compiled::Yes(file) => Ok(file),
        Compiled::No(messages) => bail!("{}", messages.all),
    };
    let library = made(compile::library(tools, &workshop)?)?;
    let checks: Vec<Cow<'_, Check>> = assignment.manifest.inside().flat_map(Check::parts).collect();
    let names: Vec<&str> = assignment.manifest.inside().flat_map(Check::functions).collect();
    let source = blinded(source, seed)?;
    let executable =
        made(compile::checks(tools, &workshop, &source, &library, &names, Side::Blind)?)?;
    let answers = parallel::map(jobs, &checks, |check| {
        let passed = |asked: Asked<'_>| {
            let (result, seen) = check::asked(check, &executable, asked, tools.sandbox)?;
            if result.status != CheckStatus::Pass {
                bail!("{}: {}", check.name, result.message.unwrap_or_default());
            }
            anyhow::Ok((result, seen))
        };
        let once = |seed: u64| {
            let linearizable = check.kind == Kind::Linearizable;
            let most = Some(if linearizable { MOST_RUNS } else { MOST });
            let asked = Asked { seed, most, ..Asked::default() };
            let (mut result, seen) = passed(asked)?;
            if linearizable {
                let alone = Alone::of(&seen).with_context(|| check.name.clone())?;
                let runs = Runs::Together { clients: alone.clients(), unexplained: &[] };
                let (together, got) = passed(Asked { clients: runs, ..asked })?;
                if let Some(run) = alone.unexplained(&got) {
                    bail!("{}: it is not linearizable itself: {}", check.name, told(run));
                }
                result = together;
            }
            if looks_at_nothing(&seen) {
                bail!(
                    "{} looks at nothing that a submission answers: in a blind assignment what it finds out is the first operand of `assert!`, `assert_eq!` or `assert_ne!`, and a `panic!` of its own says nothing",
                    check.name
                );
            }
            let mut answer = Answer { seen, executions: 1, ..Answer::default() };
            if let Some(found) = result.explored {
                (answer.executions, answer.proved) = (found.executions, found.proved);
                (answer.timed, answer.naps) = (found.timed, found.naps);
                answer.yields = found.yields;
            }
            anyhow::Ok(answer)
        };
        let answer = once(seed)?;
        let varies = answer.seen != once(!seed)?.seen;
        anyhow::Ok((check.name.clone(), Answer { varies, ..answer }))
    });
    answers.into_iter().collect()
}

/// Whether no execution has looked at anything: then nothing that a submission answers is held against what is right.
fn looks_at_nothing(seen: &Seen) -> bool {
    seen.iter().all(Vec::is_empty)
}

impl Answer {
    /// Whether a check has come to its end, and every execution is one of a right solution's.
    pub fn confirms(&self, result: &CheckResult, seen: &Seen) -> bool {
        let right = match &self.alone {
            Some(alone) => alone.explains(seen),
            None => !seen.is_empty() && seen.is_subset(&self.seen),
        };
        result.status == CheckStatus::Pass && right
    }

    /// Whether none of these is wrong. There may be others.
    pub fn allows(&self, seen: &Seen) -> bool {
        match &self.alone {
            Some(alone) => alone.unexplained(seen).is_none(),
            None => seen.is_subset(&self.seen),
        }
    }

    /// How many different executions are of interest.
    pub fn most(&self) -> usize {
        self.alone.as_ref().map_or(self.seen.len(), |_| MOST_RUNS)
    }

    /// Of kind `linearizable`: which clients a submission runs, and which of these runs must not come of them, if one is known.
    pub fn clients<'a>(&'a self, seen: Option<&'a Seen>) -> Runs<'a> {
        let Some(alone) = &self.alone else { return Runs::Alone };
        let unexplained = seen.and_then(|seen| alone.unexplained(seen));
        let unexplained = unexplained.map_or(&[][..], |run| run.as_slice());
        Runs::Together { clients: alone.clients(), unexplained }
    }

    /// What the answers have that no right solution's have, for the instructor.
    pub fn difference(&self, result: &CheckResult, seen: &Seen) -> String {
        if let Some(alone) = &self.alone {
            return match alone.unexplained(seen) {
                Some(run) => {
                    format!("no order of these calls explains what they got: {}", told(run))
                }
                None => "not each of its clients was run".to_owned(),
            };
        }
        let Some(strange) = seen.difference(&self.seen).next() else {
            return match &result.message {
                Some(message) => {
                    format!("not told what is right, it comes to another end: {message}")
                }
                None => "not told what is right, it looks at nothing".to_owned(),
            };
        };
        let strange: BTreeSet<&String> = strange.iter().collect();
        let common =
            |known: &&Vec<String>| known.iter().filter(|look| strange.contains(look)).count();
        let nearest: BTreeSet<&String> =
            self.seen.iter().max_by_key(common).into_iter().flatten().collect();
        let its = strange.difference(&nearest).next().map(|look| look.as_str());
        let place = |look: &str| line_of(look).unwrap_or(0);
        let value =
            |look: &str| look.split_once(' ').map_or(String::new(), |(_, value)| cut(value));
        let at = its.map_or(0, place);
        let same = nearest.difference(&strange).map(|look| look.as_str());
        let right = same.clone().find(|look| place(look) == at).or(same.clone().next());
        match (its, right) {
            (Some(its), Some(right)) => format!(
                "checks.rs:{at}: {}, where a right solution has {}",
                value(its),
                value(right)
            ),
            (Some(its), None) => format!("checks.rs:{at}: {}, which is one too many", value(its)),
            (None, Some(right)) => {
                format!("checks.rs:{}: {} is missing", place(right), value(right))
            }
            (None, None) => "it looks at one thing more often or less often".to_owned(),
        }
    }
}

/// A run of a client, for the instructor.
fn told(run: &[String]) -> String {
    cut(&run.join("; "))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::check::tests::a_check;

    fn seen(executions: &[&[&str]]) -> Seen {
        let texts = |of: &&[&str]| of.iter().map(|text| (*text).to_owned()).collect();
        executions.iter().map(texts).collect()
    }

    #[test]
    fn every_execution_is_one_of_a_right_solutions() {
        let answer = Answer {
            seen: seen(&[&["7004 Some(1)", "8004 true"], &["7004 Some(2)", "8004 false"]]),
            varies: true,
            executions: 2,
            ..Answer::default()
        };
        let pass = CheckResult::new(&a_check(), CheckStatus::Pass);
        assert!(answer.confirms(&pass, &seen(&[&["7004 Some(2)", "8004 false"]])));
        assert!(!answer.confirms(&pass, &seen(&[])));
        assert!(!answer.confirms(&pass, &seen(&[&[]])));
        // Each value is right at times, and not with the other.
        let mixed = seen(&[&["7004 Some(1)", "8004 true"], &["7004 Some(1)", "8004 false"]]);
        assert!(!answer.confirms(&pass, &mixed));
        let told = answer.difference(&pass, &mixed);
        assert!(told.starts_with("checks.rs:"), "{told}");
        let wrong = seen(&[&["7004 None", "8004 true"]]);
        let told = answer.difference(&pass, &wrong);
        assert_eq!(told, "checks.rs:7: None, where a right solution has Some(1)");
        let fails = CheckResult::new(&a_check(), CheckStatus::Fail);
        assert!(!answer.confirms(&fails, &answer.seen.clone()));
    }
}
