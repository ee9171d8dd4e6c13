//! Random programs.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::numbers::Random;
use super::program::{ATOMICS, CONDVARS, LOCKS, Program, Stmt};

/// What a program is mostly made of: without a theme, two statements of a small program seldom have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Atomics,
    Locks,
    Condvars,
    RwLock,
    Channel,
    Park,
    Once,
    Everything,
}

const THEMES: [Theme; 8] = [
    Theme::Atomics,
    Theme::Locks,
    Theme::Condvars,
    Theme::RwLock,
    Theme::Channel,
    Theme::Park,
    Theme::Once,
    Theme::Everything,
];

/// A family of random programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Everything that threads do to each other.
    Usual,
    /// One of these in which some thread ends the program.
    Exit,
    /// Two or three threads that read and write under one lock, and read again while they read.
    Nested,
    /// Two or three threads that park and receive.
    Tokens,
    /// Four threads that take locks, all locks made at one place in the source.
    Locks,
    /// Four threads that load and store.
    Accesses,
    /// Four threads that load and add.
    Updates,
}

impl Family {
    /// The program of a seed.
    pub fn program(self, seed: u64) -> Program {
        match self {
            Self::Usual => program(seed),
            Self::Exit => exits(seed),
            Self::Nested => nested(seed),
            Self::Tokens => tokens(seed),
            _ => of_one_place(self, seed),
        }
    }
}

/// A usual program, with an `exit` somewhere.
fn exits(seed: u64) -> Program {
    let mut program = program(seed);
    let mut random = Random::new(seed ^ 0x0E81);
    let thread = random.below(program.threads.len());
    let stmts = &mut program.threads[thread];
    let at = random.below(stmts.len() + 1);
    let exit = Stmt::Exit(random.pick(&[0, 0, 7]));
    match stmts.get_mut(at).and_then(Stmt::body_mut) {
        Some(body) if random.below(2) == 0 => body.push(exit),
        _ => stmts.insert(at, exit),
    }
    program
}

/// A program of one channel, whose threads park.
fn tokens(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0x70CE);
    let spawned = random.pick(&[1, 2, 2]);
    let stmt = |random: &mut Random| match random.below(8) {
        0 | 1 => Stmt::Park,
        2 | 3 => Stmt::Unpark(random.below(3)),
        4 | 5 => Stmt::Receive,
        _ => Stmt::Send(1 + random.below(2) as u32),
    };
    let mut threads: Vec<Vec<Stmt>> = Vec::new();
    for number in 0..=spawned {
        let length = if number == 0 { 1 + random.below(2) } else { 2 };
        threads.push((0..length).map(|_| stmt(&mut random)).collect());
    }
    let receiver = random.below(spawned + 1);
    Program {
        threads,
        capacity: random.pick(&[None, None, Some(0), Some(1)]),
        receiver,
        spurious: 0,
        eager: false,
        one_place: false,
    }
}

/// A program of one `RwLock`, and a mutex that is taken under it.
fn nested(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0x4E57);
    let spawned = random.pick(&[1, 2, 2]);
    let inside = |random: &mut Random| match random.below(6) {
        0 | 1 => vec![Stmt::Read(Vec::new())],
        2 => vec![Stmt::TryRead(Vec::new())],
        3 => vec![Stmt::Lock(0, Vec::new())],
        _ => Vec::new(),
    };
    let stmt = |random: &mut Random| match random.below(9) {
        0..=2 => Stmt::Read(inside(random)),
        3 => Stmt::TryRead(inside(random)),
        4 => Stmt::Lock(0, vec![Stmt::Read(Vec::new())]),
        5 => Stmt::TryWrite(Vec::new()),
        // It waits for itself, and others queue behind it.
        6 => Stmt::Write(vec![Stmt::Write(Vec::new())]),
        _ => Stmt::Write(Vec::new()),
    };
    let mut threads: Vec<Vec<Stmt>> = Vec::new();
    for number in 0..=spawned {
        let length = if number == 0 { random.below(2) } else { 1 + random.below(2) };
        threads.push((0..length).map(|_| stmt(&mut random)).collect());
    }
    Program { threads, capacity: None, receiver: 0, spurious: 0, eager: false, one_place: false }
}

/// A program whose objects share a place: what is done in which order depends on who comes first to which.
fn of_one_place(family: Family, seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0x0091);
    let objects = random.pick(&[2, 2, 3]);
    let spawned = random.pick(&[2, 3, 3, 4]);
    let mut left = 7;
    let mut thread = |main: bool| {
        let length = if main { random.below(2) } else { 1 + random.below(3) };
        let length = length.min(left);
        left -= length;
        let stmt = |random: &mut Random| {
            let object = random.below(objects);
            match (family, random.below(5)) {
                (Family::Locks, 0) => {
                    Stmt::Lock(object, vec![Stmt::Lock(random.below(objects), Vec::new())])
                }
                (Family::Locks, _) => Stmt::Lock(object, Vec::new()),
                (Family::Updates, 0..=2) => Stmt::Add(object, SeqCst),
                (_, 0..=2) => Stmt::Store(object, 1 + random.below(3) as u32, SeqCst),
                _ => Stmt::Load(object, SeqCst),
            }
        };
        (0..length).map(|_| stmt(&mut random)).collect()
    };
    let spawned: Vec<_> = (0..spawned).map(|_| thread(false)).collect();
    let main = thread(true);
    Program {
        threads: [vec![main], spawned].concat(),
        capacity: None,
        receiver: 0,
        spurious: 0,
        eager: false,
        one_place: true,
    }
}

