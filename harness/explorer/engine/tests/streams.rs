//! The locks of the standard streams: a thread that has one, and does something meanwhile, keeps others from printing.

use std::fmt;
use std::io::Write as _;

use explore_engine::io::{stderr, stdout};
use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicU32, Ordering::Relaxed};
use explore_engine::{Config, Explorer, Outcome, eprintln, println, thread};

#[track_caller]
fn explore(scenario: fn()) -> Outcome {
    let told = [false, true].map(|outputs| {
        let config = Config { outputs, ..Config::default() };
        let outcome = Explorer::new(config.clone()).run("scenario", scenario);
        if let Some(schedule) = outcome.schedule.as_deref() {
            let again = Explorer::new(config).replay("scenario", scenario, schedule).unwrap();
            assert_eq!(again.failure(), outcome.failure(), "it is shown again");
        }
        outcome
    });
    let [usual, ordered] = told;
    assert_eq!(usual.failure(), ordered.failure(), "whether outputs are collected or not");
    usual
}

/// A value that is formatted by looking under its mutex.
struct Shown<'a>(&'a Mutex<u32>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", *self.0.lock().unwrap())
    }
}

#[test]
fn a_stream_and_a_mutex_in_two_orders_are_a_deadlock() {
    let outcome = explore(|| {
        let mutex = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut out = stdout().lock();
                writeln!(out, "{}", *mutex.lock().unwrap()).unwrap();
            });
            let _mine = mutex.lock().unwrap();
            println!("x");
        });
    });
    assert_eq!(outcome.failure(), "deadlock", "{outcome}");
}

#[test]
fn text_is_put_together_under_the_lock() {
    let outcome = explore(|| {
        let mutex = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _mine = mutex.lock().unwrap();
                eprintln!("x");
            });
            eprintln!("{}", Shown(&mutex));
        });
    });
    assert_eq!(outcome.failure(), "deadlock", "{outcome}");
}

#[test]
fn who_prints_is_not_joined_under_the_lock() {
    let outcome = explore(|| {
        let _alone = stderr().lock();
        thread::spawn(|| eprintln!("x")).join().unwrap();
    });
    assert_eq!(outcome.failure(), "deadlock", "{outcome}");
}

#[test]
fn two_streams_have_two_locks_and_a_thread_takes_its_own_again() {
    let outcome = explore(|| {
        let mut out = stdout().lock();
        println!("a");
        thread::spawn(|| eprintln!("b")).join().unwrap();
        writeln!(out, "c").unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn what_is_done_under_the_lock_is_done_by_one_at_a_time() {
    let outcome = explore(|| {
        let count = AtomicU32::new(0);
        let add = || {
            let mut out = stdout().lock();
            let value = count.load(Relaxed);
            writeln!(out, "{value}").unwrap();
            count.store(value + 1, Relaxed);
        };
        thread::scope(|scope| {
            scope.spawn(add);
            add();
        });
        assert_eq!(count.load(Relaxed), 2);
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_copy_is_printed_without_the_mutex() {
    let outcome = explore(|| {
        let mutex = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _mine = mutex.lock().unwrap();
                println!("x");
            });
            let value = *mutex.lock().unwrap();
            println!("{value}");
        });
    });
    assert!(outcome.is_proved(), "{outcome}");
}
