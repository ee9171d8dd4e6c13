//! Runs a program, with loops or with attempts, and collects every outcome that the search finds.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex as RealMutex, PoisonError};
use std::time::Duration;

use explore_engine::config::{Fault, Memory};
use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::AtomicU32;
use explore_engine::{Config, Explorer, Status, thread};

use super::program::{ATOMICS, Counter, Pause, Program, SpinLock, Stmt, Trial, Wait};

/// Whether loops are loops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Loops,
    Attempts,
}

/// What the mutex guards: not the value itself, but where it is.
struct Guarded(Box<u32>);

impl Default for Guarded {
    fn default() -> Self {
        Self(Box::new(0))
    }
}

/// Counters in plain memory.
type Counters = [std::sync::atomic::AtomicU32; 3];

/// Counters of the threads that lie in no stack and in no heap.
static COUNTERS: Counters = [const { std::sync::atomic::AtomicU32::new(0) }; 3];

explore_engine::thread_local! {
    static COUNTER: Cell<u32> = const { Cell::new(0) };
}

/// So many rounds of a loop that changes something are tried where loops are attempts: others can see no more of them.
const TRIALS: u32 = 4;
/// What a loop that gave up has seen.
const GAVE_UP: u32 = 99;

#[derive(Default)]
struct Shared {
    atomics: [AtomicU32; ATOMICS],
    lock: AtomicU32,
    next: AtomicU32,
    serving: AtomicU32,
    mutex: Mutex<Guarded>,

    seen: RealMutex<Seen>,
}

/// What one execution has shown. In a real mutex: it also tells of runs that never end.
#[derive(Clone, Debug, Default)]
struct Seen {
    notes: BTreeMap<usize, Vec<u32>>,
    /// The attempts that failed.
    stuck: Vec<Stuck>,
    end: Vec<u32>,
}

/// What a thread waits for in vain.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stuck {
    On(Wait),
    Lock,
    Ticket(u32),
}

/// What came of an attempt.
enum Attempt {
    Through(u32),
    /// It changed something, or failed for no reason.
    Again,
    Failed,
}

fn pause(pause: Pause) {
    match pause {
        Pause::Nothing => {}
        Pause::SpinLoop => thread::spin_loop(),
        Pause::Yield => thread::yield_now(),
    }
}

impl Shared {
    fn attempt(&self, wait: Wait) -> Attempt {
        let through =
            |value, through| if through { Attempt::Through(value) } else { Attempt::Failed };
        match wait {
            Wait::Load { atomic, until, order } => {
                let value = self.atomics[atomic].load(order);
                through(value, value == until)
            }
            Wait::Either { order } => {
                let value = match self.atomics[0].load(order) {
                    0 => self.atomics[1].load(order).wrapping_mul(10),
                    value => value,
                };
                through(value, value != 0)
            }
            Wait::Swap { atomic, to, until, order } => match self.atomics[atomic].swap(to, order) {
                value if value == until => Attempt::Through(value),
                value if value == to => Attempt::Failed,
                _ => Attempt::Again,
            },
            Wait::Or { atomic, order } => {
                let value = self.atomics[atomic].fetch_or(1, order);
                through(value, value & 1 == 0)
            }
            Wait::Exchange { atomic, from, to, weak, success, failure } => {
                let atomic = &self.atomics[atomic];
                let result = match weak {
                    true => atomic.compare_exchange_weak(from, to, success, failure),
                    false => atomic.compare_exchange(from, to, success, failure),
                };
                match result {
                    Ok(value) => Attempt::Through(value),
                    Err(value) if value == from => Attempt::Again,
                    Err(_) => Attempt::Failed,
                }
            }
            Wait::Polled => {
                let value = *self.mutex.lock().unwrap().0;
                through(value, value != 0)
            }
            Wait::TryLock => match self.mutex.try_lock() {
                Ok(mut value) => {
                    *value.0 += 1;
                    Attempt::Through(*value.0)
                }
                Err(_) => Attempt::Failed,
            },
        }
    }

