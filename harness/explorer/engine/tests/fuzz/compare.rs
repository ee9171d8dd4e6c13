//! Holds the usual search against full enumeration.

use explore_engine::config::{Fault, Strategy};

use super::interpret::{Found, search, search_in_parts, search_in_pieces, search_within};
use super::program::Program;

/// How two searches of one program differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// They agree.
    Equal {
        /// Executions of the usual search.
        executions: u64,
        /// Distinct Mazurkiewicz traces.
        traces: u64,
        /// Executions of full enumeration.
        full: u64,
    },
    /// Full enumeration is too long.
    TooLong,
    /// They do not.
    Different(String),
}

/// Compares one search of a program whose objects share a place with that of the same program whose objects do not: it must make no
/// difference. `most` is the most executions of the one whose objects do not.
pub fn compare_places(program: &Program, fault: Option<Fault>, most: u64) -> Verdict {
    let apart = Program { one_place: false, ..program.clone() };
    let apart = search(&apart, Strategy::Optimal, None, most);
    if !apart.ended {
        return Verdict::TooLong;
    }
    // Atomics are known by their addresses, so they share no place by themselves.
    let fault = fault.or(Some(Fault::AtomicsShareAName));
    let together = search(program, Strategy::Optimal, fault, apart.executions * 2 + 1000);
    if together.outcomes != apart.outcomes {
        return Verdict::Different(difference(&together, &apart));
    }
    if !together.classes.keys().eq(apart.classes.keys()) {
        return Verdict::Different(format!(
            "{} traces in {} executions; with a place for each object {} in {}",
            together.classes.len(),
            together.executions,
            apart.classes.len(),
            apart.executions
        ));
    }
    // Both beside those without a place in common: what it costs to share one.
    Verdict::Equal {
        executions: together.executions,
        traces: apart.executions,
        full: apart.executions,
    }
}

/// Compares a search in pieces of so many executions with the search of the whole, of at most `most` executions.
#[allow(dead_code, reason = "not every test uses it")]
pub fn compare_pieces(program: &Program, piece: u64, fault: Option<Fault>, most: u64) -> Verdict {
    compare_whole(program, most, &|most| search_in_pieces(program, piece, fault, most))
}

/// Compares a search that is split as for several machines with the search of the whole.
#[allow(dead_code, reason = "not every test uses it")]
pub fn compare_parts(program: &Program, piece: u64, most: u64) -> Verdict {
    compare_whole(program, most, &|most| search_in_parts(program, piece, most))
}

fn compare_whole(program: &Program, most: u64, search_in: &dyn Fn(u64) -> Found) -> Verdict {
    let whole = search(program, Strategy::Optimal, None, most);
    if !whole.ended {
        return Verdict::TooLong;
    }
    let pieces = search_in(most * 10 + 1000);
    if pieces.outcomes != whole.outcomes {
        return Verdict::Different(difference(&pieces, &whole));
    }
    if !pieces.classes.keys().eq(whole.classes.keys()) || !pieces.ended {
        return Verdict::Different(format!(
            "{} traces in {} executions; in one piece {} in {}",
            pieces.classes.len(),
            pieces.executions,
            whole.classes.len(),
            whole.executions
        ));
    }
    Verdict::Equal {
        executions: pieces.executions,
        traces: whole.executions,
        full: whole.executions,
    }
}

/// Compares. `fault` breaks the usual search; full enumeration stays as it is.
pub fn compare(program: &Program, fault: Option<Fault>, most: u64) -> Verdict {
    let full = search(program, Strategy::Full, None, most);
    if !full.ended {
        return Verdict::TooLong;
    }
    // A search that is not better than full enumeration is broken as well.
    let optimal = search(program, Strategy::Optimal, fault, full.executions * 2 + 1000);
    if optimal.outcomes != full.outcomes {
        return Verdict::Different(difference(&optimal, &full));
    }
    if !optimal.ended {
        return Verdict::Different(format!(
            "more than {} executions; full enumeration: {}",
            optimal.executions, full.executions
        ));
    }
    let missed = full.classes.keys().filter(|class| !optimal.classes.contains_key(class)).count();
    if missed > 0 {
        return Verdict::Different(format!(
            "{missed} of {} traces missed, with the same outcomes",
            full.classes.len()
        ));
    }
    Verdict::Equal {
        executions: optimal.executions,
        traces: full.classes.len() as u64,
        full: full.executions,
    }
}

fn difference(optimal: &Found, full: &Found) -> String {
    let missing: Vec<_> = full.outcomes.difference(&optimal.outcomes).take(2).collect();
    let extra: Vec<_> = optimal.outcomes.difference(&full.outcomes).take(2).collect();
    let count = full.outcomes.len();
    format!(
        "of {count} outcomes, {} were found; missing: {missing:#?}, extra: {extra:#?}",
        optimal.outcomes.len()
    )
}

/// Compares the bounded search with full enumeration under the same bound.
pub fn compare_within(program: &Program, preemptions: u32, most: u64) -> Verdict {
    let full = search_within(program, Strategy::Full, None, Some(preemptions), most);
    if !full.ended {
        return Verdict::TooLong;
    }
    let bounded = search_within(
        program,
        Strategy::Optimal,
        None,
        Some(preemptions),
        full.executions * 2 + 1000,
    );
    if bounded.outcomes != full.outcomes {
        return Verdict::Different(difference(&bounded, &full));
    }
    Verdict::Equal {
        executions: bounded.executions,
        traces: full.classes.len() as u64,
        full: full.executions,
    }
}
