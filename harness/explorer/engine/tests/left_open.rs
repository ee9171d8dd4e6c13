//! What std leaves open, or does otherwise than one thinks: each of these fails or hangs for real, now and then, or never.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};
use explore_engine::sync::{Condvar, Mutex, RwLock, mpsc};
use explore_engine::time::Instant;
use explore_engine::{Config, Explorer, Outcome, Status, panic, thread, thread_local};
use trace::Failure;

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

#[track_caller]
fn proved(scenario: impl Fn() + 'static) -> Outcome {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
    outcome
}

#[track_caller]
fn failure(scenario: impl Fn() + 'static) -> Failure {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    match outcome.trace.expect("a failure has a trace").verdict.outcome {
        trace::Outcome::Failed { failure } => failure,
        other => panic!("not a failure: {other:?}"),
    }
}

fn is_panic(failure: &Failure) -> bool {
    matches!(failure, Failure::Panic { .. })
}

// Weak compare-exchange.

#[test]
fn a_weak_compare_exchange_may_fail_once_a_thread() {
    let once = || AtomicU32::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok();
    assert!(is_panic(&failure(move || assert!(once()))));
    proved(move || assert!(once() || once()));
    let twice = Config { weak_failures: 2, ..Config::default() };
    assert!(Explorer::new(twice).run("scenario", move || assert!(once() || once())).is_failed());
    let never = Config { weak_failures: 0, ..Config::default() };
    let outcome = Explorer::new(never).run("scenario", move || assert!(once()));
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_failure_of_a_weak_compare_exchange_is_replayed() {
    let scenario =
        || assert!(AtomicU32::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok());
    let found = explore(scenario);
    let schedule = found.schedule.unwrap();
    assert!(Explorer::default().replay("scenario", scenario, &schedule).unwrap().is_failed());
}

/// A thread that has long been alone, as in a queue with one user, is looked at for states that come again. It tries once more after such a failure, in the
/// same state but for how many there are left.
#[test]
fn a_thread_alone_goes_on_after_a_failure_for_no_reason() {
    let outcome = explore(|| {
        let count = AtomicU32::new(0);
        for round in 0..64 {
            while count.compare_exchange_weak(round, round + 1, SeqCst, SeqCst).is_err() {}
        }
    });
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
    let twice = Config { weak_failures: 2, ..Config::default() };
    let outcome = Explorer::new(twice).run("scenario", || {
        let (count, other) = (AtomicU32::new(0), AtomicU32::new(0));
        for round in 0..24 {
            while count.load(SeqCst) == round {
                let _ = count.compare_exchange_weak(round, round + 1, SeqCst, SeqCst);
                other.load(SeqCst);
            }
        }
    });
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
}

#[test]
fn a_loop_of_weak_compare_exchanges_counts_right() {
    proved(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let add = |count: &AtomicUsize| {
            let mut seen = count.load(Relaxed);
            while let Err(other) = count.compare_exchange_weak(seen, seen + 1, AcqRel, Relaxed) {
                seen = other;
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| add(&count));
            add(&count);
        });
        assert_eq!(count.load(SeqCst), 2);
    });
}

// Readers and writers.

#[test]
fn who_reads_twice_may_wait_for_a_writer_that_waits_for_it() {
    let scenario = || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.write().unwrap() = 1);
        let first = lock.read().unwrap();
        let second = lock.read().unwrap();
        drop((first, second));
        other.join().unwrap();
    };
    let outcome = explore(scenario);
    assert!(outcome.summary.starts_with("deadlock: main waits"), "{outcome}");
    let again = Explorer::default().replay("scenario", scenario, &outcome.schedule.unwrap());
    assert!(again.unwrap().is_failed());
}

#[test]
fn who_waits_for_a_reader_while_it_reads_may_wait_for_ever() {
    let told = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let (reads, writes) = (Arc::clone(&lock), Arc::clone(&lock));
        let held = lock.read().unwrap();
        let reader = thread::spawn(move || *reads.read().unwrap());
        let writer = thread::spawn(move || *writes.write().unwrap() += 1);
        reader.join().unwrap();
        drop(held);
        writer.join().unwrap();
    });
    assert!(matches!(told, Failure::Deadlock { .. }), "{told:?}");
}

