//! What the lock promises, to one thread and to several.

use ch03_locks::{Lock, LockGuard, NotLocked};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::MAX;
const SHORT: Duration = Duration::from_millis(2);

#[test]
fn a_held_lock_is_refused_and_a_released_one_is_given() {
    let lock = Lock::new();
    assert!(lock.try_acquire());
    assert!(lock.is_locked());
    assert!(!lock.try_acquire());
    assert!(lock.is_locked(), "a refused attempt changes nothing");
    assert_eq!(lock.release(), Ok(()));
    assert!(!lock.is_locked());
    assert!(lock.try_acquire());
}

#[test]
fn releasing_a_free_lock_is_an_error_and_changes_nothing() {
    let lock = Lock::default();
    assert_eq!(lock.release(), Err(NotLocked));
    lock.acquire();
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(NotLocked));
    assert!(lock.try_acquire(), "a surplus release leaves the lock usable");
    assert!(!lock.try_acquire(), "and does not let two in");
}

#[test]
fn a_timed_wait_for_a_held_lock_ends() {
    let lock = Lock::new();
    lock.acquire();
    assert!(!lock.acquire_timeout(Duration::ZERO));
    assert!(!lock.acquire_timeout(SHORT));
    assert!(lock.lock_timeout(SHORT).is_none());
    lock.release().unwrap();
    assert!(lock.try_acquire(), "those who gave up hold nothing");
}

#[test]
fn any_time_out_does_for_a_free_lock() {
    let lock = Lock::new();
    for timeout in [Duration::ZERO, SHORT, LONG] {
        assert!(lock.acquire_timeout(timeout));
        lock.release().unwrap();
        assert!(lock.lock_timeout(timeout).is_some());
        assert!(!lock.is_locked());
    }
}

#[test]
fn a_waiter_gets_the_lock_that_another_thread_releases() {
    let lock = Lock::new();
    lock.acquire();
    thread::scope(|scope| {
        let waiters = [scope.spawn(|| drop(lock.lock())), {
            scope.spawn(|| {
                assert!(lock.acquire_timeout(LONG));
                lock.release().unwrap();
            })
        }];
        scope.spawn(|| lock.release().unwrap()).join().unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
    assert!(!lock.is_locked());
}

#[test]
fn a_guard_releases_where_it_is_dropped_even_in_another_thread() {
    let lock = Lock::new();
    let held = lock.lock();
    assert!(lock.try_lock().is_none());
    thread::scope(|scope| {
        scope.spawn(move || drop(held));
    });
    assert!(lock.try_lock().is_some());
    assert!(!lock.is_locked());
}

#[test]
fn a_panic_under_the_lock_releases_it_and_poisons_nothing() {
    let lock = Lock::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _held = lock.lock();
        panic!("in the middle of it");
    }));
    assert!(outcome.is_err());
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_guard_of_a_lock_released_underneath_it_does_no_harm() {
    let lock = Lock::new();
    let held = lock.lock();
    lock.release().unwrap();
    drop(held);
    assert!(lock.try_acquire());
}

#[test]
fn one_at_a_time_and_nothing_is_lost() {
    const EACH: u32 = 2_000;
    let lock = Lock::new();
    let n = AtomicU32::new(0);
    let step = || {
        let read = n.load(Relaxed);
        // So that the others come, find the lock taken, and block.
        thread::yield_now();
        n.store(read + 1, Relaxed);
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let _held = lock.lock();
                    step();
                }
            });
            scope.spawn(|| {
                for _ in 0..EACH {
                    assert!(lock.acquire_timeout(LONG));
                    step();
                    lock.release().unwrap();
                }
            });
        }
    });
    assert_eq!(n.into_inner(), 4 * EACH);
}

#[test]
fn two_threads_can_take_turns_with_two_locks() {
    let (ping, pong) = (Lock::new(), Lock::new());
    pong.acquire();
    ping.acquire();
    let (say, said) = mpsc::channel();
    thread::scope(|scope| {
        let other = say.clone();
        let (ping, pong) = (&ping, &pong);
        scope.spawn(move || {
            for i in 0..10 {
                ping.acquire();
                other.send(2 * i + 1).unwrap();
                pong.release().unwrap();
            }
        });
        for i in 0..10 {
            say.send(2 * i).unwrap();
            ping.release().unwrap();
            pong.acquire();
        }
    });
    drop(say);
    assert!(said.iter().eq(0..20));
}

#[test]
fn it_shows_its_state() {
    let lock = Lock::new();
    assert_eq!(format!("{lock:?}"), "Lock { locked: false }");
    let held = lock.lock();
    assert_eq!(format!("{held:?}"), "LockGuard { lock: Lock { locked: true } }");
    assert!(NotLocked.to_string().contains("not locked"));
}

#[test]
fn it_may_be_shared_sent_and_caught() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<Lock>();
    all::<LockGuard<'_>>();
    all::<NotLocked>();
}
