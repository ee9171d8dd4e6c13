use change::Queue;
use std::thread;

/// Two empty the queue together. Each item comes out once, and nobody waits for ever.
fn two_empty_the_queue() {
    let queue = Queue::default();
    queue.put(1);
    queue.put(2);
    let mut taken = thread::scope(|scope| {
        let other = scope.spawn(|| queue.drain());
        [queue.drain(), other.join().unwrap()].concat()
    });
    taken.sort();
    assert_eq!(taken, [1, 2], "each item once");
}

/// `get` waits for an item that is not there yet.
fn get_waits() {
    let queue = Queue::default();
    thread::scope(|scope| {
        scope.spawn(|| queue.put(7));
        assert_eq!(queue.get(), 7);
    });
}