#[test]
fn readers_that_wait_for_nothing_cost_nothing() {
    let outcome = proved(|| {
        let lock = Arc::new(RwLock::new(0));
        let read = |lock: &Arc<RwLock<i32>>| {
            let lock = Arc::clone(lock);
            thread::spawn(move || *lock.read().unwrap())
        };
        let threads = [read(&lock), read(&lock)];
        *lock.write().unwrap() += 1;
        threads.into_iter().for_each(|thread| assert!(thread.join().unwrap() < 2));
    });
    assert_eq!(outcome.executions, 4);
}

#[test]
fn a_try_read_may_fail_because_a_writer_waits() {
    assert!(is_panic(&failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let held = lock.read().unwrap();
        let other = thread::spawn(move || *theirs.write().unwrap() += 1);
        assert!(lock.try_read().is_ok());
        drop(held);
        other.join().unwrap();
    })));
}

// Park tokens.

/// Main gives the lock back while others wait for it: a writer, a reader, or both. Then it looks.
fn left_while_others_wait(writers: usize, readers: usize, look: fn(&RwLock<()>) -> bool) {
    let lock = RwLock::new(());
    let come = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let guard = lock.write().unwrap();
        for _ in 0..writers {
            scope.spawn(|| {
                let _guard = lock.write().unwrap();
                come.store(true, SeqCst);
            });
        }
        for _ in 0..readers {
            scope.spawn(|| {
                let _guard = lock.read().unwrap();
                come.store(true, SeqCst);
            });
        }
        drop(guard);
        // Whoever has had the lock has come before it could be had again.
        look(&lock) || lock.try_write().is_err() || come.load(SeqCst)
    });
    assert!(seen, "nobody has come, nobody has it, and it could not be had");
}

/// On Linux, nearly each time.
#[test]
fn a_lock_that_is_given_back_is_kept_for_a_writer_if_a_reader_waits_too() {
    fn try_read(lock: &RwLock<()>) -> bool {
        lock.try_read().is_ok()
    }
    let told = failure(|| left_while_others_wait(1, 1, try_read));
    assert!(is_panic(&told), "{told:?}");
    // A look by `{:?}` tries to read as well.
    let told = failure(|| {
        left_while_others_wait(1, 1, |lock| !format!("{lock:?}").contains("<locked>"));
    });
    assert!(is_panic(&told), "{told:?}");
    // With only one kind it is free, and whoever wants to write may have it in any case.
    proved(|| left_while_others_wait(1, 0, try_read));
    proved(|| left_while_others_wait(0, 1, try_read));
    proved(|| left_while_others_wait(1, 1, |lock| lock.try_write().is_ok()));
}

/// Nobody waits any more who has had it.
#[test]
fn a_lock_that_all_have_had_is_kept_for_nobody() {
    proved(|| {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            let guard = lock.write().unwrap();
            scope.spawn(|| *lock.write().unwrap() += 1);
            scope.spawn(|| *lock.read().unwrap());
            drop(guard);
        });
        assert_eq!(*lock.try_read().unwrap(), 1);
    });
    // `downgrade` lets all readers in.
    proved(|| {
        let lock = RwLock::new(0);
        let guard = lock.write().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| *lock.read().unwrap());
            let guard = explore_engine::sync::RwLockWriteGuard::downgrade(guard);
            assert_eq!(*lock.try_read().unwrap(), 0);
            drop(guard);
        });
    });
}

#[test]
fn a_channel_eats_a_park_token() {
    let scenario = || {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            thread::park();
        });
        other.thread().unpark();
        sender.send(1).unwrap();
        other.join().unwrap();
    };
    let outcome = explore(scenario);
    assert!(outcome.summary.contains("thread 1 is parked"), "{outcome}");
    let again = Explorer::default().replay("scenario", scenario, &outcome.schedule.unwrap());
    assert!(again.unwrap().is_failed());
}

