use change::Shelf;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two things come at once, and each of two who wait takes one.
fn both_get_one() {
    let shelf = Shelf::default();
    thread::scope(|scope| {
        scope.spawn(|| shelf.take_one());
        scope.spawn(|| shelf.take_one());
        shelf.put(2);
    });
}

/// One thing comes; the other one of the two waits until there is a second.
fn nobody_takes_what_is_not_there() {
    let (shelf, put, taken) = (Shelf::default(), AtomicU32::new(0), AtomicU32::new(0));
    let take = || {
        shelf.take_one();
        let taken = taken.fetch_add(1, SeqCst) + 1;
        assert!(taken <= put.load(SeqCst), "somebody took a thing that was not there");
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
        for _ in 0..2 {
            put.fetch_add(1, SeqCst);
            shelf.put(1);
        }
    });
}
