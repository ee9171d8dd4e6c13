//! Runs a program on the engine's types, and collects every outcome that a search finds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex as RealMutex, PoisonError};
use std::time::Duration;

use explore_engine::config::{Config, Fault, Random, Strategy};
use explore_engine::sync::atomic::{AtomicU32, fence};
use explore_engine::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, TrySendError, channel,
    sync_channel,
};
use explore_engine::sync::{Barrier, Condvar, Mutex, MutexGuard, OnceLock, RwLock};
use explore_engine::thread::{self, Thread};
use explore_engine::{Explorer, Outcome, Position, Progress};
use std::sync::atomic::Ordering::Relaxed;

use super::program::{CONDVARS, OF_ONE_PLACE, Program, Stmt, sends};

const MS: Duration = Duration::from_millis(1);
/// As long that others of a millisecond pass before.
const LONG: Duration = Duration::from_millis(10);

/// What the threads observed, by the path of spawns that leads to them. Kept in a real mutex: it also tells of runs that never end.
type Observed = Arc<RealMutex<BTreeMap<Vec<usize>, Vec<i64>>>>;

struct Shared {
    atomics: Vec<AtomicU32>,
    locks: Vec<Mutex<u32>>,
    condvars: [Condvar; CONDVARS],
    rw: RwLock<u32>,
    once: OnceLock<u32>,
    barrier: Barrier,
    observed: Observed,
}

enum AnySender {
    Unbounded(Sender<u32>),
    Bounded(SyncSender<u32>),
}

impl Clone for AnySender {
    fn clone(&self) -> Self {
        match self {
            Self::Unbounded(sender) => Self::Unbounded(sender.clone()),
            Self::Bounded(sender) => Self::Bounded(sender.clone()),
        }
    }
}

/// One thread of the program.
struct Runner {
    shared: Arc<Shared>,
    path: Vec<usize>,
    sender: Option<AnySender>,
    receiver: Option<Receiver<u32>>,
    /// Threads that it may unpark.
    known: Vec<Thread>,
    children: Vec<thread::JoinHandle<()>>,
}

impl Runner {
    fn note(&self, value: i64) {
        let mut observed = self.shared.observed.lock().unwrap_or_else(PoisonError::into_inner);
        observed.entry(self.path.clone()).or_default().push(value);
    }

    fn run(mut self, stmts: &[Stmt]) {
        self.block(stmts, None);
        drop(self.sender.take());
        drop(self.receiver.take());
        for child in std::mem::take(&mut self.children) {
            if child.join().is_err() {
                self.note(-99);
            }
        }
    }

