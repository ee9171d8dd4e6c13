//! Putting, getting, bounds and counting.

use ch07_queue::{GetError, LifoQueue, PriorityQueue, PutError, Queue, TaskDoneError};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use test_support::valgrind;

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn the_three_orders() {
    let (fifo, lifo, least) = (Queue::new(0), LifoQueue::new(0), PriorityQueue::new(0));
    for item in [3, 1, 4, 1, 5, 9, 2, 6] {
        fifo.put(item).unwrap();
        lifo.put(item).unwrap();
        least.put(item).unwrap();
    }
    fifo.shutdown();
    lifo.shutdown();
    least.shutdown();
    assert_eq!(fifo.iter().collect::<Vec<_>>(), [3, 1, 4, 1, 5, 9, 2, 6]);
    assert_eq!(lifo.iter().collect::<Vec<_>>(), [6, 2, 9, 5, 1, 4, 1, 3]);
    assert_eq!(least.iter().collect::<Vec<_>>(), [1, 1, 2, 3, 4, 5, 6, 9]);
}

#[test]
fn a_full_queue_gives_the_item_back() {
    let queue = Queue::new(1);
    queue.put(Box::new(1)).unwrap();
    assert!(queue.is_full());
    assert_eq!(queue.try_put(Box::new(2)), Err(PutError::Full(Box::new(2))));
    assert_eq!(queue.put_timeout(Box::new(3), MOMENT), Err(PutError::Full(Box::new(3))));
    assert_eq!(
        queue.put_timeout(Box::new(4), Duration::ZERO).unwrap_err().into_item(),
        Box::new(4)
    );
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.unfinished_tasks(), 1, "what was refused does not count");
}

#[test]
fn an_empty_queue_says_so() {
    let queue = Queue::<i32>::default();
    assert!(queue.is_empty() && !queue.is_full());
    assert_eq!(queue.try_get(), Err(GetError::Empty));
    assert_eq!(queue.get_timeout(MOMENT), Err(GetError::Empty));
    assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetError::Empty));
}

#[test]
fn a_timed_call_succeeds_at_once_when_it_can() {
    let queue = Queue::new(1);
    assert_eq!(queue.put_timeout(1, Duration::ZERO), Ok(()));
    assert_eq!(queue.get_timeout(Duration::ZERO), Ok(1));
}

#[test]
fn a_time_out_beyond_the_clock_means_no_end() {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        let getter = scope.spawn(|| queue.get_timeout(Duration::MAX));
        queue.put_timeout(1, Duration::MAX).unwrap();
        assert_eq!(getter.join().unwrap(), Ok(1));
    });
    queue.task_done().unwrap();
    assert!(queue.join_timeout(Duration::MAX));
}

#[test]
fn a_put_waits_for_room_and_a_get_for_an_item() {
    let queue = Arc::new(Queue::new(1));
    let consumer = thread::spawn({
        let queue = Arc::clone(&queue);
        move || (0..1000).map(|_| queue.get().unwrap()).collect::<Vec<_>>()
    });
    for item in 0..1000 {
        queue.put(item).unwrap();
    }
    assert!(consumer.join().unwrap().into_iter().eq(0..1000));
}

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
fn capacity_can_change() {
    let queue = Queue::new(3);
    for item in 0..3 {
        queue.put(item).unwrap();
    }
    queue.set_capacity(2);
    assert_eq!(queue.capacity(), 2);
    assert_eq!(queue.len(), 3, "what is in it stays");
    queue.get().unwrap();
    assert_eq!(queue.try_put(9), Err(PutError::Full(9)), "still two in it");
    queue.get().unwrap();
    queue.try_put(9).unwrap();
    queue.set_capacity(0);
    for item in 0..100 {
        queue.try_put(item).unwrap();
    }
    assert!(!queue.is_full());
}

#[test]
fn any_number_of_items_stays_in_order() {
    // More than what passes by the lock at most, and there is always a rest.
    let queue = Queue::new(0);
    let mut next = 0;
    for round in 0..50 {
        (0..10).for_each(|item| queue.put(round * 10 + item).unwrap());
        for _ in 0..if round < 30 { 4 } else { 40 } {
            match queue.try_get() {
                Ok(item) => {
                    assert_eq!(item, next);
                    next += 1;
                }
                Err(error) => assert_eq!((error, next), (GetError::Empty, (round + 1) * 10)),
            }
        }
        assert_eq!(queue.len() + next, (round + 1) * 10);
        assert_eq!(queue.unfinished_tasks(), (round + 1) * 10);
    }
    assert!(queue.is_empty());
}

#[test]
fn what_is_left_is_dropped_once() {
    let item = Arc::new(());
    let queue = Queue::new(0);
    for _ in 0..100 {
        queue.put(Arc::clone(&item)).unwrap();
    }
    (0..30).for_each(|_| drop(queue.get()));
    assert_eq!(Arc::strong_count(&item), 71);
    drop(queue);
    assert_eq!(Arc::strong_count(&item), 1);
}

#[test]
fn a_larger_capacity_lets_every_waiting_put_go_on() {
    // The puts may block before or after the change; in a hundred rounds both happen.
    for _ in 0..100 {
        let queue = Queue::new(1);
        queue.put(0).unwrap();
        thread::scope(|scope| {
            let producers = [1, 2, 3].map(|item| {
                scope.spawn({
                    let queue = &queue;
                    move || queue.put(item)
                })
            });
            (0..5).for_each(|_| thread::yield_now());
            queue.set_capacity(4);
            for producer in producers {
                producer.join().unwrap().unwrap();
            }
        });
        assert_eq!(queue.len(), 4);
    }
}

#[test]
fn join_waits_for_every_task() {
    let queue = Queue::new(0);
    queue.join(); // nothing to wait for
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    queue.get().unwrap();
    queue.get().unwrap();
    assert!(!queue.join_timeout(MOMENT), "empty, but not finished");
    queue.task_done().unwrap();
    assert_eq!(queue.unfinished_tasks(), 1);
    thread::scope(|scope| {
        let joins: Vec<_> = (0..3).map(|_| scope.spawn(|| queue.join())).collect();
        queue.task_done().unwrap();
        joins.into_iter().for_each(|join| join.join().unwrap());
    });
    assert_eq!(queue.task_done(), Err(TaskDoneError));
}

#[test]
fn items_need_neither_debug_nor_clone() {
    struct Plain;
    let queue = Queue::new(1);
    queue.put(Plain).unwrap();
    let error = queue.try_put(Plain).unwrap_err();
    assert_eq!(
        (format!("{error:?}"), error.to_string()),
        ("Full(..)".into(), "the queue is full".into())
    );
    assert_eq!(
        format!("{queue:?}"),
        "BlockingQueue { len: 1, capacity: 1, unfinished: 1, shut_down: false, .. }"
    );
}

#[test]
fn a_queue_may_be_shared_and_sent() {
    fn check<T: Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<Queue<std::cell::Cell<i32>>>();
    check::<ch07_queue::SimpleQueue<std::cell::Cell<i32>>>();
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
