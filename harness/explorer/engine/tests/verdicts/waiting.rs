//! Threads that wait for each other, for themselves, and for what has been lost.

use std::sync::Arc;

use explore_engine::sync::{Condvar, Mutex};
use explore_engine::thread;
use trace::{Failure, Operation, WaitsFor};

use crate::failure;

#[test]
fn a_deadlock_says_who_waits_for_what_and_who_holds_it() {
    let (failure, outcome) = failure(|| {
        let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
        let (a2, b2) = (Arc::clone(&a), Arc::clone(&b));
        let other = thread::Builder::new().name("other".to_owned()).spawn(move || {
            let _b = b2.lock().unwrap();
            let _a = a2.lock().unwrap();
        });
        {
            let _a = a.lock().unwrap();
            let _b = b.lock().unwrap();
        }
        other.unwrap().join().unwrap();
    });
    let Failure::Deadlock { waits } = failure else { panic!("{failure:?}") };
    assert_eq!(waits.len(), 2);
    let held_by = |wait: &trace::Wait| match &wait.waits_for {
        Some(WaitsFor::Lock { held_by, .. }) => held_by[0].0,
        other => panic!("{other:?}"),
    };
    assert_eq!((held_by(&waits[0]), held_by(&waits[1])), (1, 0));
    assert_eq!(outcome.preemptions, Some(1));
    assert!(outcome.minimal);
    assert!(outcome.summary.contains("held by other"), "{outcome}");
    let blocked = outcome.trace.unwrap().steps.iter().filter(|step| step.blocked.is_some()).count();
    assert_eq!(blocked, 2, "the trace shows both threads asking");
}

#[test]
fn a_thread_that_waits_for_itself_is_a_deadlock() {
    let (failure, _) = failure(|| {
        let lock = Mutex::new(());
        let _once = lock.lock();
        let _twice = lock.lock();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }), "{failure:?}");
}

#[test]
fn a_lost_notification_wakes_nobody_in_the_trace() {
    let (failure, outcome) = failure(|| {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let setter = thread::spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        let ready = *pair.0.lock().unwrap();
        if !ready {
            let guard = pair.0.lock().unwrap();
            drop(pair.1.wait(guard));
        }
        setter.join().unwrap();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
    let steps = outcome.trace.unwrap().steps;
    let notify =
        steps.iter().find(|step| matches!(step.operation, Operation::Notify { .. })).unwrap();
    assert!(notify.wakes.is_empty());
}
