//! The event: `set` releases everybody who waits, whatever follows.
//!
//! No scenario asks again and again whether somebody waits: the ways to do
//! that are without number. They look once, and act on what they saw.

use ch05_event::Event;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Two wait, one sets: both are released, whether they came before or after.
fn set_releases_all() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| event.wait());
        event.set();
    });
    assert!(event.is_set());
    assert_eq!(event.waiters(), 0);
}

/// What was written before `set` is read after `wait`, although the write is relaxed.
fn set_publishes() {
    let (event, told) = (Event::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            told.store(7, Relaxed);
            event.set();
        });
        event.wait();
        assert_eq!(told.load(Relaxed), 7);
    });
}

/// Sets the event, and clears it if all of `expected` were seen waiting. Those who were not shall
/// find it set.
fn set_and_clear(event: &Event, expected: usize) {
    let all_wait = event.waiters() == expected;
    event.set();
    if all_wait {
        event.clear();
    }
}

/// A thread that was blocked when `set` was called is released although `clear` follows at once.
fn set_and_clear_releases_the_waiter() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        set_and_clear(&event, 1);
    });
}

/// So are two of them.
fn set_and_clear_releases_both_waiters() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| event.wait());
        set_and_clear(&event, 2);
    });
}

/// A waiter with a time-out says that it was released, although the flag is down again.
///
/// Time-outs fire at any moment.
fn the_timed_waiter_was_released() {
    let event = Event::new();
    let start = Instant::now();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| event.wait_timeout(LONG));
        set_and_clear(&event, 1);
        let in_time = start.elapsed() < LONG;
        assert!(waiter.join().unwrap() || !in_time);
    });
}

/// Set, cleared and set again while one waits: it is released once, and stays out.
fn two_generations() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        event.set();
        event.clear();
        event.set();
    });
    assert_eq!(event.waiters(), 0);
}

/// Two that set at the same time are as one.
fn two_set() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.set());
        scope.spawn(|| event.wait());
        event.set();
    });
    assert!(event.is_set());
}

/// A cleared event holds back whoever comes later, until the time is over.
fn clear_holds_back() {
    let event = Event::new();
    event.set();
    thread::scope(|scope| {
        scope.spawn(|| event.clear()).join().unwrap();
        let start = Instant::now();
        assert!(!event.wait_timeout(LONG));
        assert!(start.elapsed() >= LONG);
    });
    assert_eq!(event.waiters(), 0);
}

/// One waiter's time-out takes nothing from another.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_release() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait_timeout(LONG));
        scope.spawn(|| event.wait());
        event.set();
    });
    assert_eq!(event.waiters(), 0);
}