#[test]
fn a_channel_that_need_not_wait_eats_nothing() {
    proved(|| {
        let (sender, receiver) = mpsc::channel();
        sender.send(1).unwrap();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            thread::park();
        });
        other.thread().unpark();
        other.join().unwrap();
    });
    // Unparked after the message.
    proved(|| {
        let (sender, receiver) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            answer.send(()).unwrap();
            thread::park();
        });
        sender.send(1).unwrap();
        answered.recv().unwrap();
        other.thread().unpark();
        other.join().unwrap();
    });
}

#[test]
fn a_scope_eats_a_park_token() {
    let told = failure(|| {
        let main = thread::current();
        thread::scope(|scope| drop(scope.spawn(move || main.unpark())));
        thread::park();
    });
    assert!(matches!(told, Failure::Deadlock { .. }), "{told:?}");
}

// Thread-locals.

struct OnExit(Arc<AtomicBool>);

impl Drop for OnExit {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

thread_local! {
    static LAST: RefCell<Option<OnExit>> = const { RefCell::new(None) };
}

fn leaves(flag: &Arc<AtomicBool>) -> impl FnOnce() + Send + use<> {
    let flag = Arc::clone(flag);
    move || LAST.with(|last| *last.borrow_mut() = Some(OnExit(flag)))
}

#[test]
fn a_scope_does_not_wait_for_the_destructors_of_thread_locals() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
        assert!(gone.load(SeqCst));
    })));
    // It may be over all the same.
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
        assert!(!gone.load(SeqCst));
    })));
}

/// Whoever leaves a scope has waited for all that can be waited for.
#[test]
fn who_only_destroys_thread_locals_is_not_left_behind() {
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
    });
    // Nor if that waits for what never comes: the program has ended.
    let outcome = explore(|| {
        let lock = Arc::new(Mutex::new(()));
        let theirs = Arc::clone(&lock);
        std::mem::forget(lock.lock().unwrap());
        thread::scope(|scope| drop(scope.spawn(locks_at_its_end(theirs))));
    });
    assert!(outcome.is_proved(), "{outcome}");
    // A thread that nobody waits for is, whatever it has to destroy.
    let told = failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let (leave, flag) = (leaves(&gone), Arc::clone(&gone));
        thread::spawn(move || {
            leave();
            flag.store(false, SeqCst);
        });
    });
    assert!(matches!(told, Failure::Leak { .. }), "{told:?}");
    // And what is wrong in the destructor is found after the end of `main` as well.
    let told = failure(|| {
        let flag = Arc::new(AtomicBool::new(true));
        let theirs = Arc::clone(&flag);
        thread::scope(|scope| drop(scope.spawn(panics_at_its_end(theirs))));
        flag.store(false, SeqCst);
    });
    assert!(!matches!(told, Failure::Leak { .. }), "{told:?}");
}

struct LocksOnExit(Arc<Mutex<()>>);

impl Drop for LocksOnExit {
    fn drop(&mut self) {
        drop(self.0.lock());
    }
}

struct PanicsOnExit(Arc<AtomicBool>);

impl Drop for PanicsOnExit {
    fn drop(&mut self) {
        assert!(self.0.load(SeqCst), "too late");
    }
}

thread_local! {
    static LOCKS: RefCell<Option<LocksOnExit>> = const { RefCell::new(None) };
    static FAILS: RefCell<Option<PanicsOnExit>> = const { RefCell::new(None) };
}

fn locks_at_its_end(lock: Arc<Mutex<()>>) -> impl FnOnce() + Send {
    move || LOCKS.with(|last| *last.borrow_mut() = Some(LocksOnExit(lock)))
}

fn panics_at_its_end(flag: Arc<AtomicBool>) -> impl FnOnce() + Send {
    move || FAILS.with(|last| *last.borrow_mut() = Some(PanicsOnExit(flag)))
}

#[test]
fn a_join_waits_for_the_destructors_of_thread_locals() {
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::spawn(leaves(&gone)).join().unwrap();
        assert!(gone.load(SeqCst));
    });
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| scope.spawn(leaves(&gone)).join().unwrap());
        assert!(gone.load(SeqCst));
    });
}

#[test]
fn a_thread_has_finished_before_the_destructors_of_its_locals() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let other = thread::spawn(leaves(&gone));
        if other.is_finished() {
            assert!(gone.load(SeqCst));
        }
        other.join().unwrap();
    })));
}