    /// Runs statements; `guard` is that of lock 0, if it is held right outside.
    fn block<'a>(
        &mut self,
        stmts: &[Stmt],
        mut guard: Option<MutexGuard<'a, u32>>,
    ) -> Option<MutexGuard<'a, u32>> {
        for stmt in stmts {
            guard = self.step(stmt, guard);
        }
        guard
    }

    fn step<'a>(
        &mut self,
        stmt: &Stmt,
        mut guard: Option<MutexGuard<'a, u32>>,
    ) -> Option<MutexGuard<'a, u32>> {
        let shared = Arc::clone(&self.shared);
        match stmt {
            Stmt::Load(atomic, order) => self.note(shared.atomics[*atomic].load(*order).into()),
            Stmt::Store(atomic, value, order) => shared.atomics[*atomic].store(*value, *order),
            Stmt::Add(atomic, order) => {
                self.note(shared.atomics[*atomic].fetch_add(1, *order).into())
            }
            Stmt::Exchange { atomic, from, to, weak, success, failure } => {
                let atomic = &shared.atomics[*atomic];
                let result = match weak {
                    true => atomic.compare_exchange_weak(*from, *to, *success, *failure),
                    false => atomic.compare_exchange(*from, *to, *success, *failure),
                };
                self.note(result.map_or_else(|seen| i64::from(seen) + 100, i64::from));
            }
            Stmt::Fence(order) => fence(*order),
            Stmt::Lock(number, body) => {
                let lock = shared.locks[*number].lock();
                let poisoned = lock.is_err();
                self.critical(
                    *number,
                    lock.unwrap_or_else(PoisonError::into_inner),
                    poisoned,
                    body,
                );
            }
            Stmt::TryLock(number, body) => match shared.locks[*number].try_lock() {
                Ok(lock) => self.critical(*number, lock, false, body),
                Err(explore_engine::sync::TryLockError::Poisoned(lock)) => {
                    self.critical(*number, lock.into_inner(), true, body)
                }
                Err(explore_engine::sync::TryLockError::WouldBlock) => self.note(-1),
            },
            Stmt::Read(body) => {
                let lock = shared.rw.read().unwrap_or_else(PoisonError::into_inner);
                self.note((*lock).into());
                self.block(body, None);
            }
            Stmt::TryRead(body) => match shared.rw.try_read() {
                Ok(lock) => {
                    self.note((*lock).into());
                    self.block(body, None);
                }
                Err(error) => self.note(try_error(&error)),
            },
            Stmt::Write(body) => {
                let mut lock = shared.rw.write().unwrap_or_else(PoisonError::into_inner);
                *lock = *lock * 4 + self.path.len() as u32 + self.path.iter().sum::<usize>() as u32;
                self.note((*lock).into());
                self.block(body, None);
            }
            Stmt::TryWrite(body) => match shared.rw.try_write() {
                Ok(mut lock) => {
                    *lock = *lock * 4 + 1;
                    self.note((*lock).into());
                    self.block(body, None);
                }
                Err(error) => self.note(try_error(&error)),
            },
            Stmt::Wait(condvar) => {
                if let Some(held) = guard.take() {
                    let held = shared.condvars[*condvar]
                        .wait(held)
                        .unwrap_or_else(PoisonError::into_inner);
                    self.note((*held).into());
                    guard = Some(held);
                }
            }
            Stmt::WaitTimeout(condvar) => {
                if let Some(held) = guard.take() {
                    let (held, result) = shared.condvars[*condvar]
                        .wait_timeout(held, MS)
                        .unwrap_or_else(PoisonError::into_inner);
                    self.note(i64::from(*held) + if result.timed_out() { 1000 } else { 0 });
                    guard = Some(held);
                }
            }
            Stmt::NotifyOne(condvar) => shared.condvars[*condvar].notify_one(),
            Stmt::NotifyAll(condvar) => shared.condvars[*condvar].notify_all(),
            Stmt::Park => thread::park(),
            Stmt::ParkTimeout => thread::park_timeout(MS),
            Stmt::Unpark(number) => {
                if let Some(thread) = self.known.get(*number) {
                    thread.unpark();
                }
            }
            Stmt::Spawn(body) => self.spawn(body.clone(), None),
            Stmt::Send(value) => match &self.sender {
                Some(AnySender::Unbounded(sender)) => {
                    self.note(if sender.send(*value).is_ok() { 1 } else { -2 })
                }
                Some(AnySender::Bounded(sender)) => {
                    self.note(if sender.send(*value).is_ok() { 1 } else { -2 })
                }
                None => {}
            },
            Stmt::TrySend(value) => {
                if let Some(AnySender::Bounded(sender)) = &self.sender {
                    self.note(match sender.try_send(*value) {
                        Ok(()) => 1,
                        Err(TrySendError::Full(_)) => -1,
                        Err(TrySendError::Disconnected(_)) => -2,
                    });
                }
            }
            Stmt::Receive => {
                if let Some(receiver) = &self.receiver {
                    self.note(receiver.recv().map_or(-2, i64::from));
                }
            }
            Stmt::TryReceive => {
                if let Some(receiver) = &self.receiver {
                    self.note(match receiver.try_recv() {
                        Ok(value) => value.into(),
                        Err(TryRecvError::Empty) => -1,
                        Err(TryRecvError::Disconnected) => -2,
                    });
                }
            }
            Stmt::ReceiveTimeout => {
                if let Some(receiver) = &self.receiver {
                    self.note(match receiver.recv_timeout(LONG) {
                        Ok(value) => value.into(),
                        Err(RecvTimeoutError::Timeout) => -1,
                        Err(RecvTimeoutError::Disconnected) => -2,
                    });
                }
            }
            Stmt::GetOrInit(value) => self.note((*shared.once.get_or_init(|| *value)).into()),
            Stmt::Get => self.note(shared.once.get().map_or(-1, |value| (*value).into())),
            Stmt::Barrier => self.note(shared.barrier.wait().is_leader().into()),
            Stmt::Yield => thread::yield_now(),
            Stmt::Panic => panic!("on purpose"),
            Stmt::Exit(code) => explore_engine::process::exit(*code),
        }
        guard
    }

    /// Runs a body under a lock, whose value tells in which order the critical sections came.
    fn critical(
        &mut self,
        number: usize,
        mut lock: MutexGuard<'_, u32>,
        poisoned: bool,
        body: &[Stmt],
    ) {
        self.note(i64::from(*lock) + if poisoned { 10_000 } else { 0 });
        *lock = (*lock * 3 + self.path.iter().sum::<usize>() as u32 + 1) % 512;
        if number == 0 {
            drop(self.block(body, Some(lock)));
        } else {
            self.block(body, None);
        }
    }

    fn spawn(&mut self, body: Vec<Stmt>, receiver: Option<Receiver<u32>>) {
        let mut path = self.path.clone();
        path.push(self.children.len() + 1);
        let child = Self {
            shared: Arc::clone(&self.shared),
            path,
            sender: self.sender.clone().filter(|_| sends(&body)),
            receiver,
            known: self.known.clone(),
            children: Vec::new(),
        };
        let handle = thread::spawn(move || child.run(&body));
        self.known.push(handle.thread().clone());
        self.children.push(handle);
    }
}

