//! Makes a failing run simple: nothing odd happens in it that the failure does not need, and it has few preemptions.
//!
//! What is odd is what no line of the program explains: an old value, a weak failure, a wait that ends by itself, a time-out that passes early
//! ([`oddities`](crate::machine)). Someone who reads the run takes each of them for the cause. So a run without any is worth one preemption more.
//!
//! First the run itself is made simpler, as long as it still fails in the same way: turns that were taken away are given back ([`smooth`]), and what is odd
//! is tried away ([`plain`]). Then simpler runs are searched for, the simplest first.
//!
//! All of it ends after so many steps and executions ([`Budget`]), which are the same on every machine: a second or two where nothing else runs, and sooner for
//! most programs.

use std::time::{Duration, Instant};

use super::runner::Runner;
use crate::machine::{Bad, Machine};
use crate::search::bounded::Bounded;
use crate::search::full::Full;
use crate::search::guided::{Guided, Turn};
use crate::search::{Next, Search};

/// How many steps it may take to change the run itself, and to search for runs in which nothing odd happens.
const STEPS: u64 = 1_000_000;
/// How many it may take to search for other runs.
const MORE_STEPS: u64 = 2_000_000;
/// How many executions a search may make.
const EXECUTIONS: u64 = 20_000;
/// Nobody waits longer for a simpler run, whatever the machine is busy with.
const TIME: Duration = Duration::from_secs(30);
/// To so many earlier places a step is moved at most.
const PLACES: usize = 8;

/// A failing run.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub bad: Bad,
    pub turns: Vec<Turn>,
    /// So many of them say something: the rest comes about by itself.
    pub telling: usize,
    pub preemptions: u32,
    /// In which of its turns something odd happens.
    odd: Vec<usize>,
}

impl Found {
    /// The run that the machine has just made.
    pub fn of(machine: &Machine, bad: Bad) -> Self {
        Self {
            bad,
            turns: machine.schedule.clone(),
            telling: machine.telling,
            preemptions: machine.tracer.as_ref().map_or(0, |tracer| tracer.preemptions),
            odd: machine.odd.clone(),
        }
    }

    /// That the search cannot go on, and why.
    pub fn refused(reason: String) -> Self {
        Self {
            bad: Bad::Refused(reason),
            turns: Vec::new(),
            telling: 0,
            preemptions: 0,
            odd: Vec::new(),
        }
    }

    /// How hard it is to understand.
    fn rank(&self) -> (u32, usize, usize) {
        (weight(self.preemptions, self.odd.is_empty()), self.odd.len(), self.turns.len())
    }
}

/// A run in which something odd happens counts as one with a preemption more, and loses against that.
fn weight(preemptions: u32, plain: bool) -> u32 {
    2 * preemptions + if plain { 0 } else { 3 }
}

/// What may still be tried.
struct Budget {
    steps: u64,
    until: Instant,
}

impl Budget {
    fn new(steps: u64) -> Self {
        Self { steps, until: Instant::now() + TIME }
    }

    fn is_spent(&self) -> bool {
        self.steps == 0 || Instant::now() >= self.until
    }

    /// An execution was made.
    fn pay(&mut self, runner: &Runner) {
        let steps = runner.with(|machine| u64::from(machine.steps));
        self.steps = self.steps.saturating_sub(steps.max(1));
    }