#[test]
fn what_a_destructor_does_is_not_seen_by_who_only_knows_that_the_closure_returned() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let other = thread::spawn(leaves(&gone));
        while !other.is_finished() {
            thread::yield_now();
        }
        assert!(gone.load(Relaxed));
        other.join().unwrap();
    })));
}

struct Own;

impl Drop for Own {
    fn drop(&mut self) {
        assert!(OWN.try_with(|_| ()).is_err());
    }
}

thread_local! {
    static OWN: Own = const { Own };
    static PLAIN: u32 = const { 7 };
}

#[test]
fn a_destructor_cannot_have_its_own_key() {
    proved(|| thread::spawn(|| OWN.with(|_| ())).join().unwrap());
}

struct Step(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Step {
    fn drop(&mut self) {
        // A key without a destructor is there to the end.
        assert_eq!(PLAIN.with(|number| *number), 7);
        self.1.lock().unwrap().push(self.0);
    }
}

thread_local! {
    static FIRST: RefCell<Option<Step>> = const { RefCell::new(None) };
    static SECOND: RefCell<Option<Step>> = const { RefCell::new(None) };
}

#[test]
fn what_was_used_last_is_destroyed_first() {
    proved(|| {
        let order = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&order);
        let fill = move || {
            PLAIN.with(|_| ());
            FIRST.with(|one| *one.borrow_mut() = Some(Step("first", Arc::clone(&theirs))));
            SECOND.with(|one| *one.borrow_mut() = Some(Step("second", theirs)));
        };
        thread::spawn(fill).join().unwrap();
        assert_eq!(*order.lock().unwrap(), ["second", "first"]);
    });
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("in a destructor");
    }
}

thread_local! {
    static PANICS: Panics = const { Panics };
}

#[test]
fn a_destructor_of_a_thread_local_that_panics_ends_the_program() {
    let told = failure(|| thread::spawn(|| PANICS.with(|_| ())).join().unwrap());
    assert!(matches!(told, Failure::Exit { code: None, .. }), "{told:?}");
}

// Stacks.

#[test]
fn a_thread_has_the_stack_that_std_gives_it() {
    fn deep<const BYTES: usize>() -> usize {
        let bytes = [7_u8; BYTES];
        std::hint::black_box(&bytes).len()
    }
    proved(|| assert_eq!(thread::spawn(deep::<{ 1 << 20 }>).join().unwrap(), 1 << 20));
    proved(|| assert_eq!(deep::<{ 6 << 20 }>(), 6 << 20));
    proved(|| {
        let builder = thread::Builder::new().stack_size(16 << 20);
        builder.spawn(deep::<{ 12 << 20 }>).unwrap().join().unwrap();
    });
}

// Panics.

#[test]
fn a_scope_s_panic_can_be_caught() {
    proved(|| {
        let caught = panic::catch_unwind(|| {
            thread::scope(|scope| drop(scope.spawn(|| panic!("inner"))));
        });
        assert!(caught.is_err());
    });
    let told = failure(|| thread::scope(|scope| drop(scope.spawn(|| panic!("inner")))));
    assert!(matches!(told, Failure::Panic { ref message, .. } if message == "inner"), "{told:?}");
}

// Looking.

#[test]
fn showing_an_atomic_is_a_look() {
    for expected in ["0", "1"] {
        assert!(is_panic(&failure(move || {
            let number = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&number);
            let other = thread::spawn(move || theirs.store(1, SeqCst));
            assert_eq!(format!("{number:?}"), expected);
            other.join().unwrap();
        })));
    }
}

#[test]
fn showing_a_mutex_is_a_look() {
    for expected in ["<locked>", "data: 0", "data: 1"] {
        assert!(is_panic(&failure(move || {
            let lock = Arc::new(Mutex::new(0));
            let theirs = Arc::clone(&lock);
            let other = thread::spawn(move || *theirs.lock().unwrap() += 1);
            let shown = format!("{lock:?}");
            assert!(!shown.contains(expected), "{shown}");
            other.join().unwrap();
        })));
    }
}

