//! The lock: one at a time, nobody forgotten, whoever releases it.

use ch03_locks::{Lock, NotLocked};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Steps that must not be mixed: read, add, write. Relaxed, so that the lock alone orders them.
fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

/// Three threads add one under the lock, and nothing is lost.
fn no_update_is_lost() {
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    let add = || {
        let _held = lock.lock();
        add_one(&number);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 3);
    assert!(!lock.is_locked());
}

/// What was written under the lock is read under the lock, although the writes are relaxed.
fn the_lock_publishes() {
    let lock = Lock::new();
    let (first, second) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock();
            first.store(1, Relaxed);
            second.store(1, Relaxed);
        });
        let _held = lock.lock();
        assert_eq!(second.load(Relaxed), first.load(Relaxed));
    });
}

/// Of two that try the free lock at the same time, exactly one gets it.
fn one_of_two_tries_succeeds() {
    let lock = Lock::new();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| lock.try_acquire());
        (lock.try_acquire(), other.join().unwrap())
    });
    assert!(one ^ other);
    assert!(lock.is_locked());
}

/// A thread that tries never comes in while another is inside.
fn try_keeps_out() {
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    let in_vain = thread::scope(|scope| {
        let other = scope.spawn(|| {
            let held = lock.try_lock();
            if held.is_some() {
                add_one(&number);
            }
            held.is_none()
        });
        let held = lock.lock();
        add_one(&number);
        drop(held);
        u32::from(other.join().unwrap())
    });
    assert_eq!(number.into_inner() + in_vain, 2);
}

/// A lock that one thread acquires and another releases hands over from the one to the other.
fn released_by_another_thread() {
    let (lock, told) = (Lock::new(), AtomicU32::new(0));
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| {
            told.store(7, Relaxed);
            lock.release().unwrap();
        });
        lock.acquire();
        assert_eq!(told.load(Relaxed), 7);
    });
    assert!(lock.is_locked());
}

/// Of two that release a lock once acquired, exactly one succeeds. The other is told.
fn released_once_too_often() {
    let lock = Lock::new();
    lock.acquire();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| lock.release());
        (lock.release(), other.join().unwrap())
    });
    assert_ne!(one, other);
    assert!(one.or(other).is_ok());
    assert_eq!(lock.release(), Err(NotLocked));
}

/// A wait with a time-out gets the lock, or the time is over. It never takes what it does not report.
///
/// Time-outs fire at any moment.
fn acquire_timeout_is_truthful() {
    let lock = Lock::new();
    let held = lock.lock();
    let in_time = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let start = Instant::now();
            let in_time = lock.acquire_timeout(LONG);
            assert!(in_time || start.elapsed() >= LONG);
            in_time
        });
        drop(held);
        waiter.join().unwrap()
    });
    assert_eq!(lock.is_locked(), in_time);
}

/// A waiter that gives up does not take the wake-up away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_wake_up() {
    let lock = Lock::new();
    let held = lock.lock();
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock_timeout(LONG)));
        scope.spawn(|| drop(lock.lock()));
        drop(held);
    });
    assert!(!lock.is_locked());
}

/// A lock that nobody gives back is waited for until the time is over, and not longer.
fn the_time_out_ends_the_wait() {
    let lock = Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| assert!(!lock.acquire_timeout(LONG)));
    });
    assert!(lock.is_locked());
}

/// A panic under the guard gives the lock back, and whoever waits gets it.
fn a_panic_gives_it_back() {
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let _held = lock.lock();
                add_one(&number);
                panic!("on purpose");
            }));
            assert!(outcome.is_err());
        });
        let _held = lock.lock();
        add_one(&number);
    });
    assert_eq!(number.into_inner(), 2);
}

/// A guard that was moved to another thread is dropped there, and the lock is free.
fn a_guard_may_move() {
    let (lock, inside) = (Lock::new(), AtomicBool::new(true));
    let held = lock.lock();
    thread::scope(|scope| {
        scope.spawn(|| {
            inside.store(false, Relaxed);
            drop(held);
        });
        let _held = lock.lock();
        assert!(!inside.load(Relaxed));
    });
}
