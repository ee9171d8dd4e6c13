//! What a condition promises, over either lock.

use ch03_locks::Lock;
use ch04_rlock::RLock;
use ch06_condition::{Condition, ConditionGuard, ConditionLock, Held, NotOwner};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(2);

/// Lets the others run until `n` of them wait.
fn until_waiting<L: ConditionLock>(condition: &Condition<L>, n: usize) {
    while condition.waiters() < n {
        thread::yield_now();
    }
}

#[test]
fn notify_wakes_exactly_n_in_the_order_of_arrival() {
    let condition = Condition::new();
    let awake = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let mut line = Vec::new();
        for number in 0..6 {
            let (condition, awake) = (&condition, &awake);
            line.push(scope.spawn(move || {
                condition.lock().wait();
                awake.lock().unwrap().push(number);
            }));
            until_waiting(condition, number + 1);
        }
        let mut wake = |n, woken, sofar: usize| {
            assert_eq!(condition.lock().notify(n), woken);
            for thread in line.drain(..woken) {
                thread.join().unwrap();
            }
            let mut awake = awake.lock().unwrap().clone();
            awake.sort_unstable();
            assert!(awake.iter().copied().eq(0..sofar), "{awake:?}");
            assert_eq!(condition.waiters(), 6 - sofar);
        };
        wake(0, 0, 0);
        wake(1, 1, 1);
        wake(3, 3, 4);
        wake(usize::MAX, 2, 6);
        wake(1, 0, 6);
    });
}

#[test]
fn nobody_wakes_up_without_a_notification() {
    let condition = Condition::new();
    let notified = AtomicBool::new(false);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let held = condition.lock();
            // The park in the wait returns at once, as it may at any time.
            thread::current().unpark();
            held.wait();
            assert!(notified.load(Relaxed));
            thread::current().unpark();
            assert!(held.wait_timeout(Duration::MAX));
        });
        until_waiting(&condition, 1);
        waiter.thread().unpark();
        let held = condition.lock();
        notified.store(true, Relaxed);
        assert_eq!(held.notify(1), 1);
        drop(held);
        until_waiting(&condition, 1);
        condition.lock().notify(1);
    });
}

#[test]
fn a_notification_and_a_time_out_never_both_win() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let timeout = Duration::from_micros(150);
    thread::scope(|scope| {
        for micros in 0..400 {
            let waiter = scope.spawn(|| condition.lock().wait_timeout(timeout));
            while condition.waiters() == 0 && !waiter.is_finished() {
                thread::yield_now();
            }
            // Somewhere around the end of the wait; the answers must agree in any case.
            let since = Instant::now();
            while since.elapsed() < Duration::from_micros(micros) {}
            let woken = condition.lock().notify(1);
            assert_eq!(woken == 1, waiter.join().unwrap(), "after {micros} µs");
        }
    });
}

#[test]
fn a_time_out_leaves_the_line_and_takes_the_lock_again() {
    let condition = Condition::new();
    let held = condition.lock();
    for timeout in [Duration::ZERO, SHORT] {
        assert!(!held.wait_timeout(timeout));
        assert!(!held.wait_for_timeout(|| false, timeout));
        assert!(held.wait_for_timeout(|| true, timeout));
        assert!(condition.underlying().is_owned());
    }
    assert_eq!(held.notify(1), 0, "nobody is left in the line");
}

#[test]
fn a_wait_gives_all_levels_back_and_restores_them() {
    let condition = Condition::new();
    let outer = condition.lock();
    let inner = condition.lock();
    thread::scope(|scope| {
        scope.spawn(|| condition.lock().notify(1));
        inner.wait();
    });
    assert_eq!(condition.underlying().depth(), 2);
    assert!(!inner.wait_timeout(SHORT));
    assert_eq!(condition.underlying().depth(), 2);
    drop((inner, outer));
    assert!(!condition.underlying().is_locked());
}

#[test]
fn a_notifier_keeps_the_lock() {
    let condition = Condition::new();
    let passed = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let held = condition.lock();
            held.wait();
            passed.store(true, Relaxed);
        });
        until_waiting(&condition, 1);
        let held = condition.lock();
        assert_eq!(held.notify(1), 1);
        assert!(condition.underlying().is_owned());
        assert!(!passed.load(Relaxed));
    });
    assert!(passed.into_inner());
}

#[test]
fn a_fact_is_looked_at_with_the_lock_held_and_only_once_if_true() {
    let condition = Condition::new();
    let looks = AtomicUsize::new(0);
    condition.lock().wait_for(|| {
        looks.fetch_add(1, Relaxed);
        condition.underlying().is_owned()
    });
    assert_eq!(looks.into_inner(), 1);
}

#[test]
fn a_notification_without_the_fact_ends_no_wait_for_it() {
    let condition = Condition::new();
    let fact = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let held = condition.lock();
            held.wait_for(|| fact.load(Relaxed) == 3);
            assert_eq!(fact.load(Relaxed), 3);
        });
        for n in 1..=3 {
            while condition.waiters() == 0 && !waiter.is_finished() {
                thread::yield_now();
            }
            let held = condition.lock();
            fact.store(n, Relaxed);
            held.notify(1);
        }
    });
}

#[test]
fn a_notification_before_the_wait_is_forgotten_but_a_fact_is_not() {
    let condition = Condition::new();
    let held = condition.lock();
    assert_eq!(held.notify_all(), 0);
    assert!(!held.wait_timeout(SHORT));
    held.wait_for(|| true);
}

#[test]
fn conditions_on_one_lock_have_lines_of_their_own() {
    let lock = Arc::new(Lock::new());
    let (left, right) = (Condition::with_lock(Arc::clone(&lock)), Condition::with_lock(lock));
    thread::scope(|scope| {
        scope.spawn(|| right.lock().wait());
        until_waiting(&right, 1);
        let held = left.lock();
        assert_eq!(held.notify_all(), 0);
        assert_eq!(held.on(&right).notify_all(), 1);
    });
}

#[test]
fn a_panic_gives_the_lock_back() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        condition.lock().wait_for(|| panic!("in the middle of it"));
    }));
    assert!(outcome.is_err());
    assert!(condition.try_lock().is_some());
}

#[test]
fn the_lock_can_be_had_in_every_way() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let held = condition.lock_timeout(SHORT).unwrap();
    assert!(condition.try_lock().is_none());
    assert!(condition.lock_timeout(SHORT).is_none());
    assert!(!condition.try_acquire() && !condition.acquire_timeout(SHORT));
    drop(held);
    condition.acquire();
    assert_eq!(condition.release(), Ok(()));
    assert_eq!(condition.release(), Err(NotOwner));
}

#[test]
fn it_shows_its_state_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<Condition<Lock>>();
    all::<Condition<RLock>>();
    fn shared<T: Sync>() {}
    shared::<ConditionGuard<'_, RLock>>();
    shared::<Held<'_, Lock>>();
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let text = "Condition { lock: Lock { locked: false }, waiters: 0 }";
    assert_eq!(format!("{condition:?}"), text);
    let text = "ConditionGuard(Condition { lock: Lock { locked: true }, waiters: 0 })";
    assert_eq!(format!("{:?}", condition.lock()), text);
    assert!(NotOwner.to_string().contains("acquire it first"));
}
