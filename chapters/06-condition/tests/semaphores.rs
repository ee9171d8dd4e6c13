//! What the two semaphores promise.

use ch06_condition::{BoundedSemaphore, Permit, Semaphore, TooManyReleases};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn permits_are_taken_and_given_back() {
    let semaphore = Semaphore::new(2);
    semaphore.acquire();
    assert!(semaphore.acquire_timeout(Duration::ZERO));
    assert_eq!(semaphore.available(), 0);
    assert!(!semaphore.try_acquire());
    assert!(!semaphore.acquire_timeout(SHORT));
    assert_eq!(semaphore.available(), 0);
    semaphore.release(1);
    assert!(semaphore.try_acquire());
    semaphore.release(3);
    assert_eq!(semaphore.available(), 3, "it may be given more than was taken");
    semaphore.release(0);
    assert_eq!(semaphore.available(), 3);
}

#[test]
fn an_attempt_in_vain_changes_nothing() {
    let semaphore = Semaphore::new(0);
    assert!(semaphore.try_permit().is_none());
    assert!(semaphore.permit_timeout(SHORT).is_none());
    assert_eq!(semaphore.available(), 0);
    let bounded = BoundedSemaphore::new(0);
    assert!(bounded.try_permit().is_none());
    assert!(bounded.permit_timeout(SHORT).is_none());
    assert_eq!(bounded.available(), 0);
}

#[test]
fn a_permit_comes_back_when_it_is_dropped_wherever_that_is() {
    let semaphore = Semaphore::default();
    let permit = semaphore.permit();
    assert_eq!(semaphore.available(), 0);
    thread::scope(|scope| {
        scope.spawn(move || drop(permit));
    });
    assert_eq!(semaphore.available(), 1);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _permit = semaphore.permit_timeout(Duration::MAX);
        panic!("in the middle of it");
    }));
    assert!(outcome.is_err());
    assert!(semaphore.try_permit().is_some());
}

#[test]
fn waiters_are_woken_by_as_many_permits() {
    for round in 0..60 {
        let semaphore = Semaphore::new(0);
        let n = if round % 2 == 0 { 1 } else { 3 };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| semaphore.acquire());
            }
            scope.spawn(|| assert!(semaphore.acquire_timeout(Duration::MAX)));
            // So that in most rounds they block before the permits come.
            (0..round).for_each(|_| thread::yield_now());
            for _ in 0..3 / n {
                semaphore.release(n);
            }
        });
        assert_eq!(semaphore.available(), 0);
    }
}

#[test]
fn never_more_inside_than_permits() {
    let semaphore = BoundedSemaphore::new(2);
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let _permit = semaphore.permit();
                    assert!(inside.fetch_add(1, Relaxed) < 2);
                    inside.fetch_sub(1, Relaxed);
                }
            });
        }
    });
    assert_eq!(semaphore.available(), 2);
}

#[test]
fn the_bounded_one_refuses_what_was_never_taken() {
    let semaphore = BoundedSemaphore::new(2);
    assert_eq!(semaphore.release(1), Err(TooManyReleases { bound: 2 }));
    assert!(semaphore.try_acquire() && semaphore.acquire_timeout(SHORT));
    assert_eq!(semaphore.release(3), Err(TooManyReleases { bound: 2 }));
    assert_eq!(semaphore.available(), 0, "refused as a whole");
    assert_eq!(semaphore.release(2), Ok(()));
    assert_eq!(semaphore.release(usize::MAX), Err(TooManyReleases { bound: 2 }));
}

#[test]
fn a_permit_given_back_twice_does_not_pass_the_bound() {
    let semaphore = BoundedSemaphore::default();
    let permit = semaphore.permit();
    assert_eq!(semaphore.release(1), Ok(()));
    drop(permit);
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn the_number_of_permits_stops_at_the_largest() {
    let semaphore = Semaphore::new(usize::MAX);
    semaphore.release(2);
    assert_eq!(semaphore.available(), usize::MAX);
}

#[test]
fn they_show_their_state_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<Semaphore>();
    all::<BoundedSemaphore>();
    all::<Permit<'_>>();
    assert_eq!(format!("{:?}", Semaphore::new(2)), "Semaphore { available: 2 }");
    let text = "BoundedSemaphore { semaphore: Semaphore { available: 2 }, bound: 2 }";
    assert_eq!(format!("{:?}", BoundedSemaphore::new(2)), text);
    assert!(TooManyReleases { bound: 2 }.to_string().contains("2 in all"));
}
