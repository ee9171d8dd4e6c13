//! Recordings: real threads, the same trace format.

use std::sync::Arc;

use explore_engine::sync::{Condvar, Mutex, mpsc};
use explore_engine::{record, thread};
use trace::{Failure, Operation, Origin, Outcome};

#[test]
fn a_recording_tells_who_did_what() {
    let trace = record("hand over", || {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let (sender, receiver) = mpsc::channel();
        let setter = thread::Builder::new().name("setter".to_owned()).spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
            sender.send(7).unwrap();
        });
        let mut ready = pair.0.lock().unwrap();
        while !*ready {
            ready = pair.1.wait(ready).unwrap();
        }
        drop(ready);
        assert_eq!(receiver.recv(), Ok(7));
        setter.unwrap().join().unwrap();
    });
    trace.check().unwrap();
    assert_eq!((trace.origin, &trace.verdict.outcome), (Origin::Recorded, &Outcome::Ended));
    assert_eq!(trace.threads[1].name.as_deref(), Some("setter"));
    let done = |wanted: fn(&Operation) -> bool| {
        trace.steps.iter().filter(|step| step.blocked.is_none() && wanted(&step.operation)).count()
    };
    assert_eq!(done(|op| matches!(op, Operation::Notify { .. })), 1);
    assert_eq!(done(|op| matches!(op, Operation::Send { .. })), 1);
    assert_eq!(done(|op| matches!(op, Operation::Receive { .. })), 1);
    assert_eq!(done(|op| matches!(op, Operation::End)), 2);
    // Each lock is given back: by an unlock, or by a wait.
    let taken = done(|op| matches!(op, Operation::Lock { .. } | Operation::Wake { .. }));
    let given = done(|op| matches!(op, Operation::Unlock { .. } | Operation::Wait { .. }));
    assert_eq!(taken, given);
}

#[test]
fn a_panic_is_the_verdict_of_its_recording() {
    let trace = record("panic", || panic!("recorded"));
    let Outcome::Failed { failure: Failure::Panic { message, .. } } = trace.verdict.outcome else {
        panic!("{:?}", trace.verdict);
    };
    assert_eq!(message, "recorded");
}

#[test]
fn what_no_recording_surrounds_is_not_recorded() {
    let lock = Mutex::new(1);
    *lock.lock().unwrap() += 1;
    let trace = record("empty", || ());
    assert_eq!(trace.steps.len(), 2, "it starts and ends: {:?}", trace.steps);
    assert!(trace.objects.is_empty());
}
