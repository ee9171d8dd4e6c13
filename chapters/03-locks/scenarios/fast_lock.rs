//! The steps of the lock: the naive one lets two in, the correct one does not,
//! and the fast one has a queue in which nobody may be forgotten.

use ch03_locks::{Lock, Waiter, correct, naive};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Steps that must not be mixed: read, add, write. Relaxed, so that the lock alone orders them.
fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

/// Both look, both find the lock free, both take it.
///
/// Must fail: an update is lost.
fn naive_lets_two_in() {
    let (lock, number) = (naive::Lock::new(), AtomicU32::new(0));
    let add = || {
        lock.acquire();
        add_one(&number);
        lock.release();
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 2);
}

/// Three threads add one under the correct lock, and nothing is lost.
fn correct_loses_no_update() {
    let (lock, number) = (correct::Lock::new(), AtomicU32::new(0));
    let add = || {
        lock.acquire();
        add_one(&number);
        lock.release().unwrap();
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 3);
}

/// The correct lock's wait with a time-out takes what it reports, and nobody else is forgotten.
///
/// Time-outs fire at any moment.
fn correct_time_out() {
    let lock = correct::Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| {
            if lock.acquire_timeout(LONG) {
                lock.release().unwrap();
            }
        });
        scope.spawn(|| {
            lock.acquire();
            lock.release().unwrap();
        });
        lock.release().unwrap();
    });
    assert!(!lock.is_locked());
}

/// One waits in the queue while another comes by and is faster: the first is not forgotten.
fn passed_by_and_not_forgotten() {
    let lock = Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock()));
        lock.release().unwrap();
        if lock.try_acquire() {
            lock.release().unwrap();
        }
    });
    assert!(!lock.is_locked());
}

/// Two wait in the queue and both give up or get the lock: what is left of the queue does no harm.
///
/// Time-outs fire at any moment.
fn both_may_give_up() {
    let lock = Lock::new();
    lock.acquire();
    let wait = || {
        let in_time = lock.acquire_timeout(LONG);
        if in_time {
            lock.release().unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(wait);
        scope.spawn(wait);
        lock.release().unwrap();
    });
    assert!(lock.try_acquire());
    assert!(lock.release().is_ok());
}

/// Two release the lock that was acquired once, and one waits for it: it is not left asleep.
fn released_twice_with_a_waiter() {
    let lock = Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| lock.acquire());
        let released = scope.spawn(|| lock.release().is_ok());
        let mine = lock.release().is_ok();
        assert!(released.join().unwrap() || mine);
    });
    let _ = lock.release();
    assert!(lock.try_acquire());
}

/// A thread that is to be woken on release is woken, whoever else comes for the lock.
fn woken_on_release() {
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    let waiter = Waiter::new();
    thread::scope(|scope| {
        scope.spawn({
            let (lock, number, waiter) = (&lock, &number, waiter.clone());
            move || {
                let _held = lock.lock();
                lock.wake_on_release(waiter);
                add_one(number);
            }
        });
        scope.spawn(|| {
            let _held = lock.lock();
            add_one(&number);
        });
        waiter.sleep();
        let _held = lock.lock();
        add_one(&number);
    });
    assert_eq!(number.into_inner(), 3);
}

/// If the lock is free by then, it is woken at once.
fn woken_although_free() {
    let lock = Lock::new();
    let waiter = Waiter::new();
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| lock.release().unwrap());
        scope.spawn({
            let (lock, waiter) = (&lock, waiter.clone());
            move || lock.wake_on_release(waiter)
        });
        waiter.sleep();
        assert!(!lock.is_locked());
    });
}

/// A sleep with a deadline ends with the wake-up or after it, and a wake-up is kept.
///
/// Time-outs fire at any moment.
fn a_wake_up_is_kept() {
    let waiter = Waiter::new();
    let deadline = Instant::now() + LONG;
    thread::scope(|scope| {
        let other = waiter.clone();
        scope.spawn(move || other.wake());
        if !waiter.sleep_until(Some(deadline)) {
            assert!(Instant::now() >= deadline);
        }
        waiter.sleep();
    });
}
