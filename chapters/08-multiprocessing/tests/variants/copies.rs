//! Somebody else's `fork`, of which this library hears nothing: what it has once in a process is whole in the copy.

use crate::end_with;
use ch08_multiprocessing::{
    Connection, Event, Lock, Message, Process, Queue, StartMethod, active_children, current_name,
    pipe,
};
use std::thread;
use test_support::copies::in_a_copy;

/// Takes every lock that the library has for the whole process, and then some.
fn use_everything(event: &Event) {
    drop(Lock::new().unwrap());
    drop(Queue::<u8>::new(1).unwrap());
    let other: Event = Message::encode(event).unwrap().decode().unwrap();
    assert_eq!(other.is_set(), event.is_set());
    active_children();
    assert!(!current_name().is_empty());
    drop(pipe().unwrap());
}

fn waits(mut main: Connection) {
    let _ = main.recv::<()>();
}

pub fn fork_amid(_: ()) {
    let (event, stop) = (Event::new().unwrap(), Event::new().unwrap());
    let (gate, theirs) = pipe().unwrap();
    let child = Process::new(waits, theirs).start().unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.is_set() {
                    use_everything(&event);
                }
            });
        }
        for round in 0..200 {
            in_a_copy(|| {
                use_everything(&event);
                // A child of the process that was copied is none of the copy's.
                assert!(active_children().is_empty());
                assert!(child.join().is_err());
                if round % 20 == 0 {
                    let method = [StartMethod::Spawn, StartMethod::Fork][round / 20 % 2];
                    let own = Process::new(end_with, 3).method(method).start().unwrap();
                    assert_eq!(own.join().unwrap(), 3);
                }
            });
        }
        stop.set();
    });
    assert_eq!(active_children().len(), 1);
    drop(gate);
    assert_eq!(child.join().unwrap(), 0);
}
