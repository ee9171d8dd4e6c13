//! Runs a program on the engine's types, and collects what can come of it, whatever the threads are called.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex as RealMutex, PoisonError};
use std::time::Duration;

use explore_engine::config::{Config, Fault};
use explore_engine::sync::atomic::{AtomicU32, fence};
use explore_engine::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use explore_engine::sync::{Barrier, Condvar, Mutex, MutexGuard, OnceLock, RwLock};
use explore_engine::thread::{self, Thread};
use explore_engine::{Explorer, Progress, Status};
use std::sync::atomic::Ordering::Relaxed;

use super::program::{Between, OBJECTS, Program, Stmt};

/// What each thread observed, in the order of their beginnings: whose is whose is not said. A real mutex: runs that never end are told of as well.
type Observed = Arc<RealMutex<Vec<(usize, Vec<i64>)>>>;

struct Shared {
    atomics: [AtomicU32; OBJECTS],
    locks: [Mutex<u32>; OBJECTS],
    rw: RwLock<u32>,
    condvar: Condvar,
    once: OnceLock<u32>,
    barrier: Barrier,
    senders: (Option<Sender<u32>>, Option<SyncSender<u32>>),
    receiver: Mutex<Receiver<u32>>,
    main: Thread,
    registered: Mutex<Vec<Thread>>,
    observed: Observed,
}

fn unpoisoned<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// One thread: what it shares, and where it notes what it observes.
struct Runner<'a> {
    shared: &'a Arc<Shared>,
    slot: usize,
}

impl<'a> Runner<'a> {
    fn new(shared: &'a Arc<Shared>, kind: usize) -> Self {
        let mut observed = unpoisoned(shared.observed.lock());
        observed.push((kind, Vec::new()));
        Self { shared, slot: observed.len() - 1 }
    }

    fn note(&self, value: impl Into<i64>) {
        let mut observed = unpoisoned(self.shared.observed.lock());
        // A thread of an execution that was given up may still unwind.
        if let Some((_, notes)) = observed.get_mut(self.slot) {
            notes.push(value.into());
        }
    }

    fn run(&self, stmts: &'static [Stmt]) {
        let mut children = Vec::new();
        for stmt in stmts {
            self.step(stmt, None, &mut children);
        }
        for child in children {
            self.note(i64::from(child.join().is_ok()) - 90);
        }
    }