    /// Whether an attempt that failed would get somewhere now that everybody has come to an end.
    fn would_go_on(&self, stuck: Stuck) -> bool {
        // An update reads the newest value, and every store becomes visible in the end.
        let newest = |atomic: &AtomicU32| atomic.fetch_add(0, Relaxed);
        let atomic = |atomic: usize| newest(&self.atomics[atomic]);
        match stuck {
            Stuck::On(Wait::Load { atomic: a, until, .. }) => atomic(a) == until,
            // It goes on as well if it would change something again.
            Stuck::On(Wait::Swap { atomic: a, to, .. }) => atomic(a) != to,
            Stuck::On(Wait::Either { .. }) => atomic(0) != 0 || atomic(1) != 0,
            Stuck::On(Wait::Or { atomic: a, .. }) => atomic(a) & 1 == 0,
            Stuck::On(Wait::Exchange { atomic: a, from, .. }) => atomic(a) == from,
            Stuck::On(Wait::Polled) => *self.mutex.lock().unwrap().0 != 0,
            Stuck::On(Wait::TryLock) => true,
            Stuck::Lock => newest(&self.lock) == 0,
            Stuck::Ticket(ticket) => newest(&self.serving) == ticket,
        }
    }

    fn see<R>(&self, f: impl FnOnce(&mut Seen) -> R) -> R {
        f(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the spin lock. `Err` says that the only attempt failed.
    fn take(&self, lock: SpinLock, mode: Mode, between: Pause) -> Result<(), Stuck> {
        let exchange = || self.lock.compare_exchange(0, 1, Acquire, Relaxed).is_ok();
        let swap = || self.lock.swap(1, Acquire) == 0;
        let ticket = matches!(lock, SpinLock::Ticket).then(|| self.next.fetch_add(1, Relaxed));
        if mode == Mode::Attempts {
            return match (lock, ticket) {
                (_, Some(ticket)) if self.serving.load(Acquire) == ticket => Ok(()),
                (_, Some(ticket)) => Err(Stuck::Ticket(ticket)),
                (SpinLock::Exchange, _) if exchange() => Ok(()),
                (SpinLock::Swap | SpinLock::SwapAfterLoad, _) if swap() => Ok(()),
                _ => Err(Stuck::Lock),
            };
        }
        match (lock, ticket) {
            (_, Some(ticket)) => {
                while self.serving.load(Acquire) != ticket {
                    pause(between);
                }
            }
            (SpinLock::Exchange, _) => {
                while !exchange() {
                    pause(between);
                }
            }
            (SpinLock::SwapAfterLoad, _) => {
                while !swap() {
                    while self.lock.load(Relaxed) != 0 {
                        pause(between);
                    }
                }
            }
            _ => {
                while !swap() {
                    pause(between);
                }
            }
        }
        Ok(())
    }

    /// Makes an attempt up to so often, counted somewhere.
    fn attempts(
        &self,
        (wait, between, most, counter): (Wait, Pause, u32, Counter),
        lent: &Counters,
        number: usize,
    ) -> u32 {
        let attempt = || match self.attempt(wait) {
            Attempt::Through(value) => Some(value),
            Attempt::Again | Attempt::Failed => {
                pause(between);
                None
            }
        };
        let counted = |left: &dyn Fn() -> u32, set: &dyn Fn(u32)| {
            set(most);
            while left() > 0 {
                if let Some(value) = attempt() {
                    return Some(value);
                }
                set(left() - 1);
            }
            None
        };
        let seen = match counter {
            Counter::Stack => (0..most).find_map(|_| attempt()),
            Counter::Box => {
                let left = black_box(Box::new(Cell::new(0)));
                counted(&|| left.get(), &|value| left.set(value))
            }
            Counter::ThreadLocal => counted(&|| COUNTER.get(), &|value| COUNTER.set(value)),
            Counter::Static => counted(&|| COUNTERS[number].load(Relaxed), &|value| {
                COUNTERS[number].store(value, Relaxed)
            }),
            Counter::Lent => {
                counted(&|| lent[number].load(Relaxed), &|value| lent[number].store(value, Relaxed))
            }
        };
        seen.unwrap_or(GAVE_UP)
    }

    /// Waits, and in each round changes something and changes it back.
    fn try_on(
        &self,
        (until, order, what): (u32, Ordering, Trial),
        mode: Mode,
        between: Pause,
    ) -> Result<u32, Stuck> {
        let lock = || matches!(what, Trial::LetGo).then(|| self.mutex.lock().unwrap());
        let mut held = lock();
        let mut rounds = 0;
        loop {
            let value = self.atomics[0].load(order);
            if value == until {
                return Ok(value);
            }
            if mode == Mode::Attempts && rounds == TRIALS {
                return Err(Stuck::On(Wait::Load { atomic: 0, until, order }));
            }
            match what {
                Trial::Add => {
                    self.atomics[1].fetch_add(1, Relaxed);
                    self.atomics[1].fetch_sub(1, Relaxed);
                }
                Trial::LetGo => {
                    drop(held.take());
                    held = lock();
                }
            }
            rounds += u32::from(mode == Mode::Attempts);
            pause(between);
        }
    }

    fn run(&self, number: usize, stmts: &[Stmt], mode: Mode, lent: &Counters) -> Result<(), Stuck> {
        let note = |value| self.see(|seen| seen.notes.entry(number).or_default().push(value));
        for stmt in stmts {
            match stmt {
                Stmt::Load(atomic, order) => note(self.atomics[*atomic].load(*order)),
                Stmt::Store(atomic, value, order) => self.atomics[*atomic].store(*value, *order),
                Stmt::Add(atomic, order) => note(self.atomics[*atomic].fetch_add(1, *order)),
                Stmt::Set(value) => *self.mutex.lock().unwrap().0 = *value,
                Stmt::Await(wait, between) => loop {
                    match self.attempt(*wait) {
                        Attempt::Through(value) => break note(value),
                        Attempt::Failed if mode == Mode::Attempts => return Err(Stuck::On(*wait)),
                        Attempt::Again | Attempt::Failed => pause(*between),
                    }
                },
                Stmt::Attempts(wait, between, most, counter) => {
                    note(self.attempts((*wait, *between, *most, *counter), lent, number));
                }
                Stmt::Trial { until, order, pause, what } => {
                    note(self.try_on((*until, *order, *what), mode, *pause)?);
                }
                Stmt::Locked(lock, between, body) => {
                    self.take(*lock, mode, *between)?;
                    self.run(number, body, mode, lent)?;
                    match lock {
                        SpinLock::Ticket => {
                            self.serving.fetch_add(1, Release);
                        }
                        _ => self.lock.store(0, Release),
                    }
                }
            }
        }
        Ok(())
    }
}

fn run(program: &Program, mode: Mode, show: &RealMutex<Option<Arc<Shared>>>) {
    let shared = Arc::new(Shared::default());
    *show.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&shared));
    // On the stack of the main thread, which waits for all others.
    let lent = Counters::default();
    let lent = &raw const lent as usize;
    let start = |number: usize| {
        let (shared, stmts) = (Arc::clone(&shared), program.threads[number].clone());
        move || {
            // SAFETY: see there.
            let lent = unsafe { &*std::ptr::with_exposed_provenance::<Counters>(lent) };
            if let Err(stuck) = shared.run(number, &stmts, mode, lent) {
                shared.see(|seen| seen.stuck.push(stuck));
            }
        }
    };
    let others: Vec<_> = (1..program.threads.len()).map(|n| thread::spawn(start(n))).collect();
    start(0)();
    others.into_iter().for_each(|other| other.join().unwrap());
    let stuck = shared.see(|seen| std::mem::take(&mut seen.stuck));
    if !stuck.is_empty() {
        let void = stuck.into_iter().any(|stuck| shared.would_go_on(stuck));
        return shared.see(|seen| seen.end.push(if void { VOID } else { LIVELOCK }));
    }
    let end: Vec<u32> = shared.atomics.iter().map(|atomic| atomic.load(Relaxed)).collect();
    let under = *shared.mutex.lock().unwrap().0;
    shared.see(|seen| {
        seen.end = end;
        seen.end.push(under);
    });
}

