//! RC11 as its axioms say it: which outcomes a litmus test can have, from all its candidate executions.
//!
//! Lahav, Vafeiadis, Kang, Hur, Dreyer: "Repairing Sequential Consistency in C/C++11", PLDI 2017, section 3; with the release sequences of
//! C++20 (P0982: no longer the plain stores of the same thread). Nothing here is shared with the engine, which runs programs; this
//! module draws graphs and looks for cycles.
//!
//! A candidate execution chooses for every read the write that it reads from (*rf*) and for every location an order of its writes
//! (*mo*). It is consistent if
//!
//! - **coherence**: `hb; eco?` is irreflexive, with `eco = (rf ∪ mo ∪ rb)⁺` and `rb = rf⁻¹; mo`;
//! - **atomicity**: nothing comes between a read-modify-write and what it read, in *mo*;
//! - **SC**: `psc_base ∪ psc_F` is acyclic;
//! - **no thin air**: `sb ∪ rf` is acyclic.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::program::{Access, LOCATIONS, Outcome, Program};

/// The most events of a test.
const MOST: usize = 32;

/// A relation between events: row `a` has bit `b` if `a` is related to `b`.
#[derive(Clone, Copy, PartialEq)]
struct Relation([u32; MOST]);

impl Relation {
    const EMPTY: Self = Self([0; MOST]);

    fn of(count: usize, related: impl Fn(usize, usize) -> bool) -> Self {
        let mut relation = Self::EMPTY;
        for a in 0..count {
            for b in 0..count {
                if related(a, b) {
                    relation.0[a] |= 1 << b;
                }
            }
        }
        relation
    }

    fn has(&self, a: usize, b: usize) -> bool {
        self.0[a] >> b & 1 == 1
    }

    fn or(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(row, more)| *row |= more);
        self
    }

    /// `self; other`.
    fn then(&self, other: &Self) -> Self {
        let mut relation = Self::EMPTY;
        for a in 0..MOST {
            let mut left = self.0[a];
            while left != 0 {
                relation.0[a] |= other.0[left.trailing_zeros() as usize];
                left &= left - 1;
            }
        }
        relation
    }

    /// `self?`.
    fn maybe(mut self) -> Self {
        self.0.iter_mut().enumerate().for_each(|(a, row)| *row |= 1 << a);
        self
    }

    /// `self⁺`.
    fn closure(mut self) -> Self {
        for via in 0..MOST {
            for a in 0..MOST {
                if self.has(a, via) {
                    self.0[a] |= self.0[via];
                }
            }
        }
        self
    }

    /// `[from]; self; [to]`.
    fn between(mut self, from: u32, to: u32) -> Self {
        for a in 0..MOST {
            self.0[a] = if from >> a & 1 == 1 { self.0[a] & to } else { 0 };
        }
        self
    }

    fn is_irreflexive(&self) -> bool {
        (0..MOST).all(|a| !self.has(a, a))
    }

    fn is_acyclic(&self) -> bool {
        self.closure().is_irreflexive()
    }
}

/// One event: an access as it turned out, or the first value of a location.
#[derive(Clone, Copy)]
struct Event {
    /// `None` for first values.
    thread: Option<usize>,
    access: Access,
    /// Which event it reads from.
    from: Option<usize>,
    read: u32,
    /// What it writes, if it does.
    written: Option<u32>,
    order: Ordering,
}

impl Event {
    fn is_fence(&self) -> bool {
        matches!(self.access, Access::Fence { .. })
    }
}

/// What RC11 says of a test.
#[derive(Debug, Default)]
pub struct Allowed {
    /// Every outcome that RC11 allows.
    pub rc11: BTreeSet<Outcome>,
    /// Those of them that a run shows in which everything happens in one order: `sb ∪ rf ∪ mo ∪ psc` is acyclic, with `psc` also as C++20
    /// has it. This is what an engine can show that runs programs in order, keeps each location's stores in the order of
    /// execution, and takes that for the order of the `SeqCst` operations too.
    pub in_order: BTreeSet<Outcome>,
}