/// The usual program of a seed.
fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let theme = random.pick(&THEMES);
    let spawned = random.pick(&[1, 2, 2, 2, 3]);
    let (main, length) = [(3, 4), (2, 2), (1, 1)][spawned - 1];
    let threads = (0..=spawned)
        .map(|number| {
            let length = if number == 0 {
                random.below(main + 1)
            } else {
                length - usize::from(random.below(4) == 0)
            };
            stmts(&mut random, theme, length, 0, false)
        })
        .collect();
    Program {
        threads,
        capacity: random.pick(&[None, Some(0), Some(1), Some(1)]),
        receiver: random.below(spawned + 1),
        spurious: u8::from(random.below(4) == 0),
        eager: random.below(3) == 0,
        one_place: false,
    }
}

fn stmts(
    random: &mut Random,
    theme: Theme,
    length: usize,
    depth: usize,
    can_wait: bool,
) -> Vec<Stmt> {
    (0..length).map(|_| stmt(random, theme, depth, can_wait)).collect()
}

fn stmt(random: &mut Random, theme: Theme, depth: usize, can_wait: bool) -> Stmt {
    // One in six statements is of another theme, so that the themes meet.
    let theme = match theme {
        Theme::Everything => random.pick(&THEMES[..7]),
        _ if random.below(6) == 0 => random.pick(&THEMES[..7]),
        _ => theme,
    };
    let body = |random: &mut Random, can_wait| {
        let length = if depth == 0 { random.below(2) } else { 0 };
        stmts(random, theme, length, depth + 1, can_wait)
    };
    match theme {
        Theme::Atomics | Theme::Everything => atomic(random),
        Theme::Condvars => match random.below(8) {
            0..=2 if can_wait => Stmt::Wait(random.below(CONDVARS) * random.below(2)),
            3 if can_wait => Stmt::WaitTimeout(0),
            0..=2 if depth == 0 => Stmt::Lock(0, vec![Stmt::Wait(0)]),
            3 if depth == 0 => Stmt::Lock(0, vec![Stmt::WaitTimeout(0)]),
            4 | 5 => Stmt::NotifyOne(0),
            6 => Stmt::NotifyAll(0),
            7 if depth == 0 => Stmt::Lock(0, body(random, true)),
            _ => Stmt::NotifyOne(random.below(CONDVARS)),
        },
        Theme::Locks => {
            let lock = random.below(LOCKS) * random.below(2);
            // A thread that locks what it holds waits for itself: a deadlock like others.
            match random.below(6) {
                0 | 1 if depth < 2 => Stmt::Lock(lock, body(random, lock == 0)),
                2 | 3 if depth < 2 => Stmt::TryLock(lock, body(random, lock == 0)),
                4 if random.below(4) == 0 => Stmt::Panic,
                5 if depth == 0 && random.below(2) == 0 => Stmt::Spawn(body(random, false)),
                _ => Stmt::Lock(lock, Vec::new()),
            }
        }
        Theme::RwLock => match random.below(6) {
            0 | 1 => Stmt::Read(body(random, false)),
            2 => Stmt::TryRead(body(random, false)),
            3 | 4 => Stmt::Write(body(random, false)),
            _ => Stmt::TryWrite(body(random, false)),
        },
        Theme::Channel => match random.below(8) {
            0..=2 => Stmt::Send(1 + random.below(3) as u32),
            3 => Stmt::TrySend(1 + random.below(3) as u32),
            4 | 5 => Stmt::Receive,
            6 => Stmt::TryReceive,
            _ => Stmt::ReceiveTimeout,
        },
        Theme::Park => match random.below(6) {
            0 | 1 => Stmt::Park,
            2 => Stmt::ParkTimeout,
            3 => Stmt::Yield,
            _ => Stmt::Unpark(random.below(3)),
        },
        Theme::Once => match random.below(5) {
            0..=1 => Stmt::GetOrInit(1 + random.below(3) as u32),
            2 => Stmt::Get,
            3 => Stmt::Barrier,
            _ => atomic(random),
        },
    }
}

/// A random access to an atomic, or a fence.
pub fn atomic(random: &mut Random) -> Stmt {
    let atomic = random.below(ATOMICS) * random.below(2);
    let load = |random: &mut Random| random.pick(&[Relaxed, Relaxed, Acquire, SeqCst]);
    let update: [Ordering; 5] = [Relaxed, Acquire, Release, AcqRel, SeqCst];
    match random.below(9) {
        0..=2 => Stmt::Load(atomic, load(random)),
        3 | 4 => Stmt::Store(
            atomic,
            1 + random.below(2) as u32,
            random.pick(&[Relaxed, Relaxed, Release, SeqCst]),
        ),
        5 => Stmt::Add(atomic, random.pick(&update)),
        6 | 7 => Stmt::Exchange {
            atomic,
            from: random.below(2) as u32,
            to: 2,
            weak: random.below(2) == 0,
            success: random.pick(&update),
            failure: load(random),
        },
        _ => Stmt::Fence(random.pick(&[Acquire, Release, AcqRel, SeqCst, SeqCst])),
    }
}
