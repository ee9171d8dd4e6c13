//! What takes too long for every test run, where it is only tried: see the README of the scenarios.

use ch03_locks::Lock;
use ch06_condition::Condition;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// A waiter that gives up does not take the notification away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_notification() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        // The first in the line is the one that may give up.
        let held = condition.lock();
        scope.spawn(|| {
            // It starts the next with the lock in its hands, and so stands in the line before it.
            let held = condition.lock();
            scope.spawn(|| {
                let held = condition.lock();
                produced.store(true, Relaxed);
                held.notify(1);
            });
            held.wait_for(|| produced.load(Relaxed));
        });
        if held.wait_timeout(LONG) {
            // It was meant for one, and this thread has no use for it.
            held.notify(1);
        }
    });
    assert_eq!(condition.waiters(), 0);
}

/// `notify_all` reaches both who wait for a fact.
fn notify_all_reaches_both() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let produced = AtomicBool::new(false);
    let consume = || condition.lock().wait_for(|| produced.load(Relaxed));
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        let held = condition.lock();
        produced.store(true, Relaxed);
        held.notify_all();
    });
    assert_eq!(condition.waiters(), 0);
}

/// `notify(1)` wakes one, and if two stand in line the one who came first.
fn first_come_first_served() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let passed_on = AtomicBool::new(false);
    thread::scope(|scope| {
        // Nobody comes before this thread, which has the lock.
        let held = condition.lock();
        scope.spawn(|| condition.lock().wait_for(|| passed_on.load(Relaxed)));
        scope.spawn(|| assert_eq!(condition.lock().notify(1), 1));
        held.wait();
        passed_on.store(true, Relaxed);
        held.notify(1);
    });
    assert_eq!(condition.waiters(), 0);
}

/// The program `two-conditions`: a slot for one item, and each side wakes the other.
fn two_conditions_on_one_lock() {
    let emptied = Condition::with_lock(Arc::new(Lock::new()));
    let filled = Condition::with_lock(Arc::clone(emptied.underlying()));
    let slot = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in 1..=2 {
                let held = emptied.lock();
                held.wait_for(|| slot.load(Relaxed) == 0);
                slot.store(item, Relaxed);
                held.on(&filled).notify(1);
            }
        });
        for item in 1..=2 {
            let held = filled.lock();
            held.wait_for(|| slot.load(Relaxed) != 0);
            assert_eq!(slot.swap(0, Relaxed), item);
            held.on(&emptied).notify(1);
        }
    });
}

/// The same slot, full at first, with two consumers: a notification reaches one who can use it.
fn two_conditions_two_consumers() {
    let emptied = Condition::with_lock(Arc::new(Lock::new()));
    let filled = Condition::with_lock(Arc::clone(emptied.underlying()));
    let full = AtomicBool::new(true);
    let consume = || {
        let held = filled.lock();
        held.wait_for(|| full.load(Relaxed));
        full.store(false, Relaxed);
        held.on(&emptied).notify(1);
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        let held = emptied.lock();
        held.wait_for(|| !full.load(Relaxed));
        full.store(true, Relaxed);
        held.on(&filled).notify(1);
    });
    assert!(!full.into_inner());
}
