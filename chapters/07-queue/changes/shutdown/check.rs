use change::Queue;
use std::thread;

/// What was put before the end arrives, and then comes the end.
fn nothing_is_lost_at_the_end() {
    let queue = Queue::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            queue.put(1);
            queue.put(2);
            queue.end();
        });
        let got = [queue.get(), queue.get(), queue.get()];
        assert_eq!(got, [Some(1), Some(2), None], "two items, and then the end");
    });
}

/// Whoever waits hears of the end.
fn everybody_hears_of_the_end() {
    let queue = Queue::default();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), None));
        scope.spawn(|| assert_eq!(queue.get(), None));
        queue.end();
    });
}