    fn step(
        &self,
        stmt: &'static Stmt,
        guard: Option<MutexGuard<'a, u32>>,
        children: &mut Vec<thread::JoinHandle<()>>,
    ) -> Option<MutexGuard<'a, u32>> {
        let shared = self.shared;
        match stmt {
            Stmt::Load(atomic, order) => self.note(shared.atomics[*atomic].load(*order)),
            Stmt::Store(atomic, value, order) => shared.atomics[*atomic].store(*value, *order),
            Stmt::Add(atomic, order) => self.note(shared.atomics[*atomic].fetch_add(1, *order)),
            Stmt::Exchange(atomic, from, to, success, failure) => {
                let result =
                    shared.atomics[*atomic].compare_exchange(*from, *to, *success, *failure);
                self.note(result.map_or_else(|seen| i64::from(seen) + 100, i64::from));
            }
            Stmt::Fence(order) => fence(*order),
            Stmt::Lock(number, body) => {
                let lock = shared.locks[*number].lock();
                let poisoned = lock.is_err();
                let mut lock = unpoisoned(lock);
                self.note(i64::from(*lock) + if poisoned { 10_000 } else { 0 });
                *lock = (*lock * 3 + 1) % 512;
                let mut held = Some(lock);
                for stmt in body {
                    let given = if *number == 0 { held.take() } else { None };
                    let left = self.step(stmt, given, children);
                    held = left.or(held);
                }
            }
            Stmt::TryLock(number) => match shared.locks[*number].try_lock() {
                Ok(mut lock) => {
                    self.note(*lock);
                    *lock = (*lock * 3 + 2) % 512;
                }
                Err(_) => self.note(-1),
            },
            Stmt::Read(body) => {
                let lock = unpoisoned(shared.rw.read());
                self.note(*lock);
                for stmt in body {
                    self.step(stmt, None, children);
                }
            }
            Stmt::Write => {
                let mut lock = unpoisoned(shared.rw.write());
                self.note(*lock);
                *lock += 1;
            }
            Stmt::Wait => {
                let held = guard.unwrap_or_else(|| unpoisoned(shared.locks[0].lock()));
                let held = unpoisoned(shared.condvar.wait(held));
                self.note(*held);
                return Some(held);
            }
            Stmt::NotifyOne => shared.condvar.notify_one(),
            Stmt::NotifyAll => shared.condvar.notify_all(),
            Stmt::Send(value) => {
                let sent = match &shared.senders {
                    (Some(sender), _) => sender.send(*value).is_ok(),
                    (_, Some(sender)) => sender.send(*value).is_ok(),
                    _ => false,
                };
                self.note(sent);
            }
            Stmt::Receive => {
                let receiver = unpoisoned(shared.receiver.lock());
                self.note(receiver.recv().map_or(-2, i64::from));
            }
            Stmt::TryReceive => {
                let receiver = unpoisoned(shared.receiver.lock());
                self.note(receiver.try_recv().map_or(-2, i64::from));
            }
            Stmt::GetOrInit(value) => self.note(*shared.once.get_or_init(|| *value)),
            Stmt::Barrier => self.note(shared.barrier.wait().is_leader()),
            Stmt::Park => thread::park(),
            Stmt::ParkTimeout => thread::park_timeout(Duration::from_millis(1)),
            Stmt::UnparkMain => shared.main.unpark(),
            Stmt::Register => unpoisoned(shared.registered.lock()).push(thread::current()),
            Stmt::UnparkRegistered => {
                let first = unpoisoned(shared.registered.lock()).first().cloned();
                self.note(first.is_some());
                if let Some(first) = first {
                    first.unpark();
                }
            }
            Stmt::Yield => thread::yield_now(),
            Stmt::Panic => panic!("on purpose"),
            Stmt::Exit => explore_engine::process::exit(7),
            Stmt::Number(atomic) => {
                let number = format!("{:?}", thread::current().id());
                let number = number.bytes().filter(u8::is_ascii_digit).map(u32::from).sum();
                shared.atomics[*atomic].store(number, Relaxed);
            }
            Stmt::Spawn(threads, body) => {
                for _ in 0..*threads {
                    let shared = Arc::clone(shared);
                    children.push(thread::spawn(move || Runner::new(&shared, 100).run(body)));
                }
            }
        }
        guard
    }
}

