//! Runs a program, and collects every outcome that the search finds.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::{Arc, Mutex as RealMutex, PoisonError};
use std::time::Duration;

use explore_engine::config::{Fault, Memory};
use explore_engine::sync::atomic::AtomicU32;
use explore_engine::sync::{Condvar, Mutex, RwLock, TryLockError};
use explore_engine::{Config, Explorer, Status, panic, thread};

use super::program::{ATOMICS, Pause, Program, Stmt, Until};

const MS: Duration = Duration::from_millis(1);
/// What a loop that gave up has seen, and a lock that was not free.
const GAVE_UP: u32 = 99;
/// What is noted of a lock that is poisoned.
const POISONED: u32 = 1000;

#[derive(Default)]
struct Shared {
    atomics: [AtomicU32; ATOMICS],
    spin: AtomicU32,
    next: AtomicU32,
    serving: AtomicU32,
    mutex: Mutex<u32>,
    rw: RwLock<u32>,
    told: Mutex<bool>,
    condvar: Condvar,
    /// In a real mutex, outside of the program: it also tells of runs that never end.
    notes: RealMutex<BTreeMap<usize, Vec<u32>>>,
}

fn pause(pause: Pause) {
    match pause {
        Pause::Nothing => {}
        Pause::SpinLoop => thread::spin_loop(),
        Pause::Yields(times) => (0..times).for_each(|_| thread::yield_now()),
    }
}

impl Shared {
    fn note(&self, number: usize, value: u32) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(number).or_default().push(value);
    }

    /// Looks until what it sees will do.
    fn until(
        &self,
        atomic: &AtomicU32,
        until: Until,
        order: std::sync::atomic::Ordering,
        between: Pause,
    ) -> u32 {
        let first = match until {
            Until::Changes => atomic.load(order),
            _ => 0,
        };
        loop {
            let value = atomic.load(order);
            let will_do = match until {
                Until::Is(wanted) => value == wanted,
                Until::Differs(from) => value != from,
                Until::Changes => value != first,
            };
            if will_do {
                return value;
            }
            pause(between);
        }
    }

    fn run(&self, number: usize, stmts: &[Stmt]) {
        for stmt in stmts {
            self.step(number, stmt);
        }
    }

    fn step(&self, number: usize, stmt: &Stmt) {
        let note = |value| self.note(number, value);
        let poisoned = |is_poisoned| if is_poisoned { POISONED } else { 0 };
        match stmt {
            Stmt::Load(atomic, order) => note(self.atomics[*atomic].load(*order)),
            Stmt::Store(atomic, value, order) => self.atomics[*atomic].store(*value, *order),
            Stmt::Add(atomic, order) => note(self.atomics[*atomic].fetch_add(1, *order)),
            Stmt::Yield => thread::yield_now(),
            Stmt::Await(atomic, until, order, between) => {
                note(self.until(&self.atomics[*atomic], *until, *order, *between));
            }
            Stmt::Exchange { atomic, from, to, weak, order, pause: between } => {
                let atomic = &self.atomics[*atomic];
                let exchange = || match weak {
                    true => atomic.compare_exchange_weak(*from, *to, *order, Relaxed),
                    false => atomic.compare_exchange(*from, *to, *order, Relaxed),
                };
                while exchange().is_err() {
                    pause(*between);
                }
            }
            Stmt::Spinning(between, body) => {
                loop {
                    self.until(&self.spin, Until::Is(0), Relaxed, *between);
                    if self.spin.compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
                        break;
                    }
                }
                self.run(number, body);
                self.spin.store(0, Release);
            }
            Stmt::InTurn(between, body) => {
                let mine = self.next.fetch_add(1, Relaxed);
                self.until(&self.serving, Until::Is(mine), Acquire, *between);
                self.run(number, body);
                self.serving.store(mine + 1, Release);
            }
            Stmt::Attempts(atomic, most, order) => {
                let atomic = &self.atomics[*atomic];
                let seen = (0..*most).map(|_| atomic.load(*order)).find(|value| *value != 0);
                note(seen.unwrap_or(GAVE_UP));
            }
            Stmt::Locked(body) => {
                let lock = self.mutex.lock();
                let is_poisoned = lock.is_err();
                let mut lock = lock.unwrap_or_else(PoisonError::into_inner);
                note(*lock + poisoned(is_poisoned));
                *lock += 1;
                self.run(number, body);
            }
            Stmt::TryLocked(body) => match self.mutex.try_lock() {
                Ok(_lock) => self.run(number, body),
                Err(TryLockError::Poisoned(_lock)) => note(POISONED),
                Err(TryLockError::WouldBlock) => note(GAVE_UP),
            },
            Stmt::Reading(body) => {
                let lock = self.rw.read().unwrap_or_else(PoisonError::into_inner);
                note(*lock);
                self.run(number, body);
            }
            Stmt::Writing(body) => {
                let lock = self.rw.write();
                let is_poisoned = lock.is_err();
                let mut lock = lock.unwrap_or_else(PoisonError::into_inner);
                *lock += 1;
                note(*lock + poisoned(is_poisoned));
                self.run(number, body);
            }
            Stmt::Listen => {
                let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                let is_open = |told: &mut bool| !*told;
                drop(self.condvar.wait_while(told, is_open));
            }
            Stmt::ListenAWhile => {
                let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                let (told, result) =
                    self.condvar.wait_timeout(told, MS).unwrap_or_else(PoisonError::into_inner);
                note(u32::from(*told) + if result.timed_out() { 10 } else { 0 });
            }
            Stmt::Tell => {
                *self.told.lock().unwrap_or_else(PoisonError::into_inner) = true;
                self.condvar.notify_all();
            }
            Stmt::ParkAWhile => thread::park_timeout(MS),
            Stmt::Sleep => thread::sleep(MS),
            Stmt::Caught(body) => {
                let result = panic::catch_unwind(AssertUnwindSafe(|| {
                    let _lock = self.rw.write().unwrap_or_else(PoisonError::into_inner);
                    self.run(number, body);
                    panic!("caught");
                }));
                note(u32::from(result.is_err()));
            }
            Stmt::Panic => panic!("on purpose"),
        }
    }
}

