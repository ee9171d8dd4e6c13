//! Loops that spin, and runs that do not end.

use std::sync::Arc;

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*, fence};
use explore_engine::{Config, Explorer, Status, thread};
use trace::{Failure, WaitsFor};

use crate::{explore, failure};

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
    assert!(spins[0].at.as_ref().unwrap().file.ends_with("livelocks.rs"));
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
