//! The end of a queue, as Python 3.13 has it.

use ch07_queue::{GetError, LifoQueue, PriorityQueue, PutError, Queue};
use std::thread;
use std::time::Duration;
use test_support::valgrind;

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn draining_refuses_puts_and_gives_the_rest() {
    let queue = Queue::new(2);
    queue.put(1).unwrap();
    assert!(!queue.is_shut_down());
    queue.shutdown();
    queue.shutdown(); // twice is once
    assert!(queue.is_shut_down());
    assert_eq!(queue.put(2), Err(PutError::ShutDown(2)));
    assert_eq!(queue.try_put(2), Err(PutError::ShutDown(2)));
    assert_eq!(queue.put_timeout(2, MOMENT), Err(PutError::ShutDown(2)));
    assert_eq!(queue.unfinished_tasks(), 1, "what is in it still has to be done");
    assert_eq!(queue.get(), Ok(1));
    assert_eq!(queue.get(), Err(GetError::ShutDown));
    assert_eq!(queue.try_get(), Err(GetError::ShutDown));
    assert_eq!(queue.get_timeout(MOMENT), Err(GetError::ShutDown));
}

#[test]
fn a_full_queue_that_is_shut_down_says_shut_down() {
    let queue = Queue::new(1);
    queue.put(1).unwrap();
    queue.shutdown();
    assert_eq!(queue.try_put(2), Err(PutError::ShutDown(2)));
}

#[test]
fn at_once_returns_what_was_left_in_the_order_of_the_queue() {
    let (fifo, lifo, least) = (Queue::new(0), LifoQueue::new(0), PriorityQueue::new(0));
    for item in [2, 3, 1] {
        fifo.put(item).unwrap();
        lifo.put(item).unwrap();
        least.put(item).unwrap();
    }
    assert_eq!(fifo.shutdown_now(), [2, 3, 1]);
    assert_eq!(lifo.shutdown_now(), [1, 3, 2]);
    assert_eq!(least.shutdown_now(), [1, 2, 3]);
    assert_eq!(fifo.try_get(), Err(GetError::ShutDown));
    assert_eq!(fifo.put(1), Err(PutError::ShutDown(1)));
    assert!(fifo.shutdown_now().is_empty());
}

#[test]
fn at_once_after_draining_returns_the_rest() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    queue.shutdown();
    assert_eq!(queue.shutdown_now(), [1]);
}

#[test]
fn at_once_uncounts_only_what_it_returns() {
    let queue = Queue::new(0);
    for item in 0..3 {
        queue.put(item).unwrap();
    }
    queue.get().unwrap();
    assert_eq!(queue.shutdown_now().len(), 2);
    assert_eq!(queue.unfinished_tasks(), 1);
    assert!(!queue.join_timeout(MOMENT), "the item that was got is not done");
    queue.task_done().unwrap();
    queue.join();
}

#[test]
fn at_once_after_an_early_report_does_not_count_below_zero() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    queue.task_done().unwrap();
    assert_eq!(queue.shutdown_now(), [1]);
    assert_eq!(queue.unfinished_tasks(), 0);
}

/// The threads may block before or after the queue ends; in a hundred rounds
/// both happen, and both must come out the same.
const ROUNDS: usize = 100;

fn let_others_run() {
    for _ in 0..5 {
        thread::yield_now();
    }
}

#[test]
fn every_waiting_get_is_told() {
    for round in 0..ROUNDS {
        let queue = Queue::<i32>::new(0);
        thread::scope(|scope| {
            let getters = [0; 3].map(|_| scope.spawn(|| queue.get()));
            let_others_run();
            if round % 2 == 0 {
                queue.shutdown()
            } else {
                drop(queue.shutdown_now())
            }
            for getter in getters {
                assert_eq!(getter.join().unwrap(), Err(GetError::ShutDown));
            }
        });
    }
}

#[test]
fn every_waiting_put_is_told() {
    for round in 0..ROUNDS {
        let queue = Queue::new(1);
        queue.put(0).unwrap();
        thread::scope(|scope| {
            let putters = [0; 3].map(|_| scope.spawn(|| queue.put(1)));
            let_others_run();
            if round % 2 == 0 {
                queue.shutdown()
            } else {
                drop(queue.shutdown_now())
            }
            for putter in putters {
                assert_eq!(putter.join().unwrap(), Err(PutError::ShutDown(1)));
            }
        });
    }
}

#[test]
fn at_once_ends_every_join_that_waited_for_what_it_returns() {
    for _ in 0..ROUNDS {
        let queue = Queue::new(0);
        queue.put(0).unwrap();
        thread::scope(|scope| {
            let joiners = [0; 3].map(|_| scope.spawn(|| queue.join()));
            let_others_run();
            assert_eq!(queue.shutdown_now(), [0]);
            for joiner in joiners {
                joiner.join().unwrap();
            }
        });
    }
}

#[test]
fn iteration_ends_and_stays_ended() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    queue.shutdown();
    let mut iter = (&queue).into_iter();
    assert_eq!((iter.next(), iter.next(), iter.next()), (Some(1), None, None));
}

#[test]
fn errors_are_sentences() {
    let queue = Queue::new(0);
    queue.shutdown();
    assert_eq!(queue.put(1).unwrap_err().to_string(), "the queue was shut down");
    assert_eq!(queue.get().unwrap_err().to_string(), "the queue was shut down");
    assert_eq!(Queue::<i32>::new(0).try_get().unwrap_err().to_string(), "the queue is empty");
    assert_eq!(
        queue.task_done().unwrap_err().to_string(),
        "task_done was called more often than items were put"
    );
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
