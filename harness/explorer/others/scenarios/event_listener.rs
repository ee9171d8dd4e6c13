//! event-listener: the wake-up that must not be lost.

use event_listener::{Event, Listener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn wait_until(flag: &AtomicBool, event: &Event) {
    while !flag.load(Ordering::SeqCst) {
        let listener = event.listen();
        if flag.load(Ordering::SeqCst) {
            break;
        }
        listener.wait();
    }
}

/// One waits, one notifies.
pub fn one_listener() {
    let shared = Arc::new((AtomicBool::new(false), Event::new()));
    let waiter = thread::spawn({
        let shared = Arc::clone(&shared);
        move || wait_until(&shared.0, &shared.1)
    });
    shared.0.store(true, Ordering::SeqCst);
    shared.1.notify(1);
    waiter.join().unwrap();
}

/// Two wait, one notifies both.
pub fn two_listeners() {
    let shared = Arc::new((AtomicBool::new(false), Event::new()));
    let waiters: Vec<_> = (0..2)
        .map(|_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || wait_until(&shared.0, &shared.1))
        })
        .collect();
    shared.0.store(true, Ordering::SeqCst);
    shared.1.notify(usize::MAX);
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

/// A listener that is dropped with its notification passes it on.
pub fn a_dropped_listener_passes_it_on() {
    let event = Arc::new(Event::new());
    let (first, second) = (event.listen(), event.listen());
    let notifier = thread::spawn({
        let event = Arc::clone(&event);
        move || event.notify_additional(1)
    });
    let dropper = thread::spawn(move || drop(first));
    second.wait();
    notifier.join().unwrap();
    dropper.join().unwrap();
}