    /// [`follow`], paid for.
    fn follow(&mut self, runner: &Runner, guide: Guided) -> Option<Found> {
        let found = follow(runner, guide);
        self.pay(runner);
        found
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
    Some(runner.with(|machine| Found::of(machine, bad)))
}

/// Whether two runs fail in the same way, wherever it shows.
fn alike(a: &Bad, b: &Bad) -> bool {
    match (a, b) {
        (Bad::Panic { note: a, .. }, Bad::Panic { note: b, .. }) => a.at == b.at,
        (Bad::Memory(a), Bad::Memory(b)) => a.kind == b.kind,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// A run that fails in the same way and is simple, and whether it is sure that no failing run has fewer preemptions.
pub(super) fn minimise(runner: &Runner, found: Found) -> (Found, bool) {
    let mut budget = Budget::new(STEPS);
    let mut best = simplify(runner, found, &mut budget);
    runner.with(|machine| machine.nothing_odd = true);
    let nothing_odd = search_below(runner, &best, true, &mut budget);
    runner.with(|machine| machine.nothing_odd = false);
    if let (Some(turns), _) = nothing_odd {
        // What happens there happens as well where odd things could.
        let again = follow(runner, Guided::new(turns)).filter(|again| alike(&again.bad, &best.bad));
        best = again.filter(|again| again.rank() < best.rank()).unwrap_or(best);
    }
    let mut budget = Budget::new(MORE_STEPS);
    let (turns, sure) = search_below(runner, &best, false, &mut budget);
    let other = turns.and_then(|turns| follow(runner, Guided::new(turns)));
    let Some(other) = other.filter(|other| alike(&other.bad, &best.bad)) else {
        return (best, sure);
    };
    // Below its preemptions there is none, as far as was looked.
    let fewest = other.preemptions;
    let other = simplify(runner, other, &mut budget);
    if other.rank() < best.rank() {
        best = other;
    }
    let sure = sure && best.preemptions <= fewest;
    (best, sure)
}

/// Makes a run simpler by changing it.
fn simplify(runner: &Runner, found: Found, budget: &mut Budget) -> Found {
    let smoothed = smooth(runner, found, budget);
    let odd = smoothed.odd.len();
    let best = plain(runner, smoothed, budget);
    if best.odd.len() < odd { smooth(runner, best, budget) } else { best }
}

/// Gives turns back as long as that makes the run simpler.
fn smooth(runner: &Runner, mut best: Found, budget: &mut Budget) -> Found {
    loop {
        let mut changed = false;
        let mut at = 1;
        while at < best.turns.len() && !budget.is_spent() {
            let simpler = with_the_turn_back(&best.turns, at)
                .and_then(|turns| budget.follow(runner, Guided::lenient(turns)))
                .filter(|other| alike(&other.bad, &best.bad) && other.rank() < best.rank());
            match simpler {
                Some(simpler) => (best, changed) = (simpler, true),
                None => at += 1,
            }
        }
        if !changed {
            return best;
        }
    }
}

/// The thread that was stopped here goes on later, for so many steps; now it does so at once.
fn with_the_turn_back(turns: &[Turn], at: usize) -> Option<Vec<Turn>> {
    let before = turns[at - 1].0;
    if turns[at].0 == before {
        return None;
    }
    let from = at + turns[at..].iter().position(|turn| turn.0 == before)?;
    let run = turns[from..].iter().take_while(|turn| turn.0 == before).count();
    Some([&turns[..at], &turns[from..from + run], &turns[at..from], &turns[from + run..]].concat())
}

/// Takes what is odd out of a run, all of it or one thing after the other, and keeps the simplest on the way.
fn plain(runner: &Runner, found: Found, budget: &mut Budget) -> Found {
    let mut usual = found.turns.clone();
    for &at in &found.odd {
        usual[at].1 = 0;
    }
    let mut tries = vec![usual];
    let mut best = found.clone();
    let mut now = found;
    // So many are needed.
    let mut kept = 0;
    let mut next = now.odd.first().copied();
    while let Some(at) = next
        && !budget.is_spent()
    {
        tries.extend(without(&now.turns, at));
        let fewer = tries.drain(..).find_map(|turns| {
            budget
                .follow(runner, Guided::lenient(turns))
                .filter(|other| alike(&other.bad, &now.bad) && other.odd.len() < now.odd.len())
        });
        match fewer {
            Some(fewer) => now = fewer,
            None => kept += 1,
        }
        if now.rank() < best.rank() {
            best = now.clone();
        }
        next = now.odd.get(kept).copied();
    }
    best
}

/// How a run could go without the odd thing that happens in a turn: it does what it usually does; or it is not yet its turn; or it had its turn before, when
/// what is old now was new, with the steps of its thread that lead to it.
fn without(turns: &[Turn], at: usize) -> Vec<Vec<Turn>> {
    let (thread, alternative) = turns[at];
    let mut tries = Vec::new();
    if alternative > 0 {
        let mut usual = turns.to_vec();
        usual[at].1 = 0;
        tries.push(usual);
    } else {
        tries.push([&turns[..at], &turns[at + 1..]].concat());
    }
    let begins = |at: &usize| *at == 0 || turns[at - 1].0 != turns[*at].0;
    let begin = (0..=at).rev().take_while(|at| turns[*at].0 == thread).last().unwrap_or(at);
    let others = (0..begin).rev().take_while(|at| turns[*at].0 != thread);
    for place in others.filter(begins).take(PLACES) {
        let mut moved = turns[begin..=at].to_vec();
        moved[at - begin].1 = 0;
        tries.push([&turns[..place], &moved, &turns[place..begin], &turns[at + 1..]].concat());
    }
    tries
}

/// Looks for a run that fails like this one, with fewer preemptions than would make it as hard to understand, or, where odd things may happen, than it has; none
/// first. Whether it is sure that there are none with fewer than what was found, or than this one has.
fn search_below(
    runner: &Runner,
    best: &Found,
    plain: bool,
    budget: &mut Budget,
) -> (Option<Vec<Turn>>, bool) {
    let mut left = EXECUTIONS;
    let mut sure = true;
    let mut bound = 0;
    let worth = |bound| match plain {
        true => weight(bound, true) < best.rank().0,
        false => bound < best.preemptions,
    };
    while worth(bound) {
        // The reduced search is quick to find something, and full enumeration is sure that there is nothing.
        let reduced = Box::new(Bounded::new(bound));
        let searched = match search(runner, reduced, &best.bad, budget, &mut left) {
            Searched::Nothing => {
                let full = Box::new(Full::new(Some(bound)));
                search(runner, full, &best.bad, budget, &mut left)
            }
            searched => searched,
        };
        match searched {
            Searched::Found(turns) => return (Some(turns), sure),
            Searched::Nothing => {}
            Searched::OutOfBudget => sure = false,
        }
        bound += 1;
    }
    (None, sure)
}

enum Searched {
    Found(Vec<Turn>),
    Nothing,
    OutOfBudget,
}

fn search(
    runner: &Runner,
    search: Box<dyn Search>,
    bad: &Bad,
    budget: &mut Budget,
    left: &mut u64,
) -> Searched {
    runner.with(|machine| machine.search = search);
    while *left > 0 && !budget.is_spent() {
        let ended = runner.execute(false);
        budget.pay(runner);
        if ended.is_some_and(|other| alike(&other, bad)) {
            // Once more, for the schedule.
            return match runner.execute(true) {
                Some(_) => Searched::Found(runner.with(|machine| machine.schedule.clone())),
                None => Searched::OutOfBudget,
            };
        }
        match runner.with(|machine| machine.finish(budget.until)) {
            Next::Another => {}
            Next::Exhausted => return Searched::Nothing,
            Next::OutOfTime => return Searched::OutOfBudget,
        }
        *left -= 1;
    }
    Searched::OutOfBudget
}
