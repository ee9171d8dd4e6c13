//! The reentrant lock: its owner may come in again, and nobody else before
//! the owner has gone as often.

use ch04_rlock::{RLock, ReleaseError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Steps that must not be mixed. Relaxed, so that the lock alone orders them.
fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

/// Two threads go in two levels deep, and nothing that they do inside is mixed.
fn nested_sections_exclude_each_other() {
    let (lock, number) = (RLock::new(), AtomicU32::new(0));
    let add_twice = || {
        let _outer = lock.lock();
        add_one(&number);
        {
            let _inner = lock.lock();
            add_one(&number);
        }
    };
    thread::scope(|scope| {
        scope.spawn(add_twice);
        add_twice();
    });
    assert_eq!(number.into_inner(), 4);
    assert!(!lock.is_locked());
}

/// The first of two releases lets nobody in.
fn shut_until_the_last_level() {
    let (lock, inside) = (RLock::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock();
            assert_eq!(inside.load(Relaxed), 0);
        });
        lock.acquire();
        lock.acquire();
        inside.store(1, Relaxed);
        lock.release().unwrap();
        inside.store(0, Relaxed);
        lock.release().unwrap();
    });
}

/// A stranger's release is refused and changes nothing, at whatever moment it comes.
fn a_stranger_cannot_release() {
    let (lock, number) = (RLock::new(), AtomicU32::new(0));
    let add = || {
        let _held = lock.lock();
        add_one(&number);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(|| {
            let refusal = lock.release().unwrap_err();
            assert!(matches!(refusal, ReleaseError::NotOwner | ReleaseError::NotLocked));
        });
        add();
    });
    assert_eq!(number.into_inner(), 2);
}

/// The owner always gets in on trying; a stranger does not while the owner is inside.
fn try_knows_the_owner() {
    let (lock, number) = (RLock::new(), AtomicU32::new(0));
    let in_vain = thread::scope(|scope| {
        let other = scope.spawn(|| {
            let held = lock.try_lock();
            if held.is_some() {
                assert!(lock.try_lock().is_some());
                add_one(&number);
            }
            held.is_none()
        });
        let held = lock.lock();
        assert!(lock.try_lock().is_some());
        add_one(&number);
        drop(held);
        u32::from(other.join().unwrap())
    });
    assert_eq!(number.into_inner() + in_vain, 2);
}

/// All levels given back at once let another in; restored, they are as many as before.
fn all_levels_back_and_restored() {
    let (lock, number) = (RLock::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock();
            add_one(&number);
        });
        let _outer = lock.lock();
        let _inner = lock.lock();
        add_one(&number);
        let levels = lock.release_all().unwrap();
        lock.restore(levels);
        assert_eq!(lock.depth(), 2);
        add_one(&number);
    });
    assert_eq!(number.into_inner(), 3);
    assert!(!lock.is_locked());
}

/// A wait with a time-out gets the lock, or the time is over. It never takes what it does not report.
///
/// Time-outs fire at any moment.
fn acquire_timeout_is_truthful() {
    let lock = RLock::new();
    thread::scope(|scope| {
        let held = lock.lock();
        scope.spawn(|| {
            let start = Instant::now();
            let in_time = lock.acquire_timeout(LONG);
            assert!(in_time || start.elapsed() >= LONG);
            assert_eq!(lock.is_owned(), in_time);
            if in_time {
                lock.release().unwrap();
            }
        });
        drop(held);
    });
    assert!(!lock.is_locked());
}

/// A waiter that gives up does not take the wake-up away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_wake_up() {
    let lock = RLock::new();
    let held = lock.lock();
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock_timeout(LONG)));
        scope.spawn(|| drop(lock.lock()));
        drop(held);
    });
    assert!(!lock.is_locked());
}

/// A panic two levels deep gives both back.
fn a_panic_gives_all_levels_back() {
    let lock = RLock::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let _outer = lock.lock();
                let _inner = lock.lock();
                panic!("on purpose");
            }));
            assert!(outcome.is_err());
        });
        drop(lock.lock());
    });
    assert!(!lock.is_locked());
}
