//! Starting and joining: a thread's result, its panic and its end are told
//! once, and told rightly.

use ch02_threads::{Builder, JoinHandle, active_count, current, enumerate, main_scope, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(1);

/// `join` returns what the thread returned, and by then the thread is not alive.
fn join_returns_the_result() {
    let handle = spawn(|| 42);
    let thread = handle.thread().clone();
    assert_eq!(handle.join().unwrap(), 42);
    assert!(!thread.is_alive());
}

/// A panic comes back through `join`. It leaves the thread neither alive nor counted.
fn join_returns_the_panic() {
    let handle = spawn(|| panic!("on purpose"));
    let thread = handle.thread().clone();
    assert!(handle.join().is_err());
    assert!(!thread.is_alive());
    assert_eq!(active_count(), 1);
}

/// A `join` that times out gives the handle back, and a second one gets the result.
fn join_timeout_gives_the_handle_back() {
    let (go, gone) = mpsc::channel();
    let handle = spawn(move || gone.recv().unwrap());
    let handle = handle.join_timeout(SHORT).expect_err("it waits for the word that comes below");
    assert!(handle.is_alive());
    go.send("the word").unwrap();
    assert_eq!(handle.join().unwrap(), "the word");
}

/// Whatever `join_timeout` says, it says it once: the result, or the handle that still has it.
///
/// Time-outs fire at any moment.
fn join_timeout_loses_no_result() {
    // The scope waits for what a join with a time-out leaves of the thread.
    let result = main_scope(|| match spawn(|| 42).join_timeout(SHORT) {
        Ok(result) => result,
        Err(handle) => handle.join(),
    });
    assert_eq!(result.unwrap(), 42);
}

/// A thread is alive from its start to its end: who has seen it dead never sees it alive again.
fn the_dead_stay_dead() {
    let handle = spawn(|| ());
    let thread = handle.thread().clone();
    let observer = spawn(move || {
        let first = thread.is_alive();
        let second = thread.is_alive();
        assert!(first || !second, "it was dead and is alive again");
    });
    handle.join().unwrap();
    observer.join().unwrap();
}

/// A thread that asks who it is, is the thread that was started.
fn current_is_the_started_thread() {
    let handle = Builder::new().name("t.0").spawn(current).unwrap();
    let thread = handle.thread().clone();
    assert_eq!(thread.name(), "t.0");
    assert!(handle.join().unwrap() == thread);
}

/// While it runs, a thread is listed; once it is joined, it is not.
fn enumerate_lists_the_living() {
    let handle = spawn(|| {
        assert!(enumerate().contains(&current()));
        assert_eq!(active_count(), 2);
    });
    let thread = handle.thread().clone();
    handle.join().unwrap();
    assert!(!enumerate().contains(&thread));
    assert_eq!(active_count(), 1);
}

/// Threads that are counted at the same time, one that is started and one that asks who it is, have
/// two identifiers and two names.
fn two_that_come_are_two() {
    let other = thread::spawn(|| (current().ident().unwrap(), current().name()));
    let handle = spawn(|| ());
    let mine = handle.thread().clone();
    let (ident, name) = other.join().unwrap();
    assert_ne!(mine.ident().unwrap(), ident);
    assert_ne!(mine.name(), name);
    handle.join().unwrap();
}

/// `native_id` waits for a started thread to say it, also when the thread ends at once.
fn native_id_of_a_short_thread() {
    let handle = spawn(|| ());
    let thread = handle.thread().clone();
    assert_eq!(thread.native_id().is_some(), cfg!(target_os = "linux"));
    handle.join().unwrap();
}

/// A thread that joins itself is refused, where it would otherwise wait for ever.
fn joining_oneself_is_refused() {
    let refused = main_scope(|| {
        let (give, take) = mpsc::channel::<JoinHandle<()>>();
        let (answer, answered) = mpsc::channel();
        let handle = spawn(move || {
            let myself = take.recv().unwrap();
            answer.send(catch_unwind(AssertUnwindSafe(|| myself.join())).is_err()).unwrap();
        });
        give.send(handle).unwrap();
        answered.recv().unwrap()
    });
    assert!(refused);
}
