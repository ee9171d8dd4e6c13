//! What the reentrant lock promises, to its owner and to others.

use ch04_rlock::{RLock, RLockGuard, ReleaseError};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

/// What another thread answers.
fn elsewhere<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

#[test]
fn the_owner_comes_in_again_by_every_door() {
    let lock = RLock::new();
    lock.acquire();
    assert!(lock.try_acquire());
    assert!(lock.acquire_timeout(Duration::ZERO));
    let guards = (lock.lock(), lock.try_lock().unwrap(), lock.lock_timeout(SHORT).unwrap());
    assert_eq!(lock.depth(), 6);
    drop(guards);
    assert_eq!(lock.depth(), 3);
}

#[test]
fn others_come_in_only_after_the_last_release() {
    let lock = RLock::default();
    lock.acquire();
    lock.acquire();
    for depth in [1, 0] {
        assert!(!elsewhere(|| lock.try_acquire()));
        assert!(!elsewhere(|| lock.acquire_timeout(SHORT)));
        assert!(elsewhere(|| lock.lock_timeout(SHORT).is_none()));
        assert_eq!(lock.release(), Ok(()));
        assert_eq!(lock.depth(), depth);
    }
    assert!(elsewhere(|| lock.try_lock().is_some()));
}

#[test]
fn ownership_is_the_calling_threads_view() {
    let lock = RLock::new();
    lock.acquire();
    assert!(lock.is_owned() && lock.is_locked());
    assert!(elsewhere(|| !lock.is_owned() && lock.is_locked() && lock.depth() == 0));
    lock.release().unwrap();
    assert!(!lock.is_owned() && !lock.is_locked());
}

#[test]
fn foreign_and_surplus_releases_are_errors_and_change_nothing() {
    let lock = RLock::new();
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert_eq!(lock.release_all(), Err(ReleaseError::NotLocked));
    lock.acquire();
    assert_eq!(elsewhere(|| lock.release()), Err(ReleaseError::NotOwner));
    assert_eq!(elsewhere(|| lock.release_all().map(drop)), Err(ReleaseError::NotOwner));
    assert_eq!(lock.depth(), 1);
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert!(elsewhere(|| lock.try_lock().is_some()));
}

#[test]
fn a_waiter_gets_the_lock_once_all_levels_are_released() {
    let lock = RLock::new();
    lock.acquire();
    lock.acquire();
    thread::scope(|scope| {
        let waiters = [scope.spawn(|| drop(lock.lock())), {
            scope.spawn(|| assert!(lock.lock_timeout(Duration::MAX).is_some()))
        }];
        lock.release().unwrap();
        lock.release().unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
    assert!(!lock.is_locked());
}

#[test]
fn all_levels_can_be_given_back_at_once_and_taken_again() {
    let lock = RLock::new();
    for _ in 0..3 {
        lock.acquire();
    }
    let levels = lock.release_all().unwrap();
    assert!(elsewhere(|| lock.try_lock().is_some()), "all of them are given back");
    lock.restore(levels);
    assert_eq!(lock.depth(), 3);
    assert!(elsewhere(|| lock.try_lock().is_none()));
}

#[test]
fn restoring_waits_for_another_owner() {
    let lock = RLock::new();
    lock.acquire();
    lock.acquire();
    let levels = lock.release_all().unwrap();
    let (taken, is_taken) = mpsc::channel();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock();
            let taken = taken;
            taken.send(()).unwrap();
            done.store(true, Relaxed);
        });
        is_taken.recv().unwrap();
        lock.restore(levels);
        assert!(done.load(Relaxed), "only after the other owner had left");
    });
    assert_eq!(lock.depth(), 2);
}

#[test]
fn restoring_what_one_still_holds_adds_the_levels() {
    let lock = RLock::new();
    lock.acquire();
    lock.acquire();
    let levels = lock.release_all().unwrap();
    lock.acquire();
    lock.restore(levels);
    assert_eq!(lock.depth(), 3);
}

#[test]
fn a_panic_gives_back_the_levels_of_its_guards_and_no_others() {
    let lock = RLock::new();
    let outer = lock.lock();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _inner = lock.lock();
        panic!("in the middle of it");
    }));
    assert!(outcome.is_err());
    assert_eq!(lock.depth(), 1);
    drop(outer);
    assert!(elsewhere(|| lock.try_lock().is_some()));
}

#[test]
fn one_at_a_time_at_any_depth() {
    const EACH: u32 = 1_000;
    let lock = RLock::new();
    let n = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let _outer = lock.lock();
                    let read = n.load(Relaxed);
                    let inner = lock.lock();
                    // So that the others come, find the lock taken, and block.
                    thread::yield_now();
                    drop(inner);
                    n.store(read + 1, Relaxed);
                }
            });
        }
    });
    assert_eq!(n.into_inner(), 3 * EACH);
}

#[test]
fn it_shows_its_state_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<RLock>();
    fn shared<T: Sync>() {}
    shared::<RLockGuard<'_>>();
    let lock = RLock::new();
    assert_eq!(format!("{lock:?}"), "RLock { locked: false, depth: 0 }");
    assert!(ReleaseError::NotOwner.to_string().contains("another thread"));
    assert!(ReleaseError::NotLocked.to_string().contains("more often"));
}