/// Runs a whole program, as the main thread.
fn run(program: &'static Program, observed: &Observed) {
    // A search may run an execution twice, to learn more about a failure.
    unpoisoned(observed.lock()).clear();
    let (senders, receiver) = match program.capacity {
        None => {
            let (sender, receiver) = channel();
            ((Some(sender), None), receiver)
        }
        Some(capacity) => {
            let (sender, receiver) = sync_channel(capacity);
            ((None, Some(sender)), receiver)
        }
    };
    let shared = Arc::new(Shared {
        atomics: [AtomicU32::new(0), AtomicU32::new(0)],
        locks: match program.one_place {
            true => std::array::from_fn(|_| Mutex::new(0)),
            false => [Mutex::new(0), Mutex::new(0)],
        },
        rw: RwLock::new(0),
        condvar: Condvar::new(),
        once: OnceLock::new(),
        barrier: Barrier::new(2),
        senders,
        receiver: Mutex::new(receiver),
        main: thread::current(),
        registered: Mutex::new(Vec::new()),
        observed: Arc::clone(observed),
    });
    // Nobody drops the last of it: whose drop that is, an explorer that is compiled without instrumentation does not see, and it takes steps.
    std::mem::forget(Arc::clone(&shared));
    let main = Runner::new(&shared, 0);
    let members = program.groups.iter().enumerate();
    let members: Vec<(usize, Option<&'static Stmt>)> = members
        .flat_map(|(number, group)| {
            (0..group.threads).map(move |nth| (number, group.before.as_ref().filter(|_| nth > 0)))
        })
        .collect();
    if program.scoped {
        thread::scope(|scope| {
            for (number, before) in members {
                if let Some(before) = before {
                    main.step(before, None, &mut Vec::new());
                }
                let shared = &shared;
                let body = &program.groups[number].body;
                scope.spawn(move || Runner::new(shared, 1 + number).run(body));
            }
            main.run(&program.main);
        });
    } else {
        let mut handles = Vec::new();
        for (number, before) in members {
            if let Some(before) = before {
                main.step(before, None, &mut Vec::new());
            }
            let shared = Arc::clone(&shared);
            let body = &program.groups[number].body;
            if program.results {
                handles.push(Handle::Number(thread::spawn(move || {
                    let runner = Runner::new(&shared, 1 + number);
                    runner.run(body);
                    shared.atomics[0].load(Relaxed)
                })));
            } else {
                handles.push(Handle::Nothing(thread::spawn(move || {
                    Runner::new(&shared, 1 + number).run(body);
                })));
            }
        }
        main.run(&program.main);
        if program.reversed {
            handles.reverse();
        }
        for (handle, between) in handles.into_iter().zip(&program.joins) {
            handle.join(&main, between);
        }
    }
    for atomic in &shared.atomics {
        main.note(atomic.load(Relaxed));
    }
    main.note(-77);
}

enum Handle {
    Nothing(thread::JoinHandle<()>),
    Number(thread::JoinHandle<u32>),
}

impl Handle {
    fn join(self, main: &Runner<'_>, between: &'static Between) {
        match between {
            Between::Nothing => {}
            Between::Step(stmt) => drop(main.step(stmt, None, &mut Vec::new())),
            Between::Asks => main.note(match &self {
                Self::Nothing(handle) => handle.is_finished(),
                Self::Number(handle) => handle.is_finished(),
            }),
            Between::Unparks => match &self {
                Self::Nothing(handle) => handle.thread().unpark(),
                Self::Number(handle) => handle.thread().unpark(),
            },
        }
        match self {
            Self::Nothing(handle) => main.note(i64::from(handle.join().is_ok()) - 80),
            Self::Number(handle) => main.note(handle.join().map_or(-80, i64::from)),
        }
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Everything that the program can do: verdict and observations.
    pub outcomes: BTreeSet<String>,
    /// How many executions were run.
    pub executions: u64,
    /// How many of them repeated others.
    pub redundant: u64,
    /// The search came to its end.
    pub ended: bool,
}

fn config_of(program: &Program, symmetry: bool, fault: Option<Fault>, most: u64) -> Config {
    Config {
        symmetry,
        fault,
        spurious: program.spurious,
        eager_timeouts: program.eager,
        detached: !program.scoped && program.joins.len() % 2 == 1,
        max_executions: most,
        max_time: Duration::from_secs(600),
        random_executions: 0,
        minimise: false,
        watchdog: None,
        ..Config::default()
    }
}

/// The verdict of a search that ends with the first failure; and of a failure, whether the schedule shows it without symmetry.
pub fn verdict(program: &Program, symmetry: bool, most: u64) -> (Status, bool) {
    let program: &'static Program = Box::leak(Box::new(program.clone()));
    let scenario = move || run(program, &Observed::default());
    let config = config_of(program, symmetry, None, most);
    let outcome = Explorer::new(config).run("alike", scenario);
    let replayed = outcome.schedule.is_none_or(|schedule| {
        let plain = Explorer::new(config_of(program, false, None, most));
        plain.replay("alike", scenario, &schedule).is_ok_and(|again| again.is_failed())
    });
    (outcome.status, replayed)
}

/// Runs a search to its end, or up to `most` executions.
pub fn search(program: &Program, symmetry: bool, fault: Option<Fault>, most: u64) -> Found {
    let config = Config { keep_going: true, ..config_of(program, symmetry, fault, most) };
    let observed = Observed::default();
    let mine = Arc::clone(&observed);
    // Programs are small, and their threads borrow them for as long as they like.
    let program: &'static Program = Box::leak(Box::new(program.clone()));
    let mut found = Found::default();
    let outcome = Explorer::new(config).run_watched(
        "alike",
        move || run(program, &mine),
        &mut |seen: &Progress<'_>| {
            let mut observed = std::mem::take(&mut *unpoisoned(observed.lock()));
            if seen.executions == 1 {
                // It may have begun again.
                found = Found::default();
            }
            observed.sort();
            if !seen.redundant {
                // Whether the main thread ends before others, or before one of them panics, is told of any order of the two.
                let verdict = match seen.failure {
                    Some(failure) if failure.contains("deadlock") => "deadlock",
                    _ => "ends",
                };
                found.outcomes.insert(format!("{verdict} {observed:?}"));
            }
        },
    );
    found.executions = outcome.executions;
    found.redundant = outcome.redundant;
    found.ended = outcome.executions < most || outcome.is_proved();
    found
}
