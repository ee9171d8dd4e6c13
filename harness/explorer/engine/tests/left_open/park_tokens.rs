//! What eats the token of `park`.

use explore_engine::sync::mpsc;
use explore_engine::{Explorer, thread};
use trace::Failure;

use crate::{explore, failure, proved};

#[test]
fn a_channel_eats_a_park_token() {
    let scenario = || {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            thread::park();
        });
        other.thread().unpark();
        sender.send(1).unwrap();
        other.join().unwrap();
    };
    let outcome = explore(scenario);
    assert!(outcome.summary.contains("thread 1 is parked"), "{outcome}");
    let again = Explorer::default().replay("scenario", scenario, &outcome.schedule.unwrap());
    assert!(again.unwrap().is_failed());
}

#[test]
fn a_channel_that_need_not_wait_eats_nothing() {
    proved(|| {
        let (sender, receiver) = mpsc::channel();
        sender.send(1).unwrap();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            thread::park();
        });
        other.thread().unpark();
        other.join().unwrap();
    });
    // Unparked after the message.
    proved(|| {
        let (sender, receiver) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let other = thread::spawn(move || {
            receiver.recv().unwrap();
            answer.send(()).unwrap();
            thread::park();
        });
        sender.send(1).unwrap();
        answered.recv().unwrap();
        other.thread().unpark();
        other.join().unwrap();
    });
}

#[test]
fn a_scope_eats_a_park_token() {
    let told = failure(|| {
        let main = thread::current();
        thread::scope(|scope| drop(scope.spawn(move || main.unpark())));
        thread::park();
    });
    assert!(matches!(told, Failure::Deadlock { .. }), "{told:?}");
}
