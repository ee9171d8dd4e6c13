//! A failing run is told without what it does not need: old values, weak failures, wake-ups for no reason, early time-outs. What it does need stays, and it is replayed.

use std::time::Duration;

use explore_engine::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use explore_engine::sync::atomic::{AtomicBool, AtomicUsize};
use explore_engine::sync::{Condvar, Mutex, mpsc};
use explore_engine::{Config, Explorer, Outcome, thread};
use trace::Choice;

/// What happens for no reason in the run that is told of this failure. The run is replayed, and is the same.
fn odd(config: Config, scenario: fn()) -> (Vec<Choice>, Outcome) {
    let hour = Duration::from_secs(3600);
    let explorer = Explorer::new(Config { max_time: hour, random_time: hour, ..config });
    let outcome = explorer.run("scenario", scenario);
    assert!(outcome.is_failed(), "{outcome}");
    let again = explorer.replay("scenario", scenario, outcome.schedule.as_deref().unwrap());
    let again = again.unwrap();
    assert_eq!((again.status, &again.summary), (outcome.status, &outcome.summary));
    let steps = &outcome.trace.as_ref().unwrap().steps;
    assert_eq!(&again.trace.unwrap().steps, steps);
    // How a wait ends is decided with it, and told again where it ends.
    let told = steps.iter().filter(|step| !matches!(step.operation, trace::Operation::Wait { .. }));
    let odd = told.filter_map(|step| step.choice);
    (odd.filter(|choice| !matches!(choice, Choice::Waiter { .. })).collect(), outcome)
}

/// Check, then act: it fails with the newest values, and with old ones without a preemption.
fn one_token_for_two() {
    let tokens = AtomicUsize::new(1);
    let passed = AtomicUsize::new(0);
    let take = || {
        if tokens.load(Acquire) > 0 {
            tokens.fetch_sub(1, AcqRel);
            passed.fetch_add(1, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
    });
    assert_eq!(passed.load(SeqCst), 1);
}

#[test]
fn a_preemption_is_told_rather_than_an_old_value() {
    let (odd, outcome) = odd(Config::default(), one_token_for_two);
    assert_eq!(odd, []);
    assert_eq!(outcome.preemptions, Some(1));
    // With old values there is one without.
    assert!(!outcome.minimal);
}

/// A lock that spins, of a kind that many crates bring along.
struct SpinLock(AtomicBool);

impl SpinLock {
    fn with<R>(&self, f: impl FnOnce() -> R) -> R {
        while self.0.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            thread::yield_now();
        }
        let result = f();
        self.0.store(false, Release);
        result
    }
}

/// Two miss, and both load. The locks have no part in it.
fn loads_twice() {
    let lock = SpinLock(AtomicBool::new(false));
    let cache = AtomicUsize::new(0);
    let loads = AtomicUsize::new(0);
    let get = || {
        if lock.with(|| cache.load(Relaxed)) == 0 {
            loads.fetch_add(1, Relaxed);
            lock.with(|| cache.store(1, Relaxed));
        }
    };
    thread::scope(|scope| {
        scope.spawn(get);
        get();
    });
    assert_eq!(loads.load(SeqCst), 1);
}

#[test]
fn weak_failures_and_old_values_of_a_lock_are_left_out() {
    for weak_failures in [1, 3] {
        let config = Config { weak_failures, ..Config::default() };
        assert_eq!(odd(config, loads_twice).0, []);
    }
}

/// A data race by a flag that publishes nothing: the value that is read is old.
fn published_by_nothing() {
    let (data, ready) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            data.store(1, Relaxed);
            ready.store(true, Relaxed);
        });
        if ready.load(Relaxed) {
            assert_eq!(data.load(Relaxed), 1);
        }
    });
}

#[test]
fn an_old_value_that_is_the_bug_is_told() {
    assert_eq!(odd(Config::default(), published_by_nothing).0, [Choice::OlderStore]);
}

/// Tries only once, though it may fail.
fn tries_once() {
    let free = AtomicBool::new(true);
    assert!(free.compare_exchange_weak(true, false, Acquire, Relaxed).is_ok());
}

#[test]
fn a_weak_failure_that_is_the_bug_is_told() {
    assert_eq!(odd(Config::default(), tries_once).0, [Choice::WeakFailure]);
}

/// An `if` around a wait. Only a wake-up for no reason shows it.
fn if_around_wait() {
    let (full, changed) = (Mutex::new(false), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut full = full.lock().unwrap();
            *full = true;
            changed.notify_one();
        });
        let mut full = full.lock().unwrap();
        if !*full {
            full = changed.wait(full).unwrap();
        }
        assert!(*full);
    });
}

/// The same, in which a waiter is woken for what another has taken.
fn stolen() {
    let (items, changed) = (Mutex::new(0), Condvar::new());
    let take = || {
        let mut items = items.lock().unwrap();
        if *items == 0 {
            items = changed.wait(items).unwrap();
        }
        assert!(*items > 0, "somebody notified");
        *items -= 1;
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
        for _ in 0..2 {
            *items.lock().unwrap() += 1;
            changed.notify_one();
        }
    });
}

#[test]
fn wake_ups_for_no_reason_are_told_only_where_they_are_the_bug() {
    let spurious = Config { spurious: 1, ..Config::default() };
    assert_eq!(odd(spurious.clone(), if_around_wait).0, [Choice::Spurious]);
    assert_eq!(odd(spurious, stolen).0, []);
}

/// Adds up what it gets in time, and loses an update beside.
fn late_and_lost() {
    let number = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel::<()>();
    let add = || number.store(number.load(SeqCst) + 1, SeqCst);
    thread::scope(|scope| {
        scope.spawn(move || {
            add();
            drop(sender);
        });
        let _ = receiver.recv_timeout(Duration::from_secs(1));
        add();
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        let _ = changed.wait_timeout(lock.lock().unwrap(), Duration::from_secs(1));
    });
    assert_eq!(number.load(SeqCst), 2);
}

#[test]
fn of_early_time_outs_only_the_one_that_is_needed_is_told() {
    let early = Config { eager_timeouts: true, ..Config::default() };
    let (odd, outcome) = odd(early, late_and_lost);
    let receive = &outcome.trace.as_ref().unwrap().steps;
    let early = receive.iter().any(|step| {
        matches!(
            step.operation,
            trace::Operation::Receive { outcome: trace::ChannelOutcome::TimedOut, .. }
        )
    });
    assert!(early, "without it nobody adds at the same time");
    // The other wait comes after it has happened, and ends when nothing else can.
    assert!(odd.iter().all(|choice| *choice == Choice::Timeout) && odd.len() <= 1, "{odd:?}");
}
