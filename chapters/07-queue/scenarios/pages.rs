//! What the book's pages step through, with `std`'s own types: one line, one step.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread;

/// Two workers report a task as done, and the tasks are counted without a lock.
///
/// Must fail: a report is lost, and whoever waits for zero waits for ever.
fn a_report_is_lost() {
    let unfinished = AtomicU32::new(2);
    let task_done = || {
        let left = unfinished.load(SeqCst);
        unfinished.store(left - 1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(task_done);
        scope.spawn(task_done);
    });
    assert_eq!(unfinished.into_inner(), 0, "join would wait for ever");
}

/// Two consumers wait for an item, and the queue is shut down with `notify_one`.
///
/// Must fail: if both wait, only one hears of the end.
fn one_of_two_is_told() {
    let is_open = Mutex::new(true);
    let changed = Condvar::new();
    let consume = || {
        let mut open = is_open.lock().unwrap();
        while *open {
            open = changed.wait(open).unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        *is_open.lock().unwrap() = false;
        changed.notify_one();
    });
}
