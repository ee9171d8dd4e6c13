//! Holds the search that takes threads for the same against the one that does not.

use explore_engine::config::Fault;

use super::interpret::{search, verdict};
use super::program::Program;

/// How the two differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// They find the same.
    Equal {
        /// Executions without.
        without: u64,
        /// And with.
        with: u64,
        /// Those of the latter that repeated others.
        redundant: u64,
    },
    /// The search is too long.
    TooLong,
    /// They do not.
    Different(String),
}

/// Compares. `fault` breaks the search that takes threads for the same.
pub fn compare(program: &Program, fault: Option<Fault>, most: u64) -> Verdict {
    let without = search(program, false, None, most);
    if !without.ended {
        return Verdict::TooLong;
    }
    let with = search(program, true, fault, without.executions * 2 + 1000);
    let verdicts = [false, true].map(|symmetry| verdict(program, symmetry, most * 2 + 1000));
    if fault.is_none() && (verdicts[0] != verdicts[1] || !verdicts[1].1) {
        return Verdict::Different(format!("the verdict is not the same: {verdicts:?}"));
    }
    if with.outcomes == without.outcomes && with.ended {
        let (with, redundant) = (with.executions, with.redundant);
        return Verdict::Equal { without: without.executions, with, redundant };
    }
    let missing: Vec<_> = without.outcomes.difference(&with.outcomes).take(2).collect();
    let extra: Vec<_> = with.outcomes.difference(&without.outcomes).take(2).collect();
    Verdict::Different(format!(
        "of {} outcomes in {} executions, {} were found in {}; missing: {missing:#?}, extra: {extra:#?}",
        without.outcomes.len(),
        without.executions,
        with.outcomes.len(),
        with.executions
    ))
}

/// The smallest program that still fails, by taking away one thing after the other.
pub fn shrink(mut program: Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    while let Some(smaller) = smaller(&program).into_iter().find(|smaller| fails(smaller)) {
        program = smaller;
    }
    program
}

fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Program)| {
        let mut less = program.clone();
        change(&mut less);
        if less != *program {
            all.push(less);
        }
    };
    with(&|less| less.spurious = 0);
    with(&|less| less.eager = false);
    with(&|less| less.results = false);
    with(&|less| less.reversed = false);
    with(&|less| less.scoped = false);
    with(&|less| less.one_place = false);
    for group in 0..program.groups.len() {
        with(&|less| drop(less.groups.remove(group)));
        with(&|less| less.groups[group].threads = 1.max(less.groups[group].threads - 1));
        with(&|less| less.groups[group].before = None);
        for at in 0..program.groups[group].body.len() {
            with(&|less| drop(less.groups[group].body.remove(at)));
        }
    }
    for at in 0..program.main.len() {
        with(&|less| drop(less.main.remove(at)));
    }
    for at in 0..program.joins.len() {
        with(&|less| less.joins[at] = super::program::Between::Nothing);
        with(&|less| drop(less.joins.remove(at)));
    }
    all
}
