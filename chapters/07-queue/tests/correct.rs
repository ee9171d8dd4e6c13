//! The step before the last: the same answers.

use ch07_queue::correct::Queue;
use ch07_queue::{GetError, PutError, TaskDoneError};
use std::thread;
use std::time::Duration;

#[test]
fn many_to_many_loses_nothing() {
    let queue = Queue::new(2);
    let mut items: Vec<i32> = thread::scope(|scope| {
        let consumers: Vec<_> =
            (0..3).map(|_| scope.spawn(|| queue.iter().collect::<Vec<_>>())).collect();
        let queue = &queue;
        let producers: Vec<_> = (0..4)
            .map(|p| scope.spawn(move || (0..250).for_each(|i| queue.put(p * 250 + i).unwrap())))
            .collect();
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        queue.shutdown();
        consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect()
    });
    items.sort();
    assert!(items.into_iter().eq(0..1000));
}

#[test]
fn it_ends_and_counts() {
    let queue = Queue::new(0);
    (1..=3).for_each(|item| queue.put(item).unwrap());
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(queue.shutdown_now(), [2, 3]);
    assert_eq!(queue.put(4), Err(PutError::ShutDown(4)));
    assert_eq!(queue.get(), Err(GetError::ShutDown));
    assert!(!queue.join_timeout(Duration::from_millis(1)), "one was got and not reported");
    assert_eq!(queue.task_done(), Ok(()));
    assert_eq!(queue.task_done(), Err(TaskDoneError));
    queue.join();
    assert!(queue.join_timeout(Duration::MAX));
}
