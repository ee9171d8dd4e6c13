//! What takes too long for every test run, where it is only tried: see the README of the scenarios.

use ch02_threads::spawn;
use std::thread;

/// Threads that two threads start at the same time have two identifiers and two names.
fn two_starters_get_different_threads() {
    let start = || {
        let handle = spawn(|| ());
        let thread = handle.thread().clone();
        handle.join().unwrap();
        (thread.ident().unwrap(), thread.name())
    };
    let other = thread::spawn(start);
    let mine = start();
    let others = other.join().unwrap();
    assert_ne!(mine.0, others.0);
    assert_ne!(mine.1, others.1);
}
