use change::Shelf;
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
    let shelf = Shelf::default();
    thread::scope(|scope| {
        scope.spawn(|| shelf.take_one());
        scope.spawn(|| shelf.take_one());
        shelf.put(1);
        shelf.put(1);
    });
}
