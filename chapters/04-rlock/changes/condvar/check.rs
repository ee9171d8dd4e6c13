use change::Kitchen;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two orders come, one after the other, and each cook takes one.
fn each_cook_takes_one() {
    let kitchen = Kitchen::default();
    thread::scope(|scope| {
        scope.spawn(|| kitchen.take_one());
        scope.spawn(|| kitchen.take_one());
        kitchen.order();
        kitchen.order();
    });
}

/// A cook who has an order has one that has come, and nobody else has it.
fn nobody_takes_what_was_not_ordered() {
    let (kitchen, ordered, taken) = (Kitchen::default(), AtomicU32::new(0), AtomicU32::new(0));
    let cook = || {
        kitchen.take_one();
        let taken = taken.fetch_add(1, SeqCst) + 1;
        assert!(taken <= ordered.load(SeqCst), "a cook took an order that was not there");
    };
    thread::scope(|scope| {
        scope.spawn(cook);
        scope.spawn(cook);
        for _ in 0..2 {
            ordered.fetch_add(1, SeqCst);
            kitchen.order();
        }
    });
}