// What cannot be noticed costs nothing.

#[test]
fn readers_that_try_do_not_notice_each_other() {
    for threads in 2..6 {
        let outcome = proved(move || {
            let lock = Arc::new(RwLock::new(0));
            let start = |_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || lock.try_read().is_ok())
            };
            let threads: Vec<_> = (0..threads).map(start).collect();
            assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        });
        assert_eq!(outcome.executions, 1);
    }
}

#[test]
fn who_is_parked_waits_for_one_unpark() {
    let outcome = proved(|| {
        let threads: Vec<_> = (0..8).map(|_| thread::spawn(thread::park)).collect();
        threads.iter().for_each(|thread| thread.thread().unpark());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(outcome.executions, 1);
}

#[test]
fn a_failure_that_many_runs_show_is_not_found_last() {
    // In the order of the exhaustive search the last thread goes last for very long.
    let outcome = explore(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(AtomicUsize::new(9));
        let add = |_| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                for _ in 0..3 {
                    count.fetch_add(1, SeqCst);
                }
            })
        };
        let theirs = (Arc::clone(&count), Arc::clone(&seen));
        let looks = thread::spawn(move || theirs.1.store(theirs.0.load(SeqCst), SeqCst));
        let threads: Vec<_> = (0..4).map(add).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        looks.join().unwrap();
        assert_ne!(seen.load(SeqCst), 6);
    });
    assert!(outcome.is_failed() && outcome.executions <= 800, "{outcome}");
}

/// Its own `Debug` adds one, as whoever shows it can.
struct Counts(Cell<u32>);

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        write!(f, "{}", self.0.get())
    }
}

/// What stands in a panic's message is put together while nobody can be given the turn. So nothing that threads share is looked at there, nor
/// changed by looking.
#[test]
fn the_message_of_a_panic_is_no_look() {
    proved(|| {
        let (number, flag) = (AtomicU32::new(1), AtomicBool::new(true));
        let (lock, shared) = (Mutex::new(Counts(Cell::new(0))), RwLock::new(2));
        let shows = || panic!("{number:?} {flag:?} {lock:?} {shared:?}");
        let message = panic::catch_unwind(AssertUnwindSafe(shows)).unwrap_err();
        let not = "<not looked at>";
        assert_eq!(
            *message.downcast::<String>().unwrap(),
            format!("{not} {not} Mutex {{ data: {not}, .. }} RwLock {{ data: {not}, .. }}")
        );
        // Elsewhere it is a look.
        assert_eq!(format!("{lock:?}"), "Mutex { data: 1, poisoned: false, .. }");
        assert_eq!(format!("{number:?} {flag:?}"), "1 true");
    });
}

/// A wait with a time-out in a file that is named as patient ends in time only when nothing else can happen, and does not count as one.
#[test]
fn time_outs_of_a_patient_file_do_not_fire_early() {
    let eager = Config { eager_timeouts: true, ..Config::default() };
    let scenario = || {
        let done = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&done);
        let other = thread::spawn(move || theirs.store(true, SeqCst));
        thread::park_timeout(Duration::from_nanos(1));
        assert!(done.load(SeqCst));
        other.join().unwrap();
    };
    let early = Explorer::new(eager.clone()).run("scenario", scenario);
    assert!(early.is_failed() && early.timed, "{early}");
    let patient = Config { patient: file!().to_owned(), ..eager };
    let late = Explorer::new(patient).run("scenario", scenario);
    assert!(late.is_proved() && !late.timed, "{late}");
}

/// Where only naps fire early, what a program is about does not, and it is told which of them it waits with.
#[test]
fn only_naps_fire_early_if_nothing_else_may() {
    let scenario = |time: Duration, parks: bool| {
        let config = Config { eager_timeouts: true, only_naps: true, ..Config::default() };
        Explorer::new(config).run("scenario", move || {
            let done = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&done);
            let other = thread::spawn(move || theirs.store(true, SeqCst));
            let start = Instant::now();
            match parks {
                true => thread::park_timeout(time),
                false => {
                    let (lock, changed) = (Mutex::new(()), Condvar::new());
                    drop(changed.wait_timeout(lock.lock().unwrap(), time).unwrap());
                }
            }
            assert!(start.elapsed() >= time);
            assert!(done.load(SeqCst), "the other was slower");
            other.join().unwrap();
        })
    };
    for parks in [true, false] {
        let nap = scenario(Duration::from_millis(899), parks);
        assert!(nap.is_failed() && nap.naps && nap.summary.contains("slower"), "{nap}");
        let wait = scenario(Config::NAP, parks);
        assert!(wait.is_proved() && wait.timed && !wait.naps, "{wait}");
    }
}

