//! What cannot be noticed costs nothing; and time-outs that do not fire early.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use explore_engine::sync::{Condvar, Mutex, RwLock};
use explore_engine::time::Instant;
use explore_engine::{Config, Explorer, thread};

use crate::{explore, proved};

#[test]
fn readers_that_try_do_not_notice_each_other() {
    for threads in 2..6 {
        let outcome = proved(move || {
            let lock = Arc::new(RwLock::new(0));
            let start = |_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || lock.try_read().is_ok())
            };
            let threads: Vec<_> = (0..threads).map(start).collect();
            assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        });
        assert_eq!(outcome.executions, 1);
    }
}

#[test]
fn who_is_parked_waits_for_one_unpark() {
    let outcome = proved(|| {
        let threads: Vec<_> = (0..8).map(|_| thread::spawn(thread::park)).collect();
        threads.iter().for_each(|thread| thread.thread().unpark());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(outcome.executions, 1);
}

#[test]
fn a_failure_that_many_runs_show_is_not_found_last() {
    // In the order of the exhaustive search the last thread goes last for very long.
    let outcome = explore(|| {
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(AtomicUsize::new(9));
        let add = |_| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                for _ in 0..3 {
                    count.fetch_add(1, SeqCst);
                }
            })
        };
        let theirs = (Arc::clone(&count), Arc::clone(&seen));
        let looks = thread::spawn(move || theirs.1.store(theirs.0.load(SeqCst), SeqCst));
        let threads: Vec<_> = (0..4).map(add).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        looks.join().unwrap();
        assert_ne!(seen.load(SeqCst), 6);
    });
    assert!(outcome.is_failed() && outcome.executions <= 800, "{outcome}");
}

/// A wait with a time-out in a file that is named as patient ends in time only when nothing else can happen, and does not count as one.
#[test]
fn time_outs_of_a_patient_file_do_not_fire_early() {
    let eager = Config { eager_timeouts: true, ..Config::default() };
    let scenario = || {
        let done = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&done);
        let other = thread::spawn(move || theirs.store(true, SeqCst));
        thread::park_timeout(Duration::from_nanos(1));
        assert!(done.load(SeqCst));
        other.join().unwrap();
    };
    let early = Explorer::new(eager.clone()).run("scenario", scenario);
    assert!(early.is_failed() && early.timed, "{early}");
    let patient = Config { patient: file!().to_owned(), ..eager };
    let late = Explorer::new(patient).run("scenario", scenario);
    assert!(late.is_proved() && !late.timed, "{late}");
}

/// Where only naps fire early, what a program is about does not, and it is told which of them it waits with.
#[test]
fn only_naps_fire_early_if_nothing_else_may() {
    let scenario = |time: Duration, parks: bool| {
        let config = Config { eager_timeouts: true, only_naps: true, ..Config::default() };
        Explorer::new(config).run("scenario", move || {
            let done = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&done);
            let other = thread::spawn(move || theirs.store(true, SeqCst));
            let start = Instant::now();
            match parks {
                true => thread::park_timeout(time),
                false => {
                    let (lock, changed) = (Mutex::new(()), Condvar::new());
                    drop(changed.wait_timeout(lock.lock().unwrap(), time).unwrap());
                }
            }
            assert!(start.elapsed() >= time);
            assert!(done.load(SeqCst), "the other was slower");
            other.join().unwrap();
        })
    };
    for parks in [true, false] {
        let nap = scenario(Duration::from_millis(899), parks);
        assert!(nap.is_failed() && nap.naps && nap.summary.contains("slower"), "{nap}");
        let wait = scenario(Config::NAP, parks);
        assert!(wait.is_proved() && wait.timed && !wait.naps, "{wait}");
    }
}
