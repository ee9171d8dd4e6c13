//! Small programs with spin loops, as data; and the program of a seed.

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
    /// Sets the value under the mutex.
    Set(u32),
    /// A loop that waits.
    Await(Wait, Pause),
    /// A loop that gives up after so many attempts.
    Attempts(Wait, Pause, u32, Counter),
    /// A loop that waits, and in each round changes an atomic and changes it back.
    Trial {
        until: u32,
        order: Ordering,
        pause: Pause,
        what: Trial,
    },
    /// Takes a spin lock, does something, gives it back.
    Locked(SpinLock, Pause, Vec<Self>),
}

/// What a loop waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wait {
    /// `while atomic.load() != until`
    Load { atomic: usize, until: u32, order: Ordering },
    /// `while a.load() == 0 && b.load() == 0`
    Either { order: Ordering },
    /// `while atomic.swap(to) != until`
    Swap { atomic: usize, to: u32, until: u32, order: Ordering },
    /// `while atomic.fetch_or(1) & 1 == 1`
    Or { atomic: usize, order: Ordering },
    /// `while atomic.compare_exchange(from, to).is_err()`
    Exchange { atomic: usize, from: u32, to: u32, weak: bool, success: Ordering, failure: Ordering },
    /// `while *mutex.lock() == 0`
    Polled,
    /// `while mutex.try_lock().is_err()`
    TryLock,
}

/// What a loop changes in each round, and changes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trial {
    /// It adds one to an atomic and takes it off again.
    Add,
    /// It holds the mutex, gives it back and takes it again.
    LetGo,
}

/// Where a loop counts its attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counter {
    Stack,
    Box,
    ThreadLocal,
    Static,
    /// On the stack of the main thread.
    Lent,
}

/// How a spin lock is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SpinLock {
    Swap,
    Exchange,
    /// Test, test and set.
    SwapAfterLoad,
    /// Who comes first is served first.
    Ticket,
}

/// What a loop does between two attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pause {
    Nothing,
    SpinLoop,
    Yield,
}

/// A program: the statements of each thread, the main thread first.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub threads: Vec<Vec<Stmt>>,
    /// How often a `compare_exchange_weak` of a thread may fail for no reason.
    pub spurious: u8,
    /// Every ordering counts as `SeqCst`.
    pub sc: bool,
}

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let threads = random.pick(&[2, 2, 3]);
    let length = if threads == 2 { 3 } else { 2 };
    let mut trials = usize::from(threads == 2);
    let mut thread = |random: &mut Random| {
        let length = length - random.below(2);
        let mut locks = 1;
        (0..length).map(|_| stmt(random, &mut locks, &mut trials)).collect()
    };
    let threads: Vec<_> = (0..threads).map(|_| thread(&mut random)).collect();
    // Who waits for what is there only in the midst of another's round can wait for ever, if all look at the newest value only. It need not, and that is no livelock.
    let tries = threads.len() == 2 && trials == 0;
    Program {
        threads,
        spurious: u8::from(random.below(6) == 0),
        sc: random.below(3) == 0 && !tries,
    }
}

fn stmt(random: &mut Random, locks: &mut usize, trials: &mut usize) -> Stmt {
    match random.below(10) {
        0..=2 => access(random),
        3 if *locks > 0 => {
            *locks -= 1;
            let lock = random.pick(&[
                SpinLock::Swap,
                SpinLock::Exchange,
                SpinLock::SwapAfterLoad,
                SpinLock::Ticket,
            ]);
            let pause = pause(random);
            Stmt::Locked(lock, pause, vec![access(random)])
        }
        4 => Stmt::Set(random.below(2) as u32),
        5 => {
            let counter = random.pick(&[
                Counter::Stack,
                Counter::Box,
                Counter::ThreadLocal,
                Counter::Static,
                Counter::Lent,
            ]);
            let most = random.pick(&[2, 3, 3, 4]);
            // Each round of a loop that polls can make an attempt at its lock fail: more of them than the one that it has where loops are attempts.
            let wait = match wait(random) {
                Wait::TryLock => Wait::Polled,
                wait => wait,
            };
            Stmt::Attempts(wait, pause(random), most, counter)
        }
        6 if *trials > 0 => {
            *trials -= 1;
            let (until, order) = (random.pick(&[1, 1, 2]), random.pick(&[Acquire, SeqCst]));
            let what = random.pick(&[Trial::Add, Trial::LetGo]);
            Stmt::Trial { until, order, pause: pause(random), what }
        }
        _ => Stmt::Await(wait(random), pause(random)),
    }
}

fn pause(random: &mut Random) -> Pause {
    random.pick(&[Pause::Nothing, Pause::SpinLoop, Pause::Yield])
}

fn access(random: &mut Random) -> Stmt {
    let atomic = random.below(ATOMICS);
    match random.below(6) {
        0 => Stmt::Load(atomic, random.pick(&[Relaxed, Acquire, SeqCst])),
        1 => Stmt::Add(atomic, random.pick(&[Relaxed, AcqRel, SeqCst])),
        _ => Stmt::Store(
            atomic,
            random.pick(&[0, 1, 1, 1, 2]),
            random.pick(&[Relaxed, Release, Release, SeqCst]),
        ),
    }
}

fn wait(random: &mut Random) -> Wait {
    let atomic = random.below(ATOMICS);
    let load = random.pick(&[Relaxed, Acquire, Acquire, SeqCst]);
    let update = random.pick(&[Relaxed, Acquire, AcqRel, SeqCst]);
    match random.below(9) {
        0..=2 => Wait::Load { atomic, until: random.pick(&[1, 1, 2]), order: load },
        3 => Wait::Either { order: load },
        // Two loops that write different values could change them for ever, each in vain.
        4 => Wait::Swap { atomic, to: 1, until: 0, order: update },
        5 => Wait::Or { atomic, order: update },
        6 => {
            let (from, to) = random.pick(&[(0, 1), (1, 2), (1, 0)]);
            let weak = random.below(2) == 0;
            Wait::Exchange { atomic, from, to, weak, success: update, failure: load }
        }
        7 => Wait::Polled,
        _ => Wait::TryLock,
    }
}
