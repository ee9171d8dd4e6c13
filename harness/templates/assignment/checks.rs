//! What a tally must do.

use judge::drawn;
use std::thread;
use student::Tally;

/// One thread adds two numbers.
pub fn counts_alone() {
    let (a, b) = (drawn(1..1000), drawn(1..1000));
    let tally = Tally::new();
    tally.add(a);
    tally.add(b);
    assert_eq!(tally.total(), a + b);
}

/// Two threads add one number each.
pub fn loses_nothing() {
    let (a, b) = (drawn(1..1000), drawn(1..1000));
    let tally = Tally::new();
    thread::scope(|scope| {
        scope.spawn(|| tally.add(a));
        scope.spawn(|| tally.add(b));
    });
    assert_eq!(tally.total(), a + b, "two threads have added {a} and {b}");
}