/// Draws every candidate execution of a test.
pub fn allowed(program: &Program) -> Allowed {
    let mut events = Vec::new();
    for x in 0..LOCATIONS {
        let access = Access::Write { x, value: 0, order: Relaxed };
        events.push(Event {
            thread: None,
            access,
            from: None,
            read: 0,
            written: Some(0),
            order: Relaxed,
        });
    }
    for (thread, accesses) in program.iter().enumerate() {
        events.extend(accesses.iter().map(|&access| Event {
            thread: Some(thread),
            access,
            from: None,
            read: 0,
            written: None,
            order: Relaxed,
        }));
    }
    assert!(events.len() <= MOST, "too many events");
    let mut allowed = Allowed::default();
    choose_reads(&mut events, LOCATIONS, &mut allowed);
    allowed
}

/// Chooses for each read, from `next` on, where it reads from.
fn choose_reads(events: &mut Vec<Event>, next: usize, allowed: &mut Allowed) {
    let Some(event) = events.get(next) else {
        let mut settled = events.clone();
        if settle(&mut settled) {
            choose_orders(&settled, 0, &mut Vec::new(), allowed);
        }
        return;
    };
    if !event.access.reads() {
        return choose_reads(events, next + 1, allowed);
    }
    let x = event.access.x();
    for from in 0..events.len() {
        let may_write = !matches!(events[from].access, Access::Read { .. } | Access::Fence { .. });
        if from != next && may_write && events[from].access.x() == x {
            events[next].from = Some(from);
            choose_reads(events, next + 1, allowed);
        }
    }
}

/// Computes the values. False if a read reads from itself in a circle, or from an exchange that fails.
fn settle(events: &mut [Event]) -> bool {
    let mut known: Vec<bool> = events.iter().map(|event| event.thread.is_none()).collect();
    loop {
        let mut progress = false;
        for number in 0..events.len() {
            if known[number] {
                continue;
            }
            let mut event = events[number];
            if let Some(from) = event.from {
                if !known[from] {
                    continue;
                }
                let Some(value) = events[from].written else { return false };
                event.read = value;
            }
            (event.written, event.order) = match event.access {
                Access::Write { value, order, .. } | Access::Swap { value, order, .. } => {
                    (Some(value), order)
                }
                Access::Read { order, .. } | Access::Fence { order } => (None, order),
                Access::Add { value, order, .. } => (Some(event.read + value), order),
                Access::Exchange { from, to, success, .. } if event.read == from => {
                    (Some(to), success)
                }
                Access::Exchange { failure, .. } => (None, failure),
            };
            events[number] = event;
            known[number] = true;
            progress = true;
        }
        if !progress {
            return known.iter().all(|&known| known);
        }
    }
}

/// Chooses an order of the writes for each location, from `x` on.
fn choose_orders(events: &[Event], x: usize, orders: &mut Vec<Vec<usize>>, allowed: &mut Allowed) {
    if x == LOCATIONS {
        judge(events, orders, allowed);
        return;
    }
    let writes =
        |number: &usize| events[*number].access.x() == Some(x) && events[*number].written.is_some();
    let rest: Vec<usize> = (LOCATIONS..events.len()).filter(writes).collect();
    permutations(vec![x], rest, &mut |order| {
        orders.push(order.to_vec());
        choose_orders(events, x + 1, orders, allowed);
        orders.pop();
    });
}

fn permutations(order: Vec<usize>, rest: Vec<usize>, each: &mut dyn FnMut(&[usize])) {
    if rest.is_empty() {
        return each(&order);
    }
    for at in 0..rest.len() {
        let (mut order, mut rest) = (order.clone(), rest.clone());
        order.push(rest.remove(at));
        permutations(order, rest, each);
    }
}

