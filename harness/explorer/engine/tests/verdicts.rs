//! Each way in which a program can go wrong, told as it is.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*, fence};
use explore_engine::sync::{Condvar, Mutex, RwLock, mpsc};
use explore_engine::{Config, Explorer, Outcome, Status, panic, process, thread};
use trace::{Failure, Operation, ThreadId, WaitsFor};

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

/// Explores a scenario that must fail; its trace must be consistent.
#[track_caller]
fn failure(scenario: impl Fn() + 'static) -> (Failure, Outcome) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    let trace = outcome.trace.clone().expect("a failure has a trace");
    trace.check().expect("everything that the trace names exists");
    match trace.verdict.outcome {
        trace::Outcome::Failed { failure } => (failure, outcome),
        other => panic!("not a failure: {other:?}"),
    }
}

#[test]
fn a_deadlock_says_who_waits_for_what_and_who_holds_it() {
    let (failure, outcome) = failure(|| {
        let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
        let (a2, b2) = (Arc::clone(&a), Arc::clone(&b));
        let other = thread::Builder::new().name("other".to_owned()).spawn(move || {
            let _b = b2.lock().unwrap();
            let _a = a2.lock().unwrap();
        });
        {
            let _a = a.lock().unwrap();
            let _b = b.lock().unwrap();
        }
        other.unwrap().join().unwrap();
    });
    let Failure::Deadlock { waits } = failure else { panic!("{failure:?}") };
    assert_eq!(waits.len(), 2);
    let held_by = |wait: &trace::Wait| match &wait.waits_for {
        Some(WaitsFor::Lock { held_by, .. }) => held_by[0].0,
        other => panic!("{other:?}"),
    };
    assert_eq!((held_by(&waits[0]), held_by(&waits[1])), (1, 0));
    assert_eq!(outcome.preemptions, Some(1));
    assert!(outcome.minimal);
    assert!(outcome.summary.contains("held by other"), "{outcome}");
    let blocked = outcome.trace.unwrap().steps.iter().filter(|step| step.blocked.is_some()).count();
    assert_eq!(blocked, 2, "the trace shows both threads asking");
}

#[test]
fn a_thread_that_waits_for_itself_is_a_deadlock() {
    let (failure, _) = failure(|| {
        let lock = Mutex::new(());
        let _once = lock.lock();
        let _twice = lock.lock();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }), "{failure:?}");
}

#[test]
fn a_lost_notification_wakes_nobody_in_the_trace() {
    let (failure, outcome) = failure(|| {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let setter = thread::spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        let ready = *pair.0.lock().unwrap();
        if !ready {
            let guard = pair.0.lock().unwrap();
            drop(pair.1.wait(guard));
        }
        setter.join().unwrap();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
    let steps = outcome.trace.unwrap().steps;
    let notify =
        steps.iter().find(|step| matches!(step.operation, Operation::Notify { .. })).unwrap();
    assert!(notify.wakes.is_empty());
}

#[test]
fn a_panic_of_a_thread_is_shown_and_not_the_unwrap_of_its_join() {
    let (failure, _) = failure(|| thread::spawn(|| panic!("the cause")).join().unwrap());
    let Failure::Panic { thread, message, at } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (1, "the cause"));
    assert!(at.unwrap().file.ends_with("verdicts.rs"));
}

#[test]
fn a_panic_in_a_scope_is_shown_and_not_that_of_the_scope() {
    let (failure, _) = failure(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("inside"));
        });
    });
    assert!(matches!(failure, Failure::Panic { message, .. } if message == "inside"));
}

