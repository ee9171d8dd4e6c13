//! The simple queue.
//!
//! At most 2 looks: the ring looks 64 times before it lets others go first. A look changes nothing, and what comes after the third is
//! what comes after the second.

use ch07_queue::{GetError, SimpleQueue};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Two consumers and a producer: each item goes to one of them, and both get one.
fn two_consumers() {
    let queue = SimpleQueue::new();
    queue.put(1);
    let mut received = thread::scope(|scope| {
        scope.spawn(|| queue.put(2));
        let other = scope.spawn(|| queue.get());
        [queue.get(), other.join().unwrap()]
    });
    received.sort();
    assert_eq!(received, [1, 2]);
}

/// Two producers and a consumer: nothing is lost.
fn two_producers() {
    let queue = SimpleQueue::new();
    let mut received = thread::scope(|scope| {
        scope.spawn(|| queue.put(1));
        scope.spawn(|| queue.put(2));
        [queue.get(), queue.get()]
    });
    received.sort();
    assert_eq!(received, [1, 2]);
}

/// One producer's items come in its order.
fn in_order() {
    let queue = SimpleQueue::new();
    thread::scope(|scope| {
        scope.spawn(|| (1..=3).for_each(|item| queue.put(item)));
        assert_eq!([queue.get(), queue.get(), queue.get()], [1, 2, 3]);
    });
}

/// Of two that try to get the only item, one gets it.
fn one_of_two_tries_succeeds() {
    let queue = SimpleQueue::new();
    queue.put(1);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| queue.try_get());
        (queue.try_get(), other.join().unwrap())
    });
    assert!(one != other && one.or(other) == Ok(1));
}

/// A `get` with a time-out gets the item, or leaves it there when the time is over.
///
/// Time-outs fire at any moment.
fn get_timeout_is_truthful() {
    let queue = SimpleQueue::new();
    let outcome = thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            let start = Instant::now();
            let outcome = queue.get_timeout(LONG);
            assert!(outcome.is_ok() || start.elapsed() >= LONG);
            outcome
        });
        queue.put(1);
        consumer.join().unwrap()
    });
    assert_eq!(outcome.is_err(), queue.try_get() == Ok(1));
}