/// Notes the outcome of a candidate execution, if it is consistent.
fn judge(events: &[Event], orders: &[Vec<usize>], allowed: &mut Allowed) {
    let count = events.len();
    let place = |number: usize| {
        orders.iter().flat_map(|order| order.iter().position(|&other| other == number)).next()
    };
    let places: Vec<Option<usize>> = (0..count).map(place).collect();
    let same_x = |a: usize, b: usize| {
        events[a].access.x().is_some() && events[a].access.x() == events[b].access.x()
    };
    let set = |holds: &dyn Fn(&Event) -> bool| {
        (0..count)
            .filter(|&number| holds(&events[number]))
            .fold(0_u32, |all, number| all | 1 << number)
    };

    // Atomicity.
    for (number, event) in events.iter().enumerate() {
        if let (Some(from), Some(_)) = (event.from, event.written)
            && places[number] != places[from].map(|before| before + 1)
        {
            return;
        }
    }

    let sb = Relation::of(count, |a, b| match (events[a].thread, events[b].thread) {
        (None, Some(_)) => true,
        (Some(left), Some(right)) => left == right && a < b,
        _ => false,
    });
    let rf = Relation::of(count, |a, b| events[b].from == Some(a));
    if !sb.or(rf).is_acyclic() {
        return;
    }
    let mo = Relation::of(count, |a, b| {
        same_x(a, b) && places[a].zip(places[b]).is_some_and(|(left, right)| left < right)
    });
    let rb =
        Relation::of(count, |a, b| a != b && events[a].from.is_some_and(|from| mo.has(from, b)));
    let eco = rf.or(mo).or(rb).closure();

    // Synchronises-with.
    let everything = u32::MAX;
    let fences = set(&|event| event.is_fence());
    let releases = set(&|event| {
        matches!(event.order, Release | AcqRel | SeqCst)
            && (event.is_fence() || event.written.is_some())
    });
    let acquires = set(&|event| {
        matches!(event.order, Acquire | AcqRel | SeqCst)
            && (event.is_fence() || event.from.is_some())
    });
    let updates = set(&|event| event.from.is_some() && event.written.is_some());
    let writes = set(&|event| event.written.is_some());
    let release_sequence =
        rf.between(everything, updates).closure().maybe().between(writes, everything);
    let before = sb.between(fences, everything).maybe();
    let after = sb.between(everything, fences).maybe();
    let sw = before.then(&release_sequence).then(&rf).then(&after).between(releases, acquires);
    let hb = sb.or(sw).closure();

    // Coherence.
    if !hb.then(&eco.maybe()).is_irreflexive() {
        return;
    }

    // Sequential consistency.
    let sc = set(&|event| event.order == SeqCst);
    let sc_fences = sc & fences;
    let elsewhere = Relation::of(count, |a, b| sb.has(a, b) && !same_x(a, b));
    let here = Relation::of(count, |a, b| hb.has(a, b) && same_x(a, b));
    let scb = sb.or(elsewhere.then(&hb).then(&elsewhere)).or(here).or(mo).or(rb);
    let only = |set: u32| Relation::of(count, |a, b| a == b && set >> a & 1 == 1);
    let left = only(sc).or(hb.maybe().between(sc_fences, everything));
    let right = only(sc).or(hb.maybe().between(everything, sc_fences));
    let psc_base = left.then(&scb).then(&right);
    let psc_fences = hb.or(hb.then(&eco).then(&hb)).between(sc_fences, sc_fences);
    let psc = psc_base.or(psc_fences);
    if !psc.is_acyclic() {
        return;
    }

    let threads = events.iter().filter_map(|event| event.thread).max().map_or(0, |last| last + 1);
    let mut outcome = Outcome { reads: vec![Vec::new(); threads], end: Vec::new() };
    for event in events.iter().filter(|event| event.from.is_some()) {
        outcome.reads[event.thread.unwrap_or(0)].push(event.read);
    }
    let last =
        |order: &Vec<usize>| order.last().and_then(|&last| events[last].written).unwrap_or(0);
    outcome.end = orders.iter().map(last).collect();
    // C++20, [atomics.order]/4: a fence comes after what is older than all that its thread knows.
    let standard = left.then(&eco).then(&hb.maybe().between(everything, sc_fences));
    if sb.or(rf).or(mo).or(psc).or(standard).is_acyclic() {
        allowed.in_order.insert(outcome.clone());
    }
    allowed.rc11.insert(outcome);
}