#[test]
fn a_panic_that_is_caught_or_joined_is_no_failure() {
    let outcome = explore(|| {
        assert!(thread::spawn(|| panic!("expected")).join().is_err());
        assert!(panic::catch_unwind(|| panic!("expected as well")).is_err());
        assert!(!thread::panicking());
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_panic_that_nobody_receives_is_a_failure() {
    let (failure, _) = failure(|| {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || {
            let _sender = sender;
            panic!("unseen");
        });
        assert!(receiver.recv().is_err());
    });
    assert!(matches!(failure, Failure::Panic { message, .. } if message == "unseen"));
}

#[test]
fn a_poisoned_lock_that_somebody_gives_up_on_is_the_failure_of_who_poisoned_it() {
    let (failure, outcome) = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let result = thread::spawn(move || {
            let _guard = theirs.write().unwrap();
            panic!("while it holds the lock");
        });
        assert!(result.join().is_err());
        let _guard = lock.read().unwrap();
    });
    let Failure::Panic { thread, message, .. } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (1, "while it holds the lock"), "{outcome}");
}

#[test]
fn the_panic_that_poisoned_a_lock_is_shown_and_not_what_followed() {
    // The second thread panics because the first did, and has the lower number in some order of starting.
    let (failure, outcome) = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let follows = thread::spawn(move || {
            while !theirs.is_poisoned() {
                thread::yield_now();
            }
            *theirs.lock().unwrap() += 1;
        });
        let leads = thread::spawn(move || {
            let _guard = lock.lock().unwrap();
            panic!("the cause");
        });
        follows.join().unwrap();
        leads.join().unwrap();
    });
    let Failure::Panic { thread, message, .. } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (2, "the cause"), "{outcome}");
}