fn run(program: &Program, show: &RealMutex<Option<Arc<Shared>>>) {
    let shared = Arc::new(Shared::default());
    *show.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&shared));
    let start = |number: usize| {
        let (shared, stmts) = (Arc::clone(&shared), program.threads[number].clone());
        move || shared.run(number, &stmts)
    };
    let others: Vec<_> = (1..program.threads.len()).map(|n| thread::spawn(start(n))).collect();
    start(0)();
    for (number, other) in others.into_iter().enumerate() {
        shared.note(10 + number, other.join().is_err().into());
    }
    let end = shared.atomics.iter().map(|atomic| atomic.load(SeqCst));
    end.for_each(|value| shared.note(0, value));
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Everything that the program can do: verdict and observations.
    pub outcomes: BTreeSet<String>,
    /// How many executions were run.
    pub executions: u64,
    /// The search came to its end.
    pub ended: bool,
}

/// How to search.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Also the rounds that come to nothing.
    pub every_round: bool,
    /// At most so many executions.
    pub most: u64,
    /// So many executions at a time, if it is not 0.
    pub piece: u64,
    pub fault: Option<Fault>,
}

/// Runs the search to its end.
pub fn search(program: &Program, how: How) -> Found {
    let config = Config {
        every_round: how.every_round,
        piece: how.piece,
        fault: how.fault,
        max_executions: how.most,
        memory: if program.sc { Memory::SeqCst } else { Memory::Rc11 },
        spurious: program.spurious,
        weak_failures: program.spurious,
        eager_timeouts: program.eager,
        early_timeouts: 1,
        max_time: Duration::from_secs(600),
        max_steps: 400,
        random_executions: 0,
        keep_going: true,
        minimise: false,
        watchdog: None,
        ..Config::default()
    };
    let show: Arc<RealMutex<Option<Arc<Shared>>>> = Arc::default();
    let (program, shown) = (program.clone(), Arc::clone(&show));
    let mut found = Found::default();
    let outcome = Explorer::new(config).run_watched(
        "rounds",
        move || run(&program, &shown),
        &mut |progress| {
            let shared = show.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(shared) = shared.filter(|_| !progress.redundant) else { return };
            let notes =
                std::mem::take(&mut *shared.notes.lock().unwrap_or_else(PoisonError::into_inner));
            let outcome = match progress.failure {
                None => format!("ok {notes:?}"),
                // Two that go on changing things for ever, beside each other: too long.
                Some(failure) if failure.starts_with("no end") => return,
                Some(failure) => {
                    let verdict: String =
                        failure.chars().take_while(|c| c.is_alphanumeric()).collect();
                    format!("{verdict} {notes:?}")
                }
            };
            found.outcomes.insert(outcome);
        },
    );
    // What it found must be found again by its schedule.
    if outcome.status == Status::Refused {
        found.outcomes.insert(outcome.summary.clone());
    }
    found.executions = outcome.executions;
    found.ended = outcome.too_long == 0 && (outcome.executions < how.most || outcome.is_proved());
    found
}
