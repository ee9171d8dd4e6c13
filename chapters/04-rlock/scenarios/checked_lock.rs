//! The lock that knows its owner: it reports the deadlock of a thread with
//! itself, and nothing else.

use ch04_rlock::{CheckedLock, ReleaseError, WouldDeadlock};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// The owner's second acquisition is refused; another thread's is only a wait.
fn only_the_owner_is_refused() {
    let (lock, number) = (CheckedLock::new(), AtomicU32::new(0));
    let add = || {
        let _held = lock.lock().expect("another thread's lock is no deadlock");
        assert_eq!(lock.lock().unwrap_err(), WouldDeadlock);
        number.store(number.load(Relaxed) + 1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 2);
    assert_eq!(lock.owner(), None);
}

/// The owner is refused at once also with a time-out; a stranger waits, in vain or not.
///
/// Time-outs fire at any moment.
fn timed_waits_are_checked_too() {
    let lock = CheckedLock::new();
    thread::scope(|scope| {
        let held = lock.lock().unwrap();
        scope.spawn(|| drop(lock.lock_timeout(LONG).expect("no deadlock: the owner goes on")));
        assert_eq!(lock.acquire_timeout(LONG), Err(WouldDeadlock));
        drop(held);
    });
    assert_eq!(lock.owner(), None);
}

/// Of two that try the free lock, one gets it, and the record names that one.
fn one_of_two_tries_succeeds() {
    let lock = CheckedLock::new();
    let attempt = || {
        let won = lock.try_acquire();
        assert_eq!(lock.owner() == Some(thread::current().id()), won);
        won
    };
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(attempt);
        (attempt(), other.join().unwrap())
    });
    assert!(one ^ other);
}

/// A stranger's release is refused, at whatever moment it comes.
fn a_stranger_cannot_release() {
    let lock = CheckedLock::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let refusal = lock.release().unwrap_err();
            assert!(matches!(refusal, ReleaseError::NotOwner | ReleaseError::NotLocked));
        });
        lock.acquire().unwrap();
        assert_eq!(lock.release(), Ok(()));
    });
}