// The end of a scope waits for handles as well: std counts a thread as running until its result is gone, and the handle shares it.

#[test]
fn a_scope_whose_handle_is_forgotten_never_ends() {
    let forgets = || thread::scope(|s| std::mem::forget(s.spawn(|| ())));
    assert!(matches!(failure(forgets), Failure::Deadlock { .. }));
    let keeps = || {
        thread::scope(|s| {
            let kept = std::mem::ManuallyDrop::new(s.spawn(|| 1));
            assert!(!kept.is_finished() || kept.is_finished());
        });
    };
    assert!(matches!(failure(keeps), Failure::Deadlock { .. }));
    struct Circle<'s> {
        _handle: thread::ScopedJoinHandle<'s, ()>,
        own: RefCell<Option<std::rc::Rc<Circle<'s>>>>,
    }
    let in_a_circle = || {
        thread::scope(|s| {
            let circle = Circle { _handle: s.spawn(|| ()), own: RefCell::new(None) };
            let circle = std::rc::Rc::new(circle);
            *circle.own.borrow_mut() = Some(std::rc::Rc::clone(&circle));
        });
    };
    assert!(matches!(failure(in_a_circle), Failure::Deadlock { .. }));
}

#[test]
fn a_scope_ends_whoever_lets_go_of_the_handle() {
    proved(|| {
        thread::scope(|s| {
            let (sender, receiver) = mpsc::channel();
            sender.send(s.spawn(|| 1)).unwrap();
            s.spawn(move || drop(receiver));
        });
    });
    proved(|| {
        thread::scope(|s| {
            let inner = s.spawn(|| 1);
            s.spawn(move || inner);
        });
    });
    proved(|| {
        thread::scope(|s| {
            let inner = s.spawn(|| String::from("abc"));
            std::mem::forget(s.spawn(move || inner.join().unwrap().len()).join());
        });
    });
}

// Barriers that are used again, guards for reading that go from thread to thread, and sleeps that grow.

#[test]
fn who_passes_a_barrier_late_knows_nothing_of_the_next_time() {
    let run = |order: [char; 3]| {
        move || {
            let (barrier, x) = (&explore_engine::sync::Barrier::new(2), &AtomicU32::new(0));
            let (sender, receiver) = mpsc::channel::<()>();
            let (mut sender, mut receiver) = (Some(sender), Some(receiver));
            thread::scope(|scope| {
                for which in order {
                    let sender = if which == 'b' { sender.take() } else { None };
                    let receiver = if which == 'c' { receiver.take() } else { None };
                    scope.spawn(move || match which {
                        'a' => {
                            if !barrier.wait().is_leader() {
                                assert_eq!(x.load(SeqCst), 1);
                            }
                        }
                        'b' => {
                            barrier.wait();
                            sender.unwrap().send(()).unwrap();
                            barrier.wait();
                        }
                        _ => {
                            receiver.unwrap().recv().unwrap();
                            x.store(1, SeqCst);
                            barrier.wait();
                        }
                    });
                }
            });
        }
    };
    for order in [['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'a', 'c'], ['c', 'a', 'b']] {
        assert!(is_panic(&failure(run(order))), "{order:?}");
    }
}

#[test]
fn who_reads_again_may_have_lost_the_first_guard_to_another_thread() {
    let with = |read: fn(&RwLock<u32>) -> bool| {
        move || {
            let lock: &'static RwLock<u32> = Box::leak(Box::new(RwLock::new(0)));
            let guard = SentGuard(lock.read().unwrap());
            let other = thread::spawn(move || {
                let guard = guard;
                drop(guard.0);
            });
            let writer = thread::spawn(move || {
                if let Ok(mut guard) = lock.try_write() {
                    *guard = 1;
                }
            });
            let fine = read(lock);
            other.join().unwrap();
            writer.join().unwrap();
            assert!(fine);
        }
    };
    assert!(is_panic(&failure(with(|lock| *lock.read().unwrap() == 0))));
    assert!(is_panic(&failure(with(|lock| lock.try_read().is_ok()))));
}

struct SentGuard<'a>(explore_engine::sync::RwLockReadGuard<'a, u32>);
// SAFETY: std's guards are not to be sent; on Linux they do not mind, and that is what is explored.
unsafe impl Send for SentGuard<'_> {}