fn try_error<T>(error: &explore_engine::sync::TryLockError<T>) -> i64 {
    if matches!(error, explore_engine::sync::TryLockError::WouldBlock) { -1 } else { -3 }
}

/// Runs a whole program, as the main thread.
fn run(program: &Program, observed: &Observed) {
    // A search may run an execution twice, to learn more about a failure.
    observed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let shared = Arc::new(Shared {
        atomics: match program.one_place {
            true => (0..OF_ONE_PLACE).map(|_| AtomicU32::new(0)).collect(),
            false => vec![AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)],
        },
        locks: match program.one_place {
            true => (0..OF_ONE_PLACE).map(|_| Mutex::new(0)).collect(),
            false => vec![Mutex::new(0), Mutex::new(0), Mutex::new(0)],
        },
        condvars: [Condvar::new(), Condvar::new()],
        rw: RwLock::new(0),
        once: OnceLock::new(),
        barrier: Barrier::new(2),
        observed: Arc::clone(observed),
    });
    let needs_channel = program.threads.iter().any(|thread| sends(thread) || receives(thread));
    let (sender, mut receiver) = match program.capacity {
        _ if !needs_channel => (None, None),
        None => {
            let (sender, receiver) = channel();
            (Some(AnySender::Unbounded(sender)), Some(receiver))
        }
        Some(capacity) => {
            let (sender, receiver) = sync_channel(capacity);
            (Some(AnySender::Bounded(sender)), Some(receiver))
        }
    };
    let known = vec![thread::current()];
    let mut main = Runner {
        shared: Arc::clone(&shared),
        path: Vec::new(),
        sender,
        receiver: None,
        known,
        children: Vec::new(),
    };
    for (number, thread) in program.threads.iter().enumerate().skip(1) {
        let mine = if number == program.receiver { receiver.take() } else { None };
        main.spawn(thread.clone(), mine);
    }
    main.receiver = receiver;
    if !sends(&program.threads[0]) {
        main.sender = None;
    }
    main.run(&program.threads[0]);
    let mut end: Vec<i64> =
        shared.atomics.iter().map(|atomic| atomic.load(Relaxed).into()).collect();
    end.extend(
        shared
            .locks
            .iter()
            .map(|lock| i64::from(*lock.lock().unwrap_or_else(PoisonError::into_inner))),
    );
    end.push((*shared.rw.read().unwrap_or_else(PoisonError::into_inner)).into());
    observed.lock().unwrap_or_else(PoisonError::into_inner).insert(vec![usize::MAX], end);
}

fn receives(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| {
        matches!(stmt, Stmt::Receive | Stmt::TryReceive | Stmt::ReceiveTimeout)
            || stmt.body().is_some_and(|body| receives(body))
    })
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Everything that the program can do: verdict and observations.
    pub outcomes: BTreeSet<String>,
    /// The Mazurkiewicz traces, and how often each was run.
    pub classes: BTreeMap<u64, u64>,
    /// How many executions were run.
    pub executions: u64,
    /// The search came to its end.
    pub ended: bool,
}

/// Runs a search to its end, or up to `most` executions.
pub fn search(program: &Program, strategy: Strategy, fault: Option<Fault>, most: u64) -> Found {
    search_within(program, strategy, fault, None, most)
}

