//! The barrier: nobody goes on before all have come, and a broken one tells everybody.

use ch06_condition::{Barrier, BarrierError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// Three meet: each sees what the others wrote before, and each gets a number of its own.
fn three_meet() {
    let barrier = Barrier::new(3);
    let written = <[AtomicUsize; 3]>::default();
    let meet = |me: usize| {
        written[me].store(1, Relaxed);
        let index = barrier.wait().unwrap();
        assert_eq!(written.each_ref().map(|flag| flag.load(Relaxed)), [1, 1, 1]);
        index
    };
    let mut indices = thread::scope(|scope| {
        let first = scope.spawn(|| meet(0));
        let second = scope.spawn(|| meet(1));
        [meet(2), first.join().unwrap(), second.join().unwrap()]
    });
    indices.sort();
    assert_eq!(indices, [0, 1, 2]);
}

/// Two meet twice: nobody passes the second round while the other is still in the first.
fn two_rounds() {
    let barrier = Barrier::new(2);
    let passed = AtomicUsize::new(0);
    let meet_twice = || {
        barrier.wait().unwrap();
        passed.fetch_add(1, Relaxed);
        barrier.wait().unwrap();
        assert_eq!(passed.load(Relaxed), 2);
    };
    thread::scope(|scope| {
        scope.spawn(meet_twice);
        meet_twice();
    });
    assert_eq!(barrier.waiting(), 0);
}

/// The action runs once a round, before anybody goes on.
fn the_action_comes_first() {
    let acted = Arc::new(AtomicUsize::new(0));
    let barrier = Barrier::new(2).with_action({
        let acted = Arc::clone(&acted);
        move || {
            acted.fetch_add(1, Relaxed);
        }
    });
    let meet = || {
        barrier.wait().unwrap();
        assert_eq!(acted.load(Relaxed), 1);
    };
    thread::scope(|scope| {
        scope.spawn(meet);
        meet();
    });
}

/// An action that panics breaks the barrier for the others, and the panic stays with its thread.
fn a_panic_in_the_action() {
    let barrier = Barrier::new(2).with_action(|| panic!("on purpose"));
    let meet = || catch_unwind(AssertUnwindSafe(|| barrier.wait()));
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(meet);
        (meet(), other.join().unwrap())
    });
    assert!(one.is_err() ^ other.is_err(), "one of them ran the action");
    assert_eq!(one.or(other).expect("the other returns"), Err(BarrierError::Broken));
    assert!(barrier.is_broken());
}

/// If one of two does not come in time, it hears so, and the one who comes late hears that all is off.
///
/// Time-outs fire at any moment.
fn a_time_out_breaks_it_for_all() {
    let barrier = Barrier::new(2);
    let (untimed, timed) = thread::scope(|scope| {
        let timed = scope.spawn(|| barrier.wait_timeout(LONG));
        (barrier.wait(), timed.join().unwrap())
    });
    match timed {
        Ok(index) => assert_eq!(untimed, Ok(1 - index)),
        Err(_) => {
            assert_eq!((untimed, timed), (Err(BarrierError::Broken), Err(BarrierError::TimedOut)));
        }
    }
    assert_eq!(barrier.is_broken(), timed.is_err());
}

/// The third party never comes: exactly one of the two who wait reports the time-out.
///
/// Time-outs fire at any moment.
fn one_reports_the_time_out() {
    let barrier = Barrier::new(3);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait_timeout(LONG));
        (barrier.wait_timeout(LONG), other.join().unwrap())
    });
    assert_ne!(one, other);
    for outcome in [one, other] {
        assert!(matches!(outcome, Err(BarrierError::TimedOut | BarrierError::Broken)));
    }
    assert!(barrier.is_broken());
}

/// `abort` releases whoever waits and refuses whoever comes later.
fn abort_releases_all() {
    let barrier = Barrier::new(3);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(barrier.wait(), Err(BarrierError::Broken)));
        scope.spawn(|| assert_eq!(barrier.wait(), Err(BarrierError::Broken)));
        barrier.abort();
    });
    assert!(barrier.is_broken());
}

/// `abort` against the last arrival: both who meet hear the same.
fn abort_is_all_or_nothing() {
    let barrier = Barrier::new(2);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait());
        scope.spawn(|| barrier.abort());
        (barrier.wait(), other.join().unwrap())
    });
    assert_eq!(one.is_ok(), other.is_ok());
    assert!(barrier.is_broken());
}

/// `reset` releases those who wait with an error, and the next round works.
fn reset_makes_it_as_new() {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        // Released by the reset if it came before, else partner of the second round.
        scope.spawn(|| {
            if barrier.wait() == Err(BarrierError::Broken) {
                barrier.wait().unwrap();
            }
        });
        barrier.reset();
        barrier.wait().unwrap();
    });
    assert!(!barrier.is_broken());
    assert_eq!(barrier.waiting(), 0);
}