#[test]
fn a_thread_left_waiting_at_the_end_is_a_leak() {
    let (failure, _) = failure(|| {
        let (sender, receiver) = mpsc::channel::<()>();
        let (here, is_here) = mpsc::channel::<()>();
        thread::spawn(move || {
            here.send(()).unwrap();
            receiver.recv()
        });
        is_here.recv().unwrap();
        std::mem::forget(sender);
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert!(matches!(threads[0].waits_for, Some(WaitsFor::Message { .. })));
}

#[test]
fn a_thread_that_could_still_run_at_the_end_is_a_leak() {
    let (failure, outcome) = failure(|| {
        thread::spawn(|| ());
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert_eq!((threads.len(), threads[0].thread.0, &threads[0].waits_for), (1, 1, &None));
    assert_eq!((outcome.preemptions, outcome.minimal), (Some(0), true));
    assert!(outcome.summary.starts_with("leak: the program has ended; thread 1 runs"), "{outcome}");
}

#[test]
fn a_leak_is_found_where_only_the_end_of_main_comes_late() {
    // Every step of main that the other thread depends on comes after its last one, but for the end of main itself.
    let (failure, outcome) = failure(|| {
        let (value, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(0)));
        let (mine, theirs) = (Arc::clone(&value), Arc::clone(&count));
        thread::spawn(move || {
            mine.store(1, Release);
            *theirs.lock().unwrap() += 1;
        });
        while value.load(Acquire) == 0 {
            thread::yield_now();
        }
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert!(threads[0].at.as_ref().unwrap().file.ends_with("verdicts.rs"), "{outcome}");
    let schedule = outcome.schedule.unwrap();
    assert!(schedule.len() < 200);
}

#[test]
fn a_detached_thread_with_nothing_left_to_do_is_no_leak() {
    // Main waits for the last thing that the thread does. That it still has to give back a sender and to end, nobody notices.
    let outcome = explore(|| {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(1).unwrap());
        assert_eq!(receiver.recv(), Ok(1));
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn threads_may_be_left_running_if_that_is_said() {
    let config = Config { detached: true, ..Config::default() };
    let outcome = Explorer::new(config).run("daemons", || {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || receiver.recv());
        thread::spawn(|| ());
        std::mem::forget(sender);
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert!(outcome.bounds.iter().any(|bound| bound.contains("left running")), "{outcome:?}");
}

/// A heartbeat, or a worker that looks for work: the program's end is its end.
#[test]
fn a_thread_that_may_be_left_running_may_spin() {
    let scenario = || {
        let stop = Arc::new(AtomicBool::new(false));
        thread::spawn(move || {
            while !stop.load(Relaxed) {
                thread::yield_now();
            }
        });
    };
    let outcome =
        Explorer::new(Config { detached: true, ..Config::default() }).run("spins", scenario);
    assert!(outcome.is_proved(), "{outcome}");
    assert!(explore(scenario).is_failed());
}

#[test]
fn a_loop_with_a_fence_in_it_spins_as_well() {
    let outcome = explore(|| {
        let set = Arc::new(AtomicBool::new(false));
        let other = thread::spawn({
            let set = Arc::clone(&set);
            move || set.store(true, Release)
        });
        while !set.load(Acquire) {
            fence(SeqCst);
            thread::yield_now();
        }
        other.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_loop_that_spins_for_ever_is_a_livelock_and_says_where() {
    let (failure, outcome) = failure(|| {
        let flag = AtomicBool::new(false);
        while !flag.load(Acquire) {
            thread::yield_now();
        }
    });
    let Failure::Livelock { spins, .. } = failure else { panic!("{failure:?}") };
    assert!(matches!(spins[0].waits_for, Some(WaitsFor::Change { .. })));
    assert!(spins[0].at.as_ref().unwrap().file.ends_with("verdicts.rs"));
    assert!(outcome.trace.unwrap().steps.len() < 30, "the rounds in vain are not all told");
}

#[test]
fn a_loop_without_a_yield_is_a_livelock_too() {
    let (failure, _) = failure(|| {
        let flag = AtomicBool::new(false);
        while !flag.load(Acquire) {}
    });
    assert!(matches!(failure, Failure::Livelock { .. }));
}

#[test]
fn a_run_that_never_ends_is_stopped_and_is_no_failure() {
    let config = Config { max_steps: 500, ..Config::default() };
    let for_ever = || {
        let count = AtomicUsize::new(0);
        loop {
            count.fetch_add(1, Relaxed);
        }
    };
    let outcome = Explorer::new(config.clone()).run("scenario", for_ever);
    assert_eq!((outcome.status, outcome.failures), (Status::NotProved, 0), "{outcome}");
    assert!(outcome.summary.contains("no end within 500 steps: main runs at"), "{outcome}");
    assert!(outcome.too_long > 0, "{outcome:?}");
    // What was stopped is shown, and can be looked at again.
    let trace = outcome.trace.unwrap();
    assert!(matches!(trace.verdict.outcome, trace::Outcome::NotProved { .. }));
    assert!(trace.steps.len() >= 500, "{}", trace.steps.len());
    let schedule = outcome.schedule.unwrap();
    let again = Explorer::new(config).replay("scenario", for_ever, &schedule).unwrap();
    assert_eq!((again.status, again.too_long), (Status::NotProved, 1), "{again}");
}

/// "Proved" says what it does not speak about. A failure is one, whatever else there is.
#[test]
fn what_is_not_checked_is_told_of_a_proof_and_not_of_a_failure() {
    let proved = explore(|| ());
    for part in ["plain memory", "Arc", "statics", "other languages"] {
        let told = proved.not_checked.iter().filter(|line| line.contains(part)).count();
        assert_eq!(told, 1, "{part}: {:?}", proved.not_checked);
    }
    let (_, failed) = failure(|| panic!("as it must"));
    assert!(failed.not_checked.is_empty());
    assert!(failed.trace.unwrap().verdict.search.unwrap().not_checked.is_empty());
}

#[test]
fn what_could_have_happened_once_more_for_no_reason_is_not_checked() {
    let told = |config: Config, scenario: fn()| -> Vec<String> {
        let proved = Explorer::new(config).run("scenario", scenario);
        assert_eq!(proved.status, Status::Proved, "{proved}");
        let is_of_these = |line: &&String| line.contains("spurious") || line.contains("no reason");
        proved.not_checked.iter().filter(is_of_these).cloned().collect()
    };
    // A wake-up for no reason would break it.
    let waits_once = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let other = Arc::clone(&shared);
        let one = thread::spawn(move || {
            *other.0.lock().unwrap() = 1;
            other.1.notify_one();
        });
        let mut number = shared.0.lock().unwrap();
        if *number == 0 {
            number = shared.1.wait(number).unwrap();
        }
        assert_eq!(*number, 1);
        drop(number);
        one.join().unwrap();
    };
    let spurious = ["spurious wake-ups (--spurious 1 tries one a thread)"];
    assert_eq!(told(Config::default(), waits_once), spurious);
    let parks = || {
        thread::current().unpark();
        thread::park();
    };
    assert_eq!(told(Config::default(), parks), spurious);
    assert_eq!(told(Config { spurious: 1, ..Config::default() }, parks), [""; 0]);
    // A second failure would break it.
    let tries_twice = || {
        let number = AtomicUsize::new(0);
        if number.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            assert!(number.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok());
        }
    };
    let weak = ["more weak compare-exchanges a thread that fail for no reason than 1"];
    assert_eq!(told(Config::default(), tries_twice), weak);
    let tries_once = || {
        _ = AtomicUsize::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    };
    assert_eq!(told(Config::default(), tries_once), [""; 0]);
    assert_eq!(told(Config::default(), || drop(Mutex::new(1).lock().unwrap())), [""; 0]);
}

/// One thread that takes a lock so many times.
fn takes_a_lock(times: u32) -> impl Fn() + 'static {
    move || {
        let number = Mutex::new(0);
        for _ in 0..times {
            *number.lock().unwrap() += 1;
        }
    }
}

#[test]
fn a_long_run_is_proved_if_it_may_be_so_long_and_otherwise_nothing_is_said() {
    // Two steps a round.
    let outcome = Explorer::default().run("long", takes_a_lock(10_001));
    assert_eq!(outcome.status, Status::NotProved, "{outcome}");
    assert!(outcome.bounds.contains(&"at most 20000 steps an execution".to_owned()));
    let config = Config { max_steps: 30_000, ..Config::default() };
    let outcome = Explorer::new(config).run("long", takes_a_lock(10_001));
    assert!(outcome.is_proved(), "{outcome}");
}

/// As many steps as it may have are not too many.
#[test]
fn a_run_that_ends_with_its_last_step_has_ended() {
    let steps = |most| Config { max_steps: most, ..Config::default() };
    let verdicts: Vec<Status> = (10..=40)
        .map(|most| Explorer::new(steps(most)).run("exact", takes_a_lock(10)).status)
        .collect();
    let proved = verdicts.iter().position(|&status| status == Status::Proved).unwrap();
    assert!(verdicts[..proved].iter().all(|&status| status == Status::NotProved));
    assert!(verdicts[proved..].iter().all(|&status| status == Status::Proved));
    // One lock and one unlock a round, and main's beginning and end.
    assert_eq!(10 + proved, 2 * 10 + 2);
}

#[test]
fn the_bound_that_is_told_is_the_one_that_holds() {
    let config = Config { max_steps: u32::MAX, ..Config::default() };
    let outcome = Explorer::new(config).run("longer", takes_a_lock(15_001));
    assert_eq!(outcome.status, Status::NotProved, "{outcome}");
    assert!(outcome.summary.contains("no end within 30000 steps"), "{outcome}");
    assert!(outcome.bounds.contains(&"at most 30000 steps an execution".to_owned()));
}

/// Somebody waits in a spin loop for somebody who only takes long: that is no livelock either.
#[test]
fn who_spins_while_another_takes_long_is_no_livelock() {
    let config = Config { max_steps: 1_000, ..Config::default() };
    let outcome = Explorer::new(config).run("waited for", || {
        let (done, number) = (AtomicBool::new(false), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..600 {
                    *number.lock().unwrap() += 1;
                }
                done.store(true, Release);
            });
            while !done.load(Acquire) {
                thread::yield_now();
            }
        });
    });
    assert_eq!(outcome.status, Status::NotProved, "{outcome}");
    assert!(outcome.summary.contains("no end within 1000 steps"), "{outcome}");
}

/// What can be found is found, however long other runs are.
#[test]
fn a_failure_beside_a_run_without_an_end_is_found() {
    let config = Config { max_steps: 500, ..Config::default() };
    let outcome = Explorer::new(config).run("beside", || {
        let (stop, number) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let stops = Arc::clone(&stop);
        let other = thread::spawn(move || stops.store(true, SeqCst));
        // Whether it ends depends on the other thread, and it changes something each time.
        while !stop.load(SeqCst) {
            number.fetch_add(1, SeqCst);
        }
        other.join().unwrap();
        assert_eq!(number.load(SeqCst), 0, "it was not stopped at once");
    });
    assert!(outcome.is_failed(), "{outcome}");
    assert!(outcome.summary.contains("it was not stopped at once"), "{outcome}");
}

#[test]
fn exit_with_a_code_is_a_failure_and_without_one_is_not() {
    let (failure, _) = failure(|| process::exit(3));
    assert!(matches!(failure, Failure::Exit { code: Some(3), .. }));
    let outcome = explore(|| {
        // The exit comes before, between, or after the other thread's steps; none is a failure.
        let value = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || value.fetch_add(1, Relaxed));
        process::exit(0);
    });
    assert!(outcome.is_proved(), "{outcome}");
    let (failure, _) = self::failure(|| process::abort());
    assert!(matches!(failure, Failure::Exit { code: None, .. }));
}

#[test]
fn a_stack_overflow_is_a_failure() {
    fn deep(n: u64) -> u64 {
        let frame = std::hint::black_box([n; 32]);
        if n == 0 { 0 } else { deep(n - 1) + frame[7] }
    }
    let outcome = explore(|| {
        thread::spawn(|| deep(1 << 40)).join().unwrap();
    });
    let told = "the stack of thread 1 overflows after ";
    assert!(outcome.summary.starts_with(told), "{}", outcome.summary);
    let trace = outcome.trace.expect("a failure has a trace");
    let last = trace.steps.last().expect("it has steps");
    let overflows = matches!(&last.operation, Operation::Panic { message } if message == "its stack overflowed");
    assert!(overflows && last.thread == ThreadId(1), "the story ends with it: {last:?}");
}

#[test]
fn a_destructor_may_lock_while_an_execution_is_unwound() {
    struct Locks(Arc<Mutex<u32>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        }
    }
    let (failure, _) = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let _locks = Locks(Arc::clone(&lock));
        let never = Mutex::new(());
        let _once = never.lock();
        let _twice = never.lock();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
}

#[test]
fn a_destructor_that_would_panic_does_not_end_the_process() {
    /// Waits for its thread, as a thread pool does, and takes the lock that this one has.
    struct Pool(Arc<(Mutex<bool>, Condvar)>, Option<thread::JoinHandle<()>>);
    impl Drop for Pool {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() = true;
            self.0.1.notify_all();
            self.1.take().unwrap().join().unwrap();
        }
    }
    let (failure, _) = failure(|| {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            let ended = theirs.0.lock().unwrap();
            drop(theirs.1.wait_while(ended, |ended| !*ended).unwrap());
        });
        let _pool = Pool(shared, Some(worker));
        thread::park();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }), "{failure:?}");
}

