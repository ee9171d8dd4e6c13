//! Random programs.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::numbers::Random;
use super::program::{Between, Group, OBJECTS, Program, Stmt};

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let mut random = Random::new(seed ^ 0xA11CE);
    let theme = random.below(THEMES);
    let groups: Vec<Group> = (0..random.pick(&[1, 1, 1, 2]))
        .map(|number| {
            let threads =
                if number == 0 { random.pick(&[2, 2, 3, 3, 4]) } else { random.pick(&[1, 2]) };
            let length = random.pick(&[1, 1, 2, if threads == 2 { 3 } else { 1 }]);
            Group {
                threads,
                body: stmts(&mut random, theme, length, 0),
                before: (random.below(6) == 0).then(|| stmt(&mut random, theme, 1)),
            }
        })
        .collect();
    let length = random.below(3);
    let main = stmts(&mut random, theme, length, 0);
    let threads = groups.iter().map(|group| group.threads).sum::<usize>();
    let between = |random: &mut Random| match random.below(24) {
        0 | 1 => Between::Step(stmt(random, theme, 1)),
        2 => Between::Asks,
        3 => Between::Unparks,
        _ => Between::Nothing,
    };
    let joined = if random.below(6) == 0 { random.below(threads + 1) } else { threads };
    let joins = (0..joined).map(|_| between(&mut random)).collect();
    Program {
        groups,
        main,
        scoped: random.below(3) == 0,
        joins,
        reversed: random.below(4) == 0,
        results: random.below(12) == 0,
        one_place: random.below(2) == 0,
        capacity: random.pick(&[None, Some(0), Some(1)]),
        spurious: u8::from(random.below(6) == 0),
        eager: random.below(4) == 0,
    }
}

const THEMES: usize = 7;

fn stmts(random: &mut Random, theme: usize, length: usize, depth: usize) -> Vec<Stmt> {
    (0..length).map(|_| stmt(random, theme, depth)).collect()
}

fn stmt(random: &mut Random, theme: usize, depth: usize) -> Stmt {
    let theme = if random.below(5) == 0 { random.below(THEMES) } else { theme };
    let body = |random: &mut Random| {
        let length = if depth == 0 { random.below(3) } else { 0 };
        stmts(random, theme, length, depth + 1)
    };
    if random.below(40) == 0 {
        return vec![Stmt::Panic, Stmt::Exit, Stmt::Number(0), Stmt::Yield]
            .swap_remove(random.below(4));
    }
    match theme {
        0 | 1 => atomic(random),
        2 => match random.below(6) {
            0..=2 => Stmt::Lock(random.below(OBJECTS), body(random)),
            3 => Stmt::TryLock(random.below(OBJECTS)),
            4 if depth == 0 => Stmt::Spawn(random.pick(&[1, 2]), body(random)),
            _ => Stmt::Lock(0, Vec::new()),
        },
        3 => match random.below(6) {
            0..=2 => Stmt::Read(body(random)),
            _ => Stmt::Write,
        },
        4 => match random.below(6) {
            0 | 1 => Stmt::Wait,
            2 | 3 => Stmt::NotifyOne,
            4 => Stmt::NotifyAll,
            _ => Stmt::Barrier,
        },
        5 => match random.below(7) {
            0..=2 => Stmt::Send(1 + random.below(2) as u32),
            3 | 4 => Stmt::Receive,
            5 => Stmt::TryReceive,
            _ => Stmt::GetOrInit(1 + random.below(3) as u32),
        },
        _ => match random.below(7) {
            0 | 1 => Stmt::Park,
            2 => Stmt::ParkTimeout,
            3 => Stmt::UnparkMain,
            4 => Stmt::Register,
            5 => Stmt::UnparkRegistered,
            _ => atomic(random),
        },
    }
}

fn atomic(random: &mut Random) -> Stmt {
    let atomic = random.below(OBJECTS) * random.below(2);
    let load = |random: &mut Random| random.pick(&[Relaxed, Relaxed, Acquire, SeqCst]);
    let update: [Ordering; 5] = [Relaxed, Acquire, Release, AcqRel, SeqCst];
    match random.below(9) {
        0..=2 => Stmt::Load(atomic, load(random)),
        3 | 4 => {
            let order = random.pick(&[Relaxed, Relaxed, Release, SeqCst]);
            Stmt::Store(atomic, 1 + random.below(2) as u32, order)
        }
        5 => Stmt::Add(atomic, random.pick(&update)),
        6 | 7 => {
            let (success, failure) = (random.pick(&update), load(random));
            Stmt::Exchange(atomic, random.below(2) as u32, 2, success, failure)
        }
        _ => Stmt::Fence(random.pick(&[Acquire, Release, AcqRel, SeqCst, SeqCst])),
    }
}