const VOID: u32 = u32::MAX;
const LIVELOCK: u32 = u32::MAX - 1;

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

/// Runs the search to its end, or up to `most` executions; in pieces of so many, if that is not 0.
pub fn search(program: &Program, mode: Mode, most: u64, fault: Option<Fault>, piece: u64) -> Found {
    let config = Config {
        follow_loops: mode == Mode::Attempts,
        every_round: false,
        piece,
        fault,
        memory: if program.sc { Memory::SeqCst } else { Memory::Rc11 },
        spurious: program.spurious,
        weak_failures: program.spurious,
        max_executions: most,
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
        "spins",
        move || run(&program, mode, &shown),
        &mut |progress| {
            let shared = show.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(shared) = shared.filter(|_| !progress.redundant) else { return };
            let seen = shared.see(std::mem::take);
            let notes = seen.notes;
            let outcome = match (seen.end.as_slice(), progress.failure) {
                ([VOID], _) => return,
                ([LIVELOCK], _) => format!("livelock {notes:?}"),
                (end, None) => format!("ok {notes:?} {end:?}"),
                // Two that go on changing things for ever, beside each other: too long.
                (_, Some(failure)) if failure.starts_with("no end") => return,
                (_, Some(failure)) => {
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
    found.ended = outcome.too_long == 0 && (outcome.executions < most || outcome.is_proved());
    found
}