#[test]
fn a_scope_is_unwound_before_what_its_threads_borrow() {
    let (failure, _) = failure(|| {
        let lock = Mutex::new(String::from("borrowed"));
        let pair = Condvar::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                let text = lock.lock().unwrap();
                let text = pair.wait(text).unwrap();
                assert_eq!(*text, "borrowed");
            });
        });
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
}

#[test]
fn programs_that_are_not_deterministic_are_refused() {
    use std::sync::atomic::AtomicUsize as Real;
    static CALLS: Real = Real::new(0);
    let outcome = explore(|| {
        let value = Arc::new(AtomicUsize::new(0));
        // A counter that the explorer does not know of.
        if CALLS.fetch_add(1, Relaxed).is_multiple_of(2) {
            value.load(SeqCst);
        }
        let theirs = Arc::clone(&value);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        value.store(2, SeqCst);
        other.join().unwrap();
    });
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains("not deterministic"), "{outcome}");
}

#[test]
fn objects_that_the_scenario_did_not_make_are_refused() {
    let shared = Arc::new(Mutex::new(0));
    let outcome = explore(move || {
        let theirs = Arc::clone(&shared);
        thread::spawn(move || *theirs.lock().unwrap() += 1);
        *shared.lock().unwrap() += 1;
    });
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains("lives on from one execution to the next"), "{outcome}");
}

