//! What the lock with an owner promises.

use ch04_rlock::{CheckedLock, CheckedLockGuard, ReleaseError, WouldDeadlock};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn every_blocking_call_of_the_owner_is_refused_at_once() {
    let lock = CheckedLock::new();
    lock.acquire().unwrap();
    assert_eq!(lock.acquire(), Err(WouldDeadlock));
    assert_eq!(lock.lock().unwrap_err(), WouldDeadlock);
    // Duration::MAX: it would hang if it waited.
    assert_eq!(lock.acquire_timeout(Duration::MAX), Err(WouldDeadlock));
    assert_eq!(lock.lock_timeout(Duration::MAX).unwrap_err(), WouldDeadlock);
    assert!(!lock.try_acquire(), "an attempt that cannot block is no deadlock");
    assert_eq!(lock.release(), Ok(()), "a refused acquisition needs no release");
    assert_eq!(lock.owner(), None);
}

#[test]
fn another_thread_waits_instead() {
    let lock = CheckedLock::default();
    let held = lock.lock().unwrap();
    thread::scope(|scope| {
        scope
            .spawn(|| {
                assert!(lock.try_lock().is_none());
                assert_eq!(lock.acquire_timeout(SHORT), Ok(false));
                assert!(lock.lock_timeout(SHORT).unwrap().is_none());
            })
            .join()
            .unwrap();
        let waiters = [scope.spawn(|| lock.lock().map(drop)), {
            scope.spawn(|| lock.lock_timeout(Duration::MAX).map(|held| assert!(held.is_some())))
        }];
        drop(held);
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), Ok(()));
        }
    });
    assert_eq!(lock.owner(), None);
}

#[test]
fn only_the_owner_releases_and_only_once() {
    let lock = CheckedLock::new();
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    lock.acquire().unwrap();
    let me = thread::current().id();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(lock.owner(), Some(me));
            assert_eq!(lock.release(), Err(ReleaseError::NotOwner));
        });
    });
    assert_eq!(lock.owner(), Some(me), "a refused release changes nothing");
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
}

#[test]
fn a_panic_under_the_lock_releases_it() {
    let lock = CheckedLock::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _held = lock.lock().unwrap();
        panic!("in the middle of it");
    }));
    assert!(outcome.is_err());
    assert!(lock.try_acquire());
}

#[test]
fn one_at_a_time() {
    const EACH: u32 = 1_000;
    let lock = CheckedLock::new();
    let n = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let _held = lock.lock().unwrap();
                    let read = n.load(Relaxed);
                    // So that the others come, find the lock taken, and block.
                    thread::yield_now();
                    n.store(read + 1, Relaxed);
                }
            });
        }
    });
    assert_eq!(n.into_inner(), 3 * EACH);
}

#[test]
fn it_shows_its_owner_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<CheckedLock>();
    fn shared<T: Sync>() {}
    shared::<CheckedLockGuard<'_>>();
    let lock = CheckedLock::new();
    assert_eq!(format!("{lock:?}"), "CheckedLock { owner: None }");
    assert!(WouldDeadlock.to_string().contains("already holds"));
}
