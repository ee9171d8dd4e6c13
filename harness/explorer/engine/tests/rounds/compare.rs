//! Holds a search that leaves out rounds against one that makes all.

use super::interpret::{Found, How, search};
use super::program::Program;

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The same outcomes.
    Equal {
        /// Executions of the search that leaves out rounds, and of the one that makes all.
        executions: [u64; 2],
        /// Whether somebody waits for ever in some run.
        waits: bool,
        /// Whether some run ends well.
        ends: bool,
    },
    /// One of the searches is too long.
    TooLong,
    /// Other outcomes.
    Different(String),
}

/// Compares. Whatever is asked for counts for the search that leaves out rounds.
pub fn compare(program: &Program, how: How) -> Verdict {
    let every = How { every_round: true, most: how.most, ..How::default() };
    let all = search(program, every);
    if !all.ended {
        return Verdict::TooLong;
    }
    let few = search(program, How { every_round: false, ..how });
    let beyond = |one: &Found, other: &Found| {
        one.outcomes.difference(&other.outcomes).take(2).cloned().collect::<Vec<_>>()
    };
    let (extra, missing) = (beyond(&few, &all), beyond(&all, &few));
    if !extra.is_empty() || (few.ended && !missing.is_empty()) {
        return Verdict::Different(format!("missing: {missing:#?}, extra: {extra:#?}"));
    }
    if !few.ended {
        return Verdict::TooLong;
    }
    let any = |verdict| few.outcomes.iter().any(|outcome| outcome.starts_with(verdict));
    Verdict::Equal {
        executions: [few.executions, all.executions],
        waits: any("livelock"),
        ends: any("ok"),
    }
}

/// The smallest program that still fails, by taking away one statement after the other.
pub fn shrink(mut program: Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    'again: loop {
        for thread in 0..program.threads.len() {
            for at in 0..program.threads[thread].len() {
                let mut less = program.clone();
                less.threads[thread].remove(at);
                if fails(&less) {
                    program = less;
                    continue 'again;
                }
            }
        }
        return program;
    }
}