#[test]
fn time_outs_fire_when_nothing_else_can_happen() {
    let outcome = explore(|| {
        let pair = (Mutex::new(false), Condvar::new());
        let start = explore_engine::time::Instant::now();
        let guard = pair.0.lock().unwrap();
        let (_guard, result) = pair.1.wait_timeout(guard, Duration::from_secs(3600)).unwrap();
        assert!(result.timed_out());
        assert!(start.elapsed() >= Duration::from_secs(3600), "virtual time has passed");
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// `process::exit` before a thread has begun, and after it has done its work.
#[test]
fn a_program_that_ends_itself_beside_a_thread_is_explored_in_every_order() {
    let (told, _) = failure(|| {
        let saved = Arc::new(Mutex::new(false));
        let saver = Arc::clone(&saved);
        thread::spawn(move || *saver.lock().unwrap() = true);
        if *saved.lock().unwrap() {
            process::exit(7);
        }
        process::exit(0)
    });
    assert_eq!(told, Failure::Exit { thread: ThreadId(0), code: Some(7) });

    let (told, _) = failure(|| {
        let (first, second) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (first2, second2) = (Arc::clone(&first), Arc::clone(&second));
        thread::spawn(move || {
            thread::spawn(move || second2.store(true, SeqCst));
            first2.store(true, SeqCst);
        });
        if second.load(SeqCst) && !first.load(SeqCst) {
            process::abort();
        }
        process::exit(0)
    });
    assert_eq!(told, Failure::Exit { thread: ThreadId(0), code: None });

    let (told, _) = failure(|| {
        let seen = Arc::new(AtomicBool::new(false));
        let seer = Arc::clone(&seen);
        let _other = thread::spawn(move || seer.store(true, SeqCst));
        assert!(!seen.load(SeqCst), "begun and done");
        process::exit(0)
    });
    assert!(
        matches!(told, Failure::Panic { ref message, .. } if message == "begun and done"),
        "{told:?}"
    );

    let proved = explore(|| {
        let saved = Arc::new(AtomicBool::new(false));
        let saver = Arc::clone(&saved);
        thread::spawn(move || saver.store(true, SeqCst));
        process::exit(0)
    });
    // Before the thread begins, before its store, before its end, and after it.
    assert_eq!((proved.status, proved.executions), (Status::Proved, 4), "{proved}");
}

/// Each of these leaves a thread that has not begun; what it would have run on must not be lost, or there is soon no memory for another.
#[test]
fn a_program_that_ends_itself_before_its_threads_begin_costs_no_memory() {
    let config = Config { max_executions: 70_000, keep_going: true, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || {
        for _ in 0..5 {
            thread::spawn(|| ());
        }
        process::exit(0)
    });
    assert_ne!(outcome.status, Status::Refused, "{outcome}");
}
