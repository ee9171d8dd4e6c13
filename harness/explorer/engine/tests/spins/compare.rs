//! Holds loops against attempts.

use super::interpret::{Mode, search};
use super::program::Program;
use explore_engine::config::Fault;

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The same outcomes.
    Equal {
        /// Executions of the search with loops, and with attempts.
        executions: [u64; 2],
        /// Whether there is a run in which somebody waits for ever.
        livelock: bool,
        /// Whether there is a run in which nobody does.
        through: bool,
    },
    /// One of the searches is too long.
    TooLong,
    /// Other outcomes.
    Different(String),
}

/// Compares, with at most so many executions. With a fault, the search for loops is broken.
pub fn compare(program: &Program, most: u64, fault: Option<Fault>) -> Verdict {
    compare_in_pieces(program, most, fault, 0)
}

/// [`compare`], with the search for loops in pieces of so many executions.
pub fn compare_in_pieces(
    program: &Program,
    most: u64,
    fault: Option<Fault>,
    piece: u64,
) -> Verdict {
    let attempts = search(program, Mode::Attempts, most, None, 0);
    if !attempts.ended {
        return Verdict::TooLong;
    }
    let loops = search(program, Mode::Loops, most, fault, piece);
    let extra: Vec<_> = loops.outcomes.difference(&attempts.outcomes).take(2).collect();
    let missing: Vec<_> = attempts.outcomes.difference(&loops.outcomes).take(2).collect();
    if !extra.is_empty() || (loops.ended && !missing.is_empty()) {
        return Verdict::Different(format!("missing: {missing:#?}, extra: {extra:#?}"));
    }
    if !loops.ended {
        return Verdict::TooLong;
    }
    let any = |verdict| loops.outcomes.iter().any(|outcome| outcome.starts_with(verdict));
    Verdict::Equal {
        executions: [loops.executions, attempts.executions],
        livelock: any("livelock"),
        through: any("ok"),
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
