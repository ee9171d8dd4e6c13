//! Threads that are left at the end.

use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use explore_engine::sync::{Mutex, mpsc};
use explore_engine::{Config, Explorer, thread};
use trace::{Failure, WaitsFor};

use crate::{explore, failure};

#[test]
fn a_thread_left_waiting_at_the_end_is_a_leak() {
    let (failure, _) = failure(|| {
        let (sender, receiver) = mpsc::channel::<()>();
        let (here, is_here) = mpsc::channel::<()>();
        thread::spawn(move || {
            here.send(()).unwrap();
            receiver.recv()
        });
        is_here.recv().unwrap();
        std::mem::forget(sender);
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert!(matches!(threads[0].waits_for, Some(WaitsFor::Message { .. })));
}

#[test]
fn a_thread_that_could_still_run_at_the_end_is_a_leak() {
    let (failure, outcome) = failure(|| {
        thread::spawn(|| ());
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert_eq!((threads.len(), threads[0].thread.0, &threads[0].waits_for), (1, 1, &None));
    assert_eq!((outcome.preemptions, outcome.minimal), (Some(0), true));
    assert!(outcome.summary.starts_with("leak: the program has ended; thread 1 runs"), "{outcome}");
}

#[test]
fn a_leak_is_found_where_only_the_end_of_main_comes_late() {
    // Every step of main that the other thread depends on comes after its last one, but for the end of main itself.
    let (failure, outcome) = failure(|| {
        let (value, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(0)));
        let (mine, theirs) = (Arc::clone(&value), Arc::clone(&count));
        thread::spawn(move || {
            mine.store(1, Release);
            *theirs.lock().unwrap() += 1;
        });
        while value.load(Acquire) == 0 {
            thread::yield_now();
        }
    });
    let Failure::Leak { threads } = failure else { panic!("{failure:?}") };
    assert!(threads[0].at.as_ref().unwrap().file.ends_with("left_behind.rs"), "{outcome}");
    let schedule = outcome.schedule.unwrap();
    assert!(schedule.len() < 200);
}

#[test]
fn a_detached_thread_with_nothing_left_to_do_is_no_leak() {
    // Main waits for the last thing that the thread does. That it still has to give back a sender and to end, nobody notices.
    let outcome = explore(|| {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(1).unwrap());
        assert_eq!(receiver.recv(), Ok(1));
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn threads_may_be_left_running_if_that_is_said() {
    let config = Config { detached: true, ..Config::default() };
    let outcome = Explorer::new(config).run("daemons", || {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || receiver.recv());
        thread::spawn(|| ());
        std::mem::forget(sender);
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert!(outcome.bounds.iter().any(|bound| bound.contains("left running")), "{outcome:?}");
}

/// A heartbeat, or a worker that looks for work: the program's end is its end.
#[test]
fn a_thread_that_may_be_left_running_may_spin() {
    let scenario = || {
        let stop = Arc::new(AtomicBool::new(false));
        thread::spawn(move || {
            while !stop.load(Relaxed) {
                thread::yield_now();
            }
        });
    };
    let outcome =
        Explorer::new(Config { detached: true, ..Config::default() }).run("spins", scenario);
    assert!(outcome.is_proved(), "{outcome}");
    assert!(explore(scenario).is_failed());
}