/// [`search`], among the executions with at most so many preemptions.
pub fn search_within(
    program: &Program,
    strategy: Strategy,
    fault: Option<Fault>,
    preemptions: Option<u32>,
    most: u64,
) -> Found {
    let config = config_of(program, strategy, fault, preemptions, most);
    let observed = Observed::default();
    let (mine, program) = (Arc::clone(&observed), program.clone());
    watch(&observed, most, |see| {
        Explorer::new(config).run_watched("fuzz", move || run(&program, &mine), see)
    })
}

/// So many executions at random.
#[allow(dead_code, reason = "one test uses it")]
pub fn search_at_random(program: &Program, random: Random, seed: u64, executions: u64) -> Found {
    let config = config_of(program, Strategy::Random, None, None, executions);
    let config = Config { random, seed, ..config };
    let observed = Observed::default();
    let (mine, program) = (Arc::clone(&observed), program.clone());
    watch(&observed, executions, |see| {
        Explorer::new(config).run_watched("fuzz", move || run(&program, &mine), see)
    })
}

/// [`search`], in pieces of so many executions.
#[allow(dead_code, reason = "not every test uses it")]
pub fn search_in_pieces(program: &Program, piece: u64, fault: Option<Fault>, most: u64) -> Found {
    let config = Config { piece, ..config_of(program, Strategy::Optimal, fault, None, most) };
    let observed = Observed::default();
    let (mine, program) = (Arc::clone(&observed), program.clone());
    watch(&observed, most, |see| {
        Explorer::new(config).run_watched("fuzz", move || run(&program, &mine), see)
    })
}

/// [`search`], split as for several machines, in pieces of so many executions.
#[allow(dead_code, reason = "not every test uses it")]
pub fn search_in_parts(program: &Program, piece: u64, most: u64) -> Found {
    let parts = 2;
    let config = Config { piece, parts, ..config_of(program, Strategy::Optimal, None, None, most) };
    let observed = Observed::default();
    let (mine, program) = (Arc::clone(&observed), program.clone());
    watch(&observed, most, |see| {
        Explorer::new(config).run_watched("fuzz", move || run(&program, &mine), see)
    })
}

/// [`search`], among the executions that begin as a schedule says.
#[allow(dead_code, reason = "one test uses it")]
pub fn search_from(program: &Program, schedule: &str, most: u64) -> Found {
    let config = config_of(program, Strategy::Optimal, None, None, most);
    let observed = Observed::default();
    let (mine, program) = (Arc::clone(&observed), program.clone());
    watch(&observed, most, |see| {
        let explorer = Explorer::new(config);
        explorer.run_from("fuzz", move || run(&program, &mine), schedule, see).unwrap()
    })
}

/// Where a run stands after a schedule.
#[allow(dead_code, reason = "one test uses it")]
pub fn position(program: &Program, schedule: Option<&str>) -> Position {
    let config = config_of(program, Strategy::Optimal, None, None, 1000);
    let program = program.clone();
    let scenario = move || run(&program, &Observed::default());
    Explorer::new(config).position("fuzz", scenario, schedule).unwrap()
}

fn config_of(
    program: &Program,
    strategy: Strategy,
    fault: Option<Fault>,
    preemptions: Option<u32>,
    most: u64,
) -> Config {
    Config {
        preemptions,
        spurious: program.spurious,
        weak_failures: program.spurious,
        eager_timeouts: program.eager,
        max_executions: most,
        max_time: Duration::from_secs(600),
        random_executions: 0,
        keep_going: true,
        minimise: false,
        // The statements of one kind share a line, so that a few loads look like a loop.
        watchdog: None,
        strategy,
        fault,
        classes: true,
        ..Config::default()
    }
}

/// Gathers what a search finds.
fn watch(
    observed: &Observed,
    most: u64,
    search: impl FnOnce(&mut dyn FnMut(&Progress<'_>)) -> Outcome,
) -> Found {
    let mut found = Found::default();
    let outcome = search(&mut |seen: &Progress<'_>| {
        let observed =
            std::mem::take(&mut *observed.lock().unwrap_or_else(PoisonError::into_inner));
        if seen.executions == 1 {
            // It may have begun again.
            found = Found::default();
        }
        if let Some(class) = seen.class {
            *found.classes.entry(class).or_default() += 1;
        }
        if !seen.redundant {
            let verdict: String =
                seen.failure.unwrap_or("ok").chars().take_while(|c| c.is_alphanumeric()).collect();
            found.outcomes.insert(format!("{verdict} {observed:?}"));
        }
    });
    found.executions = outcome.executions;
    found.ended = outcome.executions < most || outcome.is_proved();
    found
}
