//! The semaphores: never more inside than there are permits, and no permit lost.

use ch06_condition::{BoundedSemaphore, Semaphore, TooManyReleases};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// With one permit, one is inside at a time, and what it writes is seen by the next.
fn one_permit_excludes() {
    let (semaphore, number) = (Semaphore::new(1), AtomicUsize::new(0));
    let add = || {
        let _permit = semaphore.permit();
        number.store(number.load(Relaxed) + 1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 3);
    assert_eq!(semaphore.available(), 1);
}

/// With two permits and three visitors, two may be inside and never three.
fn two_permits_keep_the_third_out() {
    let (semaphore, inside) = (Semaphore::new(2), AtomicUsize::new(0));
    let visit = || {
        let _permit = semaphore.permit();
        assert!(inside.fetch_add(1, Relaxed) < 2);
        inside.fetch_sub(1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(visit);
        scope.spawn(visit);
        visit();
    });
    assert_eq!(semaphore.available(), 2);
}

/// Two permits given at once reach two waiters.
fn two_at_once_reach_both() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        scope.spawn(|| semaphore.acquire());
        scope.spawn(|| semaphore.acquire());
        semaphore.release(2);
    });
    assert_eq!(semaphore.available(), 0);
}

/// Two permits given one by one reach two waiters.
fn one_by_one_reach_both() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        scope.spawn(|| semaphore.acquire());
        scope.spawn(|| semaphore.acquire());
        semaphore.release(1);
        semaphore.release(1);
    });
    assert_eq!(semaphore.available(), 0);
}

/// Of two that try the last permit, one gets it.
fn one_of_two_tries_succeeds() {
    let semaphore = Semaphore::new(1);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| semaphore.try_acquire());
        (semaphore.try_acquire(), other.join().unwrap())
    });
    assert!(one ^ other);
    assert_eq!(semaphore.available(), 0);
}

/// A wait with a time-out gets a permit, or the time is over. It takes none that it does not report.
///
/// Time-outs fire at any moment.
fn acquire_timeout_is_truthful() {
    let semaphore = Semaphore::new(0);
    let in_time = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let start = Instant::now();
            let in_time = semaphore.acquire_timeout(LONG);
            assert!(in_time || start.elapsed() >= LONG);
            in_time
        });
        semaphore.release(1);
        waiter.join().unwrap()
    });
    assert_eq!(semaphore.available(), usize::from(!in_time));
}

/// A waiter that gives up does not take the permit away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_permit() {
    let semaphore = Semaphore::new(0);
    let in_time = thread::scope(|scope| {
        let timed = scope.spawn(|| semaphore.acquire_timeout(LONG));
        scope.spawn(|| semaphore.acquire());
        semaphore.release(1);
        semaphore.release(1);
        timed.join().unwrap()
    });
    assert_eq!(semaphore.available(), usize::from(!in_time));
}

/// A panic inside gives the permit back.
fn a_panic_gives_it_back() {
    let semaphore = Semaphore::new(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let _permit = semaphore.permit();
                panic!("on purpose");
            }));
            assert!(outcome.is_err());
        });
        drop(semaphore.permit());
    });
    assert_eq!(semaphore.available(), 1);
}

/// Of two releases of one permit that was taken, the bounded semaphore accepts one.
fn bounded_refuses_the_second_release() {
    let semaphore = BoundedSemaphore::new(1);
    semaphore.acquire();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| semaphore.release(1));
        (semaphore.release(1), other.join().unwrap())
    });
    assert_ne!(one, other);
    assert_eq!(one.and(other), Err(TooManyReleases { bound: 1 }));
    assert_eq!(semaphore.available(), 1);
}

/// The bounded semaphore keeps the third one out, and has all its permits in the end.
fn bounded_excludes() {
    let (semaphore, inside) = (BoundedSemaphore::new(1), AtomicUsize::new(0));
    let visit = || {
        let _permit = semaphore.permit();
        assert_eq!(inside.fetch_add(1, Relaxed), 0);
        inside.fetch_sub(1, Relaxed);
    };
    thread::scope(|scope| {
        scope.spawn(visit);
        scope.spawn(visit);
        visit();
    });
    assert_eq!(semaphore.available(), 1);
}