#[test]
fn a_sleep_that_grows_ends() {
    let grows = || {
        let done = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&done);
        let other = thread::spawn(move || {
            let mut time = Duration::from_secs(1 << 30);
            while !theirs.load(SeqCst) {
                thread::sleep(time);
                time = time.saturating_mul(2);
            }
        });
        done.store(true, SeqCst);
        other.join().unwrap();
    };
    let outcome = explore(grows);
    assert!(!outcome.is_failed(), "{outcome}");
    // One that is as long as that from the start is meant to be endless.
    let endless = || thread::sleep(Duration::from_secs(200 * 365 * 24 * 3600));
    assert!(matches!(failure(endless), Failure::Deadlock { .. }));
}

// Smaller ones.

#[test]
fn a_channel_has_room_for_all_it_may_hold() {
    assert!(is_panic(&failure(|| drop(mpsc::sync_channel::<u32>(usize::MAX)))));
    proved(|| drop(mpsc::sync_channel::<u32>(1 << 20)));
}

#[test]
fn an_initialiser_may_come_to_its_own_key() {
    #[expect(clippy::declare_interior_mutable_const, reason = "it is what a thread begins with")]
    const INIT: Cell<u32> = Cell::new(0);
    thread_local! {
        static DEPTH: Cell<u32> = const { INIT };
        static VALUE: Box<u32> = init();
    }
    fn init() -> Box<u32> {
        DEPTH.set(DEPTH.get() + 1);
        Box::new(if DEPTH.get() == 1 { VALUE.with(|inner| **inner + 10) } else { 1 })
    }
    proved(|| {
        let value = || VALUE.with(|value| **value);
        assert_eq!((value(), value()), (11, 11));
    });
}

// The end of a process.

#[test]
fn exit_destroys_the_thread_locals_of_who_calls_it() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    thread_local! {
        static PANICS: Panics = const { Panics };
    }
    let aborts = failure(|| {
        PANICS.with(|_| ());
        explore_engine::process::exit(0);
    });
    assert!(!is_panic(&aborts), "{aborts:?}");
    // Those of others are left as they are.
    proved(|| {
        let (sent, received) = mpsc::channel();
        thread::spawn(move || {
            PANICS.with(|_| ());
            sent.send(()).unwrap();
            thread::park();
        });
        received.recv().unwrap();
        explore_engine::process::exit(0);
    });
}

#[test]
fn exit_waits_where_a_destructor_waits() {
    struct Locks(Arc<Mutex<()>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }
    thread_local! {
        static LOCKS: RefCell<Option<Locks>> = const { RefCell::new(None) };
    }
    let hangs = failure(|| {
        let lock = Arc::new(Mutex::new(()));
        LOCKS.with(|locks| *locks.borrow_mut() = Some(Locks(Arc::clone(&lock))));
        let _guard = lock.lock().unwrap();
        explore_engine::process::exit(0);
    });
    assert!(matches!(hangs, Failure::Deadlock { .. }), "{hangs:?}");
}

// What is poisoned.

