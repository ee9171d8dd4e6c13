//! The end of a queue, and of what was put into it.
//!
//! At most 2 looks: the ring looks 64 times before it lets others go first. A look changes nothing, and what comes after the third is
//! what comes after the second.

use ch07_queue::{GetError, PutError, Queue, TaskDoneError};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// A shut-down queue is drained: what was put is got, and then everybody hears that it is over.
fn shutdown_drains() {
    let queue = Queue::new(0);
    let (put, got) = thread::scope(|scope| {
        let producer = scope.spawn(|| queue.put(1).is_ok());
        let consumer = scope.spawn(|| queue.iter().count());
        queue.shutdown();
        (producer.join().unwrap(), consumer.join().unwrap())
    });
    assert_eq!(got, usize::from(put), "got what was put, and nothing else");
}

/// `shutdown` wakes both who wait for an item.
fn shutdown_wakes_consumers() {
    let queue = Queue::<u32>::new(0);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), Err(GetError::ShutDown)));
        scope.spawn(|| assert_eq!(queue.get_timeout(LONG), Err(GetError::ShutDown)));
        queue.shutdown();
    });
}

/// `shutdown` wakes both who wait for room, and they have their items back.
fn shutdown_wakes_producers() {
    let queue = Queue::new(1);
    queue.put(0).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.put(1), Err(PutError::ShutDown(1))));
        scope.spawn(|| assert_eq!(queue.put_timeout(2, LONG), Err(PutError::ShutDown(2))));
        queue.shutdown();
    });
    assert_eq!(queue.get(), Ok(0));
    assert_eq!(queue.get(), Err(GetError::ShutDown));
}

/// `shutdown_now` returns what nobody got: each item goes to one side only.
fn shutdown_now_returns_the_rest() {
    let queue = Queue::new(0);
    (1..=2).for_each(|item| queue.put(item).unwrap());
    let (mut got, rest) = thread::scope(|scope| {
        let consumer = scope.spawn(|| queue.iter().collect::<Vec<u32>>());
        let rest = queue.shutdown_now();
        (consumer.join().unwrap(), rest)
    });
    got.extend(rest);
    assert_eq!(got, [1, 2]);
}

/// `shutdown_now` against a producer: the item is refused, or it comes back with the rest.
fn shutdown_now_against_put() {
    let queue = Queue::new(0);
    let (put, rest) = thread::scope(|scope| {
        let producer = scope.spawn(|| queue.put(1).is_ok());
        let rest = queue.shutdown_now();
        (producer.join().unwrap(), rest)
    });
    assert_eq!(rest.len(), usize::from(put));
    assert_eq!(queue.unfinished_tasks(), 0);
}

/// `join` returns when both tasks are reported, and not before.
fn join_waits_for_all_reports() {
    let queue = Queue::new(0);
    (1..=2).for_each(|item| queue.put(item).unwrap());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                queue.get().unwrap();
                queue.task_done().unwrap();
            });
        }
        queue.join();
        assert_eq!((queue.len(), queue.unfinished_tasks()), (0, 0));
    });
}

/// Both who join hear of the last report.
fn two_join() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| queue.join());
        scope.spawn(|| queue.join());
        queue.get().unwrap();
        queue.task_done().unwrap();
    });
}

/// `join` with a time-out says truthfully whether all was reported.
///
/// Time-outs fire at any moment.
fn join_timeout_is_truthful() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            queue.get().unwrap();
            queue.task_done().unwrap();
        });
        let start = Instant::now();
        if queue.join_timeout(LONG) {
            assert_eq!(queue.unfinished_tasks(), 0);
        } else {
            assert!(start.elapsed() >= LONG);
        }
    });
}

/// `join` does not wait for what `shutdown_now` has thrown out.
fn join_and_shutdown_now() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| queue.join());
        assert_eq!(queue.shutdown_now(), [1]);
    });
}

/// Of two reports of one task, one is refused.
fn one_report_too_many() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    queue.get().unwrap();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| queue.task_done());
        (queue.task_done(), other.join().unwrap())
    });
    assert_ne!(one, other);
    assert_eq!(one.and(other), Err(TaskDoneError));
}
