//! Whose panic is shown, and which is no failure.

use std::sync::Arc;

use explore_engine::sync::{Mutex, RwLock, mpsc};
use explore_engine::{panic, thread};
use trace::Failure;

use crate::{explore, failure};

#[test]
fn a_panic_of_a_thread_is_shown_and_not_the_unwrap_of_its_join() {
    let (failure, _) = failure(|| thread::spawn(|| panic!("the cause")).join().unwrap());
    let Failure::Panic { thread, message, at } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (1, "the cause"));
    assert!(at.unwrap().file.ends_with("panics.rs"));
}

#[test]
fn a_panic_in_a_scope_is_shown_and_not_that_of_the_scope() {
    let (failure, _) = failure(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("inside"));
        });
    });
    assert!(matches!(failure, Failure::Panic { message, .. } if message == "inside"));
}

#[test]
fn a_panic_that_is_caught_or_joined_is_no_failure() {
    let outcome = explore(|| {
        assert!(thread::spawn(|| panic!("expected")).join().is_err());
        assert!(panic::catch_unwind(|| panic!("expected as well")).is_err());
        assert!(!thread::panicking());
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_panic_that_nobody_receives_is_a_failure() {
    let (failure, _) = failure(|| {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || {
            let _sender = sender;
            panic!("unseen");
        });
        assert!(receiver.recv().is_err());
    });
    assert!(matches!(failure, Failure::Panic { message, .. } if message == "unseen"));
}

#[test]
fn a_poisoned_lock_that_somebody_gives_up_on_is_the_failure_of_who_poisoned_it() {
    let (failure, outcome) = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let result = thread::spawn(move || {
            let _guard = theirs.write().unwrap();
            panic!("while it holds the lock");
        });
        assert!(result.join().is_err());
        let _guard = lock.read().unwrap();
    });
    let Failure::Panic { thread, message, .. } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (1, "while it holds the lock"), "{outcome}");
}

#[test]
fn the_panic_that_poisoned_a_lock_is_shown_and_not_what_followed() {
    // The second thread panics because the first did, and has the lower number in some order of starting.
    let (failure, outcome) = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let follows = thread::spawn(move || {
            while !theirs.is_poisoned() {
                thread::yield_now();
            }
            *theirs.lock().unwrap() += 1;
        });
        let leads = thread::spawn(move || {
            let _guard = lock.lock().unwrap();
            panic!("the cause");
        });
        follows.join().unwrap();
        leads.join().unwrap();
    });
    let Failure::Panic { thread, message, .. } = failure else { panic!("{failure:?}") };
    assert_eq!((thread.0, message.as_str()), (2, "the cause"), "{outcome}");
}
