//! A timer fires or is cancelled, never both, and `cancel` says truthfully which.

use ch02_threads::Timer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LATE: Duration = Duration::from_secs(3600);

/// `cancel` says true if and only if the function is never called, however close the race.
fn cancel_is_truthful() {
    let called = Arc::new(AtomicBool::new(false));
    let timer = Timer::start(Duration::ZERO, {
        let called = Arc::clone(&called);
        move || called.store(true, Relaxed)
    })
    .unwrap();
    let cancelled = timer.cancel();
    assert_eq!(timer.join().unwrap().is_none(), cancelled);
    assert_eq!(called.load(Relaxed), !cancelled);
}

/// Two threads that cancel one timer get the same answer, and it is true.
fn two_cancel_and_agree() {
    let timer = Timer::start(Duration::ZERO, || ()).unwrap();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| timer.cancel());
        (timer.cancel(), other.join().unwrap())
    });
    assert_eq!(one, other);
    assert_eq!(timer.join().unwrap().is_none(), one);
}

/// A timer that nobody cancels fires.
fn fires_in_the_end() {
    let timer = Timer::start(LATE, || "rang").unwrap();
    assert_eq!(timer.join().unwrap(), Some("rang"));
}

/// A cancelled timer's thread ends at once and not at its time.
fn a_cancelled_timer_does_not_wait() {
    let timer = Timer::start(LATE, || "rang").unwrap();
    if timer.cancel() {
        // From here on: before that, the time may have passed.
        let told = std::time::Instant::now();
        assert_eq!(timer.join().unwrap(), None);
        assert!(told.elapsed() < LATE);
    } else {
        assert_eq!(timer.join().unwrap(), Some("rang"));
    }
}

/// A function that panics was called: `join` has the panic, and `cancel` comes too late.
fn a_panicking_function_was_called() {
    let timer = Timer::start(Duration::ZERO, || panic!("on purpose")).unwrap();
    let cancelled = timer.cancel();
    match timer.join() {
        Ok(None) => assert!(cancelled),
        Ok(Some(())) => unreachable!("the function never returns"),
        Err(_panic) => assert!(!cancelled),
    }
}
