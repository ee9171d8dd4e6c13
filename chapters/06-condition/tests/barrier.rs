//! What the barrier promises, whole and broken.

use ch06_condition::{Barrier, BarrierError};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

/// Lets the others run until `n` of them wait.
fn until_waiting(barrier: &Barrier, n: usize) {
    while barrier.waiting() < n {
        thread::yield_now();
    }
}

#[test]
fn each_round_gathers_all_and_numbers_them() {
    const ROUNDS: usize = 100;
    let acted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&acted);
    let barrier = Barrier::new(3).with_action(move || {
        count.fetch_add(1, Relaxed);
    });
    let numbers = [const { AtomicUsize::new(0) }; 3];
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    let index = barrier.wait().unwrap();
                    numbers[index].fetch_add(1, Relaxed);
                    // The next action cannot run before this thread comes again.
                    assert_eq!(acted.load(Relaxed), round);
                }
            });
        }
    });
    assert_eq!(numbers.map(AtomicUsize::into_inner), [ROUNDS; 3]);
}

#[test]
fn no_parties_are_one() {
    let barrier = Barrier::new(0);
    assert_eq!(barrier.parties(), 1);
    assert_eq!(barrier.wait(), Ok(0));
    assert_eq!(barrier.wait_timeout(Duration::ZERO), Ok(0));
}

#[test]
fn a_time_out_breaks_the_barrier_for_all() {
    let barrier = Barrier::new(3);
    thread::scope(|scope| {
        let patient = scope.spawn(|| barrier.wait());
        until_waiting(&barrier, 1);
        assert_eq!(barrier.wait_timeout(SHORT), Err(BarrierError::TimedOut));
        assert_eq!(patient.join().unwrap(), Err(BarrierError::Broken));
    });
    assert!(barrier.is_broken());
    assert_eq!(barrier.waiting(), 0);
    assert_eq!(barrier.wait(), Err(BarrierError::Broken), "and for those who come later");
}

#[test]
fn the_barriers_own_time_out_is_that_of_wait() {
    let barrier = Barrier::new(2).with_timeout(SHORT);
    assert_eq!(barrier.wait(), Err(BarrierError::TimedOut));
}

#[test]
fn abort_breaks_it_and_reset_mends_it() {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| barrier.wait());
        until_waiting(&barrier, 1);
        barrier.abort();
        assert_eq!(waiter.join().unwrap(), Err(BarrierError::Broken));
    });
    assert!(barrier.is_broken());
    barrier.reset();
    assert!(!barrier.is_broken());
    all_meet(&barrier);
}

#[test]
fn reset_sends_those_who_wait_away_and_leaves_it_whole() {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| barrier.wait());
        until_waiting(&barrier, 1);
        barrier.reset();
        assert!(!barrier.is_broken());
        assert_eq!(barrier.waiting(), 0);
        assert_eq!(waiter.join().unwrap(), Err(BarrierError::Broken));
    });
    all_meet(&barrier);
}

fn all_meet(barrier: &Barrier) {
    thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait());
        assert_eq!(barrier.wait().unwrap() + other.join().unwrap().unwrap(), 1);
    });
}

#[test]
fn a_panic_in_the_action_breaks_it_and_goes_on_in_one_thread() {
    let calls = Mutex::new(0);
    let barrier = Barrier::new(2).with_action(move || {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        let first = *calls == 1;
        drop(calls);
        assert!(!first, "the action fails");
    });
    thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait());
        until_waiting(&barrier, 1);
        assert!(catch_unwind(AssertUnwindSafe(|| barrier.wait())).is_err());
        assert_eq!(other.join().unwrap(), Err(BarrierError::Broken));
    });
    assert!(barrier.is_broken());
    barrier.reset();
    all_meet(&barrier);
}

#[test]
fn a_round_that_all_have_reached_stays_valid() {
    let barrier = Arc::new_cyclic(|itself: &Weak<Barrier>| {
        let itself = itself.clone();
        Barrier::new(2).with_action(move || itself.upgrade().unwrap().abort())
    });
    thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait());
        let mine = barrier.wait();
        // Whoever acts has taken its place before; the abort meets the next round.
        assert_eq!(mine.unwrap() + other.join().unwrap().unwrap(), 1);
    });
    assert!(barrier.is_broken());
}

#[test]
fn a_time_that_is_up_during_the_action_does_not_count() {
    let (_open, never) = mpsc::channel::<()>();
    let barrier = Barrier::new(2).with_action(move || {
        // Takes longer than the other one is ready to wait.
        never.recv_timeout(10 * SHORT).unwrap_err();
    });
    thread::scope(|scope| {
        let hasty = scope.spawn(|| barrier.wait_timeout(SHORT));
        while barrier.waiting() < 1 && !barrier.is_broken() {
            thread::yield_now();
        }
        let mine = barrier.wait();
        // If the machine was so slow that the hasty one left first, both fail.
        let theirs = hasty.join().unwrap();
        assert!(matches!((mine, theirs), (Ok(1), Ok(0)) | (Err(_), Err(_))));
    });
}

#[test]
fn it_shows_its_state_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<Barrier>();
    let text = "Barrier { parties: 2, waiting: 0, broken: false }";
    assert_eq!(format!("{:?}", Barrier::new(2)), text);
    assert!(BarrierError::Broken.to_string().contains("broken"));
    assert!(BarrierError::TimedOut.to_string().contains("in time"));
}
