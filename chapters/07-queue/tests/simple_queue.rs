//! The simple queue.

use ch07_queue::{GetError, SimpleQueue};
use std::thread;
use std::time::Duration;

#[test]
fn first_in_first_out() {
    let queue = SimpleQueue::default();
    assert!(queue.is_empty());
    for item in 0..100 {
        queue.put(item);
    }
    assert_eq!(queue.len(), 100);
    assert!((0..100).map(|_| queue.try_get().unwrap()).eq(0..100));
}

#[test]
fn an_empty_one_says_so() {
    let queue = SimpleQueue::<i32>::new();
    assert_eq!(queue.try_get(), Err(GetError::Empty));
    assert_eq!(queue.get_timeout(Duration::from_millis(1)), Err(GetError::Empty));
    assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetError::Empty));
    assert_eq!(format!("{queue:?}"), "SimpleQueue { len: 0, .. }");
}

#[test]
fn get_waits_for_a_put() {
    let queue = SimpleQueue::new();
    let (mut first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| (0..500).map(|_| queue.get()).collect::<Vec<_>>());
        let second = scope.spawn(|| {
            (0..500).map(|_| queue.get_timeout(Duration::MAX).unwrap()).collect::<Vec<_>>()
        });
        (0..1000).for_each(|item| queue.put(item));
        (first.join().unwrap(), second.join().unwrap())
    });
    assert!(first.is_sorted() && second.is_sorted());
    first.extend(second);
    first.sort();
    assert!(first.into_iter().eq(0..1000));
}
