//! The condition: a notification reaches exactly those that it is meant for.
//!
//! Where a scenario needs a thread to stand in the line before it goes on, it
//! waits for that on a second condition, as the programs do.

use ch03_locks::Lock;
use ch04_rlock::RLock;
use ch06_condition::{Condition, ConditionGuard, NotOwner};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// A consumer that waits for a fact gets through, whether the producer came before or after.
fn wait_for_a_fact() {
    let condition = Condition::new();
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| condition.lock().wait_for(|| produced.load(Relaxed)));
        let held = condition.lock();
        produced.store(true, Relaxed);
        held.notify(1);
    });
    assert_eq!(condition.waiters(), 0);
}

/// `notify_all` reaches both who stand in the line.
fn notify_all_reaches_both() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        // Each starts the next with the lock in its hands, and so stands in the line before it.
        let held = condition.lock();
        scope.spawn(|| {
            let held = condition.lock();
            scope.spawn(|| {
                let held = condition.lock();
                produced.store(true, Relaxed);
                assert_eq!(held.notify_all(), 2);
            });
            held.wait_for(|| produced.load(Relaxed));
        });
        held.wait_for(|| produced.load(Relaxed));
    });
    assert_eq!(condition.waiters(), 0);
}

/// `notify(1)` wakes one, and if two stand in line the one who came first.
fn first_come_first_served() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let passed_on = AtomicBool::new(false);
    thread::scope(|scope| {
        let held = condition.lock();
        scope.spawn(|| {
            let held = condition.lock();
            scope.spawn(|| assert_eq!(condition.lock().notify(1), 1));
            held.wait();
            assert!(passed_on.load(Relaxed), "it came second");
        });
        held.wait();
        passed_on.store(true, Relaxed);
        held.notify(1);
    });
    assert_eq!(condition.waiters(), 0);
}

/// Who comes after a notification cannot take it away from the one that it was meant for.
///
/// Time-outs fire at any moment.
fn a_latecomer_steals_nothing() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let arrived = Condition::with_lock(Arc::clone(condition.underlying()));
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            let held = condition.lock();
            held.on(&arrived).notify(1);
            held.wait();
        });
        let held = arrived.lock();
        held.wait_for(|| condition.waiters() == 1);
        assert_eq!(held.on(&condition).notify(1), 1);
        // The lock is still held: this thread stands in the line before the first can go on.
        assert!(!held.on(&condition).wait_timeout(LONG), "nobody notified the latecomer");
        drop(held);
        first.join().unwrap();
    });
}

/// What was written under the lock before `notify` is read after `wait`.
fn notify_publishes() {
    let condition = Condition::new();
    let told = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let held = condition.lock();
            told.store(7, Relaxed);
            held.notify(1);
        });
        let held = condition.lock();
        held.wait_for(|| told.load(Relaxed) != 0);
        assert_eq!(told.load(Relaxed), 7);
    });
}

/// A wait gives back both levels of a reentrant lock, and takes both again.
fn a_wait_gives_all_levels_back() {
    let lock = Arc::new(RLock::new());
    let condition = Condition::with_lock(Arc::clone(&lock));
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _outer = condition.lock();
            let held = condition.lock();
            held.wait_for(|| produced.load(Relaxed));
            assert_eq!(lock.depth(), 2);
        });
        let held = condition.lock();
        assert_eq!(lock.depth(), 1);
        produced.store(true, Relaxed);
        held.notify(1);
    });
    assert!(!lock.is_locked());
}

/// A wait with a time-out says truthfully whether it was notified, and leaves no trace in the line.
///
/// Time-outs fire at any moment.
fn wait_timeout_is_truthful() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let woken = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let start = Instant::now();
            let notified = condition.lock().wait_timeout(LONG);
            assert!(notified || start.elapsed() >= LONG);
            notified
        });
        let count = condition.lock().notify(1);
        assert_eq!(waiter.join().unwrap(), count == 1);
        count
    });
    assert!(woken <= 1);
    assert_eq!(condition.waiters(), 0);
}

/// A waiter that gives up does not take the notification away from one that counts on it.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_notification() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    thread::scope(|scope| {
        // The first in the line is the one that may give up.
        let held = condition.lock();
        scope.spawn(|| {
            let held = condition.lock();
            if held.notify(1) == 1 {
                held.wait();
            }
        });
        if held.wait_timeout(LONG) {
            held.notify(1);
        }
    });
    assert_eq!(condition.waiters(), 0);
}

/// A slot for one item, full at first: each side waits for the other, and wakes it.
fn two_conditions_on_one_lock() {
    let emptied = Condition::with_lock(Arc::new(Lock::new()));
    let filled = Condition::with_lock(Arc::clone(emptied.underlying()));
    let slot = AtomicU32::new(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            let held = emptied.lock();
            held.wait_for(|| slot.load(Relaxed) == 0);
            slot.store(2, Relaxed);
            held.on(&filled).notify(1);
        });
        for item in 1..=2 {
            let held = filled.lock();
            held.wait_for(|| slot.load(Relaxed) != 0);
            assert_eq!(slot.swap(0, Relaxed), item);
            held.on(&emptied).notify(1);
        }
    });
}

/// An empty slot, and two consumers in the line: a notification reaches the one who can use it.
fn two_conditions_two_consumers() {
    let emptied = Condition::with_lock(Arc::new(Lock::new()));
    let filled = Condition::with_lock(Arc::clone(emptied.underlying()));
    let full = AtomicBool::new(false);
    let consume = |held: &ConditionGuard<Lock>| {
        held.wait_for(|| full.load(Relaxed));
        full.store(false, Relaxed);
        held.on(&emptied).notify(1);
    };
    thread::scope(|scope| {
        let held = filled.lock();
        scope.spawn(|| {
            let held = filled.lock();
            scope.spawn(|| {
                let held = emptied.lock();
                for _ in 0..2 {
                    held.wait_for(|| !full.load(Relaxed));
                    full.store(true, Relaxed);
                    held.on(&filled).notify(1);
                }
            });
            consume(&held);
        });
        consume(&held);
    });
    assert!(!full.into_inner());
}

/// Without the lock, nobody may wait or notify, and the line stays as it was.
fn strangers_are_refused() {
    let condition = Condition::new();
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| condition.lock().wait_for(|| produced.load(Relaxed)));
        scope.spawn(|| {
            assert_eq!(condition.notify_all(), Err(NotOwner));
            assert_eq!(condition.wait(), Err(NotOwner));
        });
        let held = condition.lock();
        produced.store(true, Relaxed);
        held.notify(1);
    });
}

/// A fact that panics leaves the lock free and the line empty.
///
/// Time-outs fire at any moment.
fn a_panic_in_the_fact() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let condition = Condition::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let looks = RefCell::new(0);
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                condition.lock().wait_for_timeout(
                    || {
                        *looks.borrow_mut() += 1;
                        assert_eq!(*looks.borrow(), 1, "on purpose, at the second look");
                        false
                    },
                    LONG,
                )
            }));
            assert!(outcome.is_err());
        });
        condition.lock().notify(1);
    });
    assert_eq!(condition.waiters(), 0);
    assert!(!condition.underlying().is_locked());
}
