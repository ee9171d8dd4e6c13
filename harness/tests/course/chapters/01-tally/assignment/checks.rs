//! What a tally must do.

use std::sync::Arc;
use std::thread;
use student::Tally;

/// One thread counts.
pub fn counts_alone() {
    let tally = Tally::new();
    tally.add(2);
    tally.add(3);
    assert_eq!(tally.total(), 5, "2 and 3 were added");
    tally.wait_for(4);
}

/// Two threads add at the same time.
pub fn loses_nothing() {
    let tally = Arc::new(Tally::new());
    let other = Arc::clone(&tally);
    let adder = thread::spawn(move || other.add(1));
    tally.add(1);
    adder.join().unwrap();
    assert_eq!(tally.total(), 2, "two threads added 1 each");
}

/// Two threads wait for one addition.
pub fn wakes_everybody() {
    let tally = Arc::new(Tally::new());
    let waiters: Vec<_> = (0..2)
        .map(|_| {
            let tally = Arc::clone(&tally);
            thread::spawn(move || tally.wait_for(1))
        })
        .collect();
    tally.add(1);
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

/// A wake-up is no proof that the number is reached.
pub fn waits_in_a_loop() {
    let tally = Arc::new(Tally::new());
    let other = Arc::clone(&tally);
    let waiter = thread::spawn(move || {
        other.wait_for(1);
        assert!(other.total() >= 1, "wait_for(1) came back at {}", other.total());
    });
    tally.add(1);
    waiter.join().unwrap();
}
