//! A timer fires or is cancelled, never both.

use ch02_threads::{Builder, Timer};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const AN_HOUR: Duration = Duration::from_secs(3600);

#[test]
fn it_fires_and_not_before_its_time() {
    let start = Instant::now();
    let delay = Duration::from_millis(5);
    let timer = Timer::start(delay, move || start.elapsed()).unwrap();
    assert!(timer.join().unwrap().unwrap() >= delay);
}

#[test]
fn a_cancelled_one_ends_without_a_call() {
    let (called, calls) = mpsc::channel::<()>();
    let timer = Timer::start(AN_HOUR, move || called.send(())).unwrap();
    assert!(timer.cancel());
    assert!(timer.cancel(), "the answer stays the same");
    assert!(timer.join().unwrap().is_none());
    assert!(calls.recv().is_err());
}

#[test]
fn a_longest_wait_can_be_cancelled_too() {
    let timer = Timer::start(Duration::MAX, || ()).unwrap();
    assert!(timer.cancel());
    assert_eq!(timer.join().unwrap(), None);
}

#[test]
fn a_cancellation_during_the_call_comes_too_late() {
    let (called, calls) = mpsc::channel();
    let (go_on, wait_for_it) = mpsc::channel();
    let timer = Timer::start(Duration::ZERO, move || {
        called.send(()).unwrap();
        wait_for_it.recv().unwrap();
    })
    .unwrap();
    calls.recv().unwrap();
    assert!(!timer.cancel());
    let timer = timer.join_timeout(Duration::ZERO).expect_err("its function still runs");
    go_on.send(()).unwrap();
    assert_eq!(timer.join().unwrap(), Some(()));
}

#[test]
fn a_panic_comes_back_through_join() {
    let timer = Timer::start(Duration::ZERO, || panic!("rang")).unwrap();
    assert_eq!(timer.join().unwrap_err().downcast_ref(), Some(&"rang"));
}

#[test]
fn its_thread_is_as_the_builder_says() {
    let builder = Builder::new().name("alarm").daemon(true);
    let timer = Timer::start_with(builder, AN_HOUR, || ()).unwrap();
    assert_eq!(timer.thread().name(), "alarm");
    assert!(timer.thread().is_daemon() && timer.thread().is_alive());
    timer.cancel();
    let refused = Timer::start_with(Builder::new().name("\0"), AN_HOUR, || ());
    assert!(refused.is_err());
}
