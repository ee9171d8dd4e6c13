//! Makes a failing run simple: the fewest preemptions.
//!
//! First the run itself is smoothed: every turn that was taken away is given back, where the run then still fails in the same way. That
//! takes as many executions as the run has turns. Then runs with fewer preemptions are searched for, none first, for a while.

use std::time::{Duration, Instant};

use super::runner::Runner;
use crate::machine::Bad;
use crate::search::bounded::Bounded;
use crate::search::full::Full;
use crate::search::guided::{Guided, Turn};
use crate::search::{Next, Search};

/// How long to search for a simpler run.
const TIME: Duration = Duration::from_secs(2);
/// How many executions to search.
const EXECUTIONS: u64 = 20_000;

/// A failing run.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub bad: Bad,
    pub turns: Vec<Turn>,
    /// So many of them say something: the rest comes about by itself.
    pub telling: usize,
    pub preemptions: u32,
}

impl Found {
    /// That the search cannot go on, and why.
    pub fn refused(reason: String) -> Self {
        Self { bad: Bad::Refused(reason), turns: Vec::new(), telling: 0, preemptions: 0 }
    }
}

/// Runs a schedule and tells how it ends.
pub(super) fn follow(runner: &Runner, guide: Guided) -> Option<Found> {
    runner.with(|machine| machine.search = Box::new(guide));
    run(runner)
}

/// Runs what the search says and tells how it ends.
pub(super) fn run(runner: &Runner) -> Option<Found> {
    let bad = runner.execute(true)?;
    Some(runner.with(|machine| Found {
        bad,
        turns: machine.schedule.clone(),
        telling: machine.telling,
        preemptions: machine.tracer.as_ref().map_or(0, |tracer| tracer.preemptions),
    }))
}

/// Whether two runs fail in the same way, wherever it shows.
fn alike(a: &Bad, b: &Bad) -> bool {
    match (a, b) {
        (Bad::Panic { note: a, .. }, Bad::Panic { note: b, .. }) => a.at == b.at,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// A run that fails in the same way with the fewest preemptions, and whether it is sure that there are none with fewer.
pub(super) fn minimise(runner: &Runner, found: Found) -> (Found, bool) {
    let start = Instant::now();
    let best = smooth(runner, found, start);
    let mut sure = true;
    let mut spent = 0;
    let mut bound = 0;
    while bound < best.preemptions {
        // The reduced search is quick to find something, and full enumeration is sure that there is nothing.
        let reduced = search(runner, Box::new(Bounded::new(bound)), &best.bad, start, &mut spent);
        let searched = match reduced {
            Searched::Nothing => {
                search(runner, Box::new(Full::new(Some(bound))), &best.bad, start, &mut spent)
            }
            searched => searched,
        };
        match searched {
            Searched::Found(simpler) => return (smooth(runner, simpler, start), sure),
            Searched::Nothing => {}
            Searched::OutOfBudget => sure = false,
        }
        bound += 1;
    }
    (best, sure)
}

/// Gives turns back as long as that makes the run simpler.
fn smooth(runner: &Runner, mut best: Found, start: Instant) -> Found {
    'again: loop {
        for at in 1..best.turns.len() {
            let before = best.turns[at - 1].0;
            if best.turns[at].0 == before || start.elapsed() > TIME {
                continue;
            }
            // The thread that was stopped here goes on later, for this many steps; let it do so at once.
            let Some(from) =
                best.turns[at..].iter().position(|turn| turn.0 == before).map(|from| at + from)
            else {
                continue;
            };
            let run = best.turns[from..].iter().take_while(|turn| turn.0 == before).count();
            let mut turns = best.turns[..at].to_vec();
            turns.extend_from_slice(&best.turns[from..from + run]);
            turns.extend_from_slice(&best.turns[at..from]);
            turns.extend_from_slice(&best.turns[from + run..]);
            if let Some(simpler) = follow(runner, Guided::lenient(turns))
                && alike(&simpler.bad, &best.bad)
                && (simpler.preemptions, simpler.turns.len()) < (best.preemptions, best.turns.len())
            {
                best = simpler;
                continue 'again;
            }
        }
        return best;
    }
}

enum Searched {
    Found(Found),
    Nothing,
    OutOfBudget,
}

fn search(
    runner: &Runner,
    search: Box<dyn Search>,
    bad: &Bad,
    start: Instant,
    spent: &mut u64,
) -> Searched {
    runner.with(|machine| machine.search = search);
    loop {
        let ended = runner.execute(false);
        if ended.is_some_and(|other| alike(&other, bad)) {
            // Once more, for the schedule.
            return match runner.execute(true) {
                Some(bad) => Searched::Found(runner.with(|machine| Found {
                    bad,
                    turns: machine.schedule.clone(),
                    telling: machine.telling,
                    preemptions: machine.tracer.as_ref().map_or(0, |tracer| tracer.preemptions),
                })),
                None => Searched::OutOfBudget,
            };
        }
        match runner.with(|machine| machine.finish(start + TIME)) {
            Next::Another => {}
            Next::Exhausted => return Searched::Nothing,
            Next::OutOfTime => return Searched::OutOfBudget,
        }
        *spent += 1;
        if *spent > EXECUTIONS || start.elapsed() > TIME {
            return Searched::OutOfBudget;
        }
    }
}
