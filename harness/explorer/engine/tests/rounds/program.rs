//! Small programs with threads that wait for one another in loops and otherwise, as data; and the program of a seed.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::numbers::Random;

/// Atomics that statements use.
pub const ATOMICS: usize = 2;

/// One statement of a thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    Load(usize, Ordering),
    Store(usize, u32, Ordering),
    Add(usize, Ordering),
    Yield,
    /// Looks until it sees what it waits for.
    Await(usize, Until, Ordering, Pause),
    /// Exchanges until that succeeds.
    Exchange {
        atomic: usize,
        from: u32,
        to: u32,
        weak: bool,
        order: Ordering,
        pause: Pause,
    },
    /// Takes a spin lock, looking first whether it is free, and gives it back afterwards.
    Spinning(Pause, Vec<Self>),
    /// Waits for its turn, and passes it on afterwards.
    InTurn(Pause, Vec<Self>),
    /// Looks so often at most.
    Attempts(usize, u32, Ordering),
    Locked(Vec<Self>),
    TryLocked(Vec<Self>),
    Reading(Vec<Self>),
    Writing(Vec<Self>),
    /// Waits at the condition variable until it is told.
    Listen,
    /// Waits there once, and not for ever.
    ListenAWhile,
    Tell,
    ParkAWhile,
    Sleep,
    /// Does something and panics, which is caught. What it holds is poisoned.
    Caught(Vec<Self>),
    /// Panics, and that is not caught.
    Panic,
}

/// What a loop waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Until {
    Is(u32),
    Differs(u32),
    /// Whatever is there once something else has been.
    Changes,
}

/// What a loop does between two looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pause {
    Nothing,
    SpinLoop,
    Yields(u8),
}

/// A program: the statements of each thread, the main thread first.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub threads: Vec<Vec<Stmt>>,
    /// Every ordering counts as `SeqCst`.
    pub sc: bool,
    /// Time-outs fire at any moment.
    pub eager: bool,
    /// How often a wait, or a weak exchange, of each thread may end for no reason.
    pub spurious: u8,
}

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let threads = random.pick(&[2, 2, 3]);
    let length = if threads == 2 { 4 } else { 2 };
    let thread = |random: &mut Random| {
        let length = length - random.below(2);
        (0..length).map(|_| stmt(random, true)).collect()
    };
    let mut threads: Vec<Vec<Stmt>> = (0..threads).map(|_| thread(&mut random)).collect();
    // Of those that wait for ever there are many: in half of the programs one thread gives the others what they mostly wait for.
    if random.below(2) == 0 {
        let order = random.pick(&[Relaxed, Release, SeqCst]);
        let stores = (0..ATOMICS).map(|atomic| Stmt::Store(atomic, 1, order));
        let last = random.below(2);
        threads.pop();
        threads.push(stores.chain([stmt(&mut random, true)]).collect());
        threads.rotate_right(last);
    }
    Program {
        threads,
        sc: random.below(3) == 0,
        eager: random.below(6) == 0,
        spurious: u8::from(random.below(6) == 0),
    }
}

fn stmt(random: &mut Random, nests: bool) -> Stmt {
    let atomic = random.below(ATOMICS);
    let body =
        |random: &mut Random| (0..1 + random.below(2)).map(|_| stmt(random, false)).collect();
    match random.below(if nests { 24 } else { 15 }) {
        0..=4 => store(random, atomic),
        5 => Stmt::Load(atomic, random.pick(&[Relaxed, Acquire, SeqCst])),
        6 => Stmt::Add(atomic, random.pick(&[Relaxed, AcqRel, SeqCst])),
        7 => Stmt::Yield,
        8..=12 => {
            let until = random.pick(&[
                Until::Is(1),
                Until::Is(1),
                Until::Is(2),
                Until::Differs(0),
                Until::Differs(1),
                Until::Changes,
            ]);
            let order = random.pick(&[Relaxed, Acquire, Acquire, SeqCst]);
            Stmt::Await(atomic, until, order, pause(random))
        }
        13 => {
            let (from, to) = random.pick(&[(0, 1), (1, 2), (1, 0)]);
            let order = random.pick(&[Relaxed, AcqRel, SeqCst]);
            let weak = random.below(2) == 0;
            Stmt::Exchange { atomic, from, to, weak, order, pause: pause(random) }
        }
        14 => match random.below(4) {
            0 => Stmt::Tell,
            1 => Stmt::ParkAWhile,
            2 => Stmt::Sleep,
            _ => Stmt::Attempts(atomic, 1 + random.below(3) as u32, Acquire),
        },
        15 | 16 => Stmt::Locked(body(random)),
        17 => Stmt::TryLocked(body(random)),
        18 => Stmt::Reading(body(random)),
        19 => Stmt::Writing(body(random)),
        20 => Stmt::Spinning(pause(random), body(random)),
        21 => Stmt::InTurn(pause(random), body(random)),
        22 => match random.below(3) {
            0 => Stmt::Listen,
            1 => Stmt::ListenAWhile,
            _ => Stmt::Tell,
        },
        _ if random.below(4) == 0 => Stmt::Panic,
        _ => Stmt::Caught(body(random)),
    }
}

fn store(random: &mut Random, atomic: usize) -> Stmt {
    let order = random.pick(&[Relaxed, Release, Release, SeqCst]);
    Stmt::Store(atomic, random.pick(&[0, 1, 1, 1, 2]), order)
}

fn pause(random: &mut Random) -> Pause {
    random.pick(&[
        Pause::Nothing,
        Pause::SpinLoop,
        Pause::SpinLoop,
        Pause::Yields(1),
        Pause::Yields(3),
    ])
}
