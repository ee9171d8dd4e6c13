//! A weak compare-exchange may fail for no reason, once a thread.

use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use explore_engine::{Config, Explorer, Status, thread};

use crate::{explore, failure, is_panic, proved};

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
