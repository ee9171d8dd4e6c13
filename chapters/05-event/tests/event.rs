//! What the event promises, and what its first step fails to.

use ch05_event::{Event, naive};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

#[test]
fn the_flag_goes_up_and_down() {
    let event = Event::default();
    assert!(!event.is_set());
    for _ in 0..2 {
        event.set();
        event.set();
        assert!(event.is_set());
        event.clear();
        event.clear();
        assert!(!event.is_set());
    }
}

#[test]
fn nobody_waits_for_a_flag_that_is_up() {
    let event = Event::new();
    event.set();
    event.wait();
    for timeout in [Duration::ZERO, SHORT, Duration::MAX] {
        assert!(event.wait_timeout(timeout));
    }
}

#[test]
fn a_time_out_ends_the_wait() {
    let event = Event::new();
    assert!(!event.wait_timeout(Duration::ZERO));
    assert!(!event.wait_timeout(SHORT));
    event.set();
    event.clear();
    assert!(!event.wait_timeout(SHORT), "an earlier set does not count for a later wait");
    assert_eq!(event.waiters(), 0);
}

#[test]
fn set_releases_all_with_and_without_time_outs() {
    let event = Event::new();
    let seen = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                event.wait();
                seen.fetch_add(1, Relaxed);
            });
            scope.spawn(|| {
                assert!(event.wait_timeout(Duration::MAX));
                seen.fetch_add(1, Relaxed);
            });
        }
        event.set();
    });
    assert_eq!(seen.into_inner(), 6);
    assert_eq!(event.waiters(), 0);
}

#[test]
fn those_who_waited_are_released_even_if_clear_follows_at_once() {
    let event = Event::new();
    for _ in 0..200 {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| event.wait());
                scope.spawn(|| assert!(event.wait_timeout(Duration::MAX)));
            }
            until(|| event.waiters() == 4);
            event.set();
            event.clear();
        });
    }
    assert!(!event.is_set());
}

#[test]
fn the_naive_step_releases_nobody_if_clear_comes_first() {
    let event = naive::Event::new();
    let released = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                event.wait();
                released.fetch_add(1, Relaxed);
            });
        }
        until(|| event.waiters() == 5);
        event.set_and_clear();
        assert_eq!(released.load(Relaxed), 0);
        assert_eq!(event.waiters(), 5);
        event.set();
    });
    assert_eq!(released.into_inner(), 5);
    assert!(event.is_set());
    event.clear();
    assert!(!event.is_set());
}

#[test]
fn it_shows_its_state_and_may_be_shared() {
    fn all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    all::<Event>();
    assert_eq!(format!("{:?}", Event::new()), "Event { set: false, waiters: 0 }");
}

/// Lets the others run until `done`.
fn until(done: impl Fn() -> bool) {
    while !done() {
        thread::yield_now();
    }
}