#[test]
fn a_lock_is_poisoned_before_it_is_given_back() {
    fn panics_with(lock: &Mutex<u32>) {
        let _guard = lock.lock().unwrap();
        panic!("poisons");
    }
    let held = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || panics_with(&other));
        let held = lock.is_poisoned()
            && matches!(lock.try_lock(), Err(explore_engine::sync::TryLockError::WouldBlock));
        let _ = poisons.join();
        assert!(!held, "poisoned and held");
    });
    assert!(is_panic(&held));
    // Who gets it finds it poisoned, and who finds it poisoned may still find it held, but not for ever.
    proved(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || panics_with(&other));
        if lock.is_poisoned() {
            assert!(lock.lock().is_err());
        }
        let _ = poisons.join();
        assert!(lock.is_poisoned());
    });
    let written = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let other = Arc::clone(&lock);
        let poisons = thread::spawn(move || {
            let _guard = other.write().unwrap();
            panic!("poisons");
        });
        let held = lock.is_poisoned()
            && matches!(lock.try_read(), Err(explore_engine::sync::TryLockError::WouldBlock));
        let _ = poisons.join();
        assert!(!held, "poisoned and held");
    });
    assert!(is_panic(&written));
}

// What comes before what.

#[test]
fn who_finds_something_broken_knows_what_its_breaker_did() {
    // Without a lock: the orderings of these are all that there is.
    proved(|| {
        let (once, number) =
            (Arc::new(explore_engine::sync::Once::new()), Arc::new(AtomicU32::new(0)));
        let attempt = {
            let (once, number) = (Arc::clone(&once), Arc::clone(&number));
            move || {
                let _ = panic::catch_unwind(AssertUnwindSafe(|| {
                    once.call_once_force(|state| {
                        number.store(number.load(Relaxed) + 1, Relaxed);
                        assert!(state.is_poisoned(), "the first attempt");
                    });
                }));
            }
        };
        let other = thread::spawn(attempt.clone());
        attempt();
        other.join().unwrap();
        assert_eq!(number.load(Relaxed), 2);
    });
    proved(|| {
        let number = Arc::new(AtomicU32::new(0));
        let (sender, receiver) = mpsc::channel();
        let written = Arc::clone(&number);
        let other = thread::spawn(move || {
            written.store(1, Relaxed);
            drop(receiver);
        });
        if sender.send(()).is_err() {
            assert_eq!(number.load(Relaxed), 1);
        }
        other.join().unwrap();
    });
    // A message that a rendezvous takes on trial is taken by a receiver who has come.
    proved(|| {
        let number = Arc::new(AtomicU32::new(0));
        let (sender, receiver) = mpsc::sync_channel(0);
        let written = Arc::clone(&number);
        let other = thread::spawn(move || {
            written.store(1, Relaxed);
            receiver.recv().unwrap();
        });
        while sender.try_send(()).is_err() {
            thread::yield_now();
        }
        assert_eq!(number.load(Relaxed), 1);
        other.join().unwrap();
    });
}

#[test]
fn a_thread_whose_stack_cannot_be_had_is_none() {
    const MUCH: [usize; 4] = [usize::MAX, usize::MAX / 2 + 1, 1 << 50, 1 << 46];
    proved(|| {
        for size in MUCH {
            let (sender, receiver) = mpsc::channel::<()>();
            let spawned = thread::Builder::new().stack_size(size).spawn(move || drop(sender));
            assert!(spawned.is_err());
            // The closure is gone.
            assert!(receiver.recv().is_err());
        }
        let mut size = 1_usize << 50;
        let five = loop {
            match thread::Builder::new().stack_size(size).spawn(|| 5) {
                Ok(handle) => break handle.join().unwrap(),
                Err(_) => size >>= 10,
            }
        };
        assert_eq!(five, 5);
    });
    proved(|| {
        let too_large = || thread::Builder::new().stack_size(1 << 46);
        let spawned = thread::scope(|scope| too_large().spawn_scoped(scope, || 1).is_ok());
        assert!(!spawned);
    });
}

#[test]
fn who_joins_itself_panics() {
    proved(|| {
        let (sends_handle, receives_handle) = mpsc::channel::<thread::JoinHandle<()>>();
        let (sends_answer, receives_answer) = mpsc::channel();
        let joins = thread::spawn(move || {
            let own = receives_handle.recv().unwrap();
            let joined = panic::catch_unwind(AssertUnwindSafe(move || own.join()));
            sends_answer.send(joined.is_err()).unwrap();
        });
        sends_handle.send(joins).unwrap();
        assert!(receives_answer.recv().unwrap());
    });
}
