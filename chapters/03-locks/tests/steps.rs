//! The steps on the road to the lock, and what conditions use of it.

use ch03_locks::{Lock, NotLocked, Waiter, correct, naive};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::MAX;
const SHORT: Duration = Duration::from_millis(2);

#[test]
fn the_naive_step_lets_two_in_if_both_look_before_either_takes() {
    let lock = naive::Lock::new();
    thread::scope(|scope| {
        scope.spawn(|| lock.look());
        lock.look();
    });
    // Both have found it free, and so both take it.
    thread::scope(|scope| {
        scope.spawn(|| lock.take());
        lock.take();
    });
    assert!(lock.is_locked());
    lock.release();
    assert!(!lock.is_locked(), "one release frees it, though the other is still inside");
}

#[test]
fn the_naive_step_does_keep_out_whoever_looks_later() {
    let (lock, number) = (naive::Lock::new(), AtomicU32::new(0));
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| {
            lock.acquire();
            assert_eq!(number.load(Relaxed), 1);
        });
        number.store(1, Relaxed);
        lock.release();
    });
}

#[test]
fn the_correct_step_keeps_one_out_until_the_other_is_done() {
    let lock = correct::Lock::default();
    assert_eq!(lock.release(), Err(NotLocked));
    assert!(lock.try_acquire());
    assert!(!lock.try_acquire() && !lock.acquire_timeout(Duration::ZERO));
    assert!(!lock.acquire_timeout(SHORT));
    assert!(lock.is_locked());
    thread::scope(|scope| {
        let waiters =
            [scope.spawn(|| lock.acquire()), scope.spawn(|| assert!(lock.acquire_timeout(LONG)))];
        // Each of the two takes the lock once, and leaves it to this thread.
        lock.release().unwrap();
        while !waiters.iter().any(|waiter| waiter.is_finished()) {
            thread::yield_now();
        }
        lock.release().unwrap();
    });
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(NotLocked));
}

#[test]
fn who_is_to_be_woken_on_release_sleeps_until_then() {
    let lock = Lock::new();
    let waiters = [Waiter::new(), Waiter::new()];
    let woken = |n: usize| waiters[n].sleep_until(Some(Instant::now()));
    lock.acquire();
    for waiter in &waiters {
        lock.wake_on_release(waiter.clone());
    }
    assert!(!woken(0) && !woken(1));
    lock.release().unwrap();
    assert!(woken(0) && !woken(1), "one release wakes one, the first");
    lock.acquire();
    lock.release().unwrap();
    assert!(woken(1));
}

#[test]
fn a_free_lock_wakes_at_once() {
    let lock = Lock::new();
    let waiter = Waiter::new();
    lock.wake_on_release(waiter.clone());
    waiter.sleep();
    assert!(!lock.is_locked());
}

#[test]
fn a_waiter_is_one_wait_and_not_one_thread() {
    let (one, other) = (Waiter::new(), Waiter::new());
    one.wake();
    assert!(one.sleep_until(None));
    assert!(!other.sleep_until(Some(Instant::now() + SHORT)));
    assert!(one.is(&one.clone()) && !one.is(&other));
    assert!(format!("{one:?}").contains("woken: true"));
}

#[test]
fn those_who_give_up_leave_the_queue_in_order() {
    let lock = Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        let patient = scope.spawn(|| lock.acquire());
        for _ in 0..3 {
            scope.spawn(|| assert!(!lock.acquire_timeout(SHORT))).join().unwrap();
        }
        lock.release().unwrap();
        patient.join().unwrap();
    });
    assert_eq!(lock.release(), Ok(()));
}
