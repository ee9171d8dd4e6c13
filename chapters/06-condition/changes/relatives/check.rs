use change::Permits;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two wait, two permits come back, and each of the two gets one.
fn two_come_back_and_two_go_on() {
    let permits = Permits::new(0);
    thread::scope(|scope| {
        scope.spawn(|| permits.take());
        scope.spawn(|| permits.take());
        permits.give_back();
        permits.give_back();
    });
}

/// With one permit one is inside at a time.
fn one_permit_lets_one_in() {
    let (permits, inside) = (Permits::new(1), AtomicU32::new(0));
    let go_in = || {
        permits.take();
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "nobody else is inside");
        inside.fetch_sub(1, SeqCst);
        permits.give_back();
    };
    thread::scope(|scope| {
        scope.spawn(go_in);
        go_in();
    });
}
