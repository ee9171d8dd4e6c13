//! The queue: nothing lost, nothing twice, each producer's items in its order.
//!
//! At most 2 looks: the ring looks 64 times before it lets others go first. A look changes nothing, and what comes after the third is
//! what comes after the second.

use ch07_queue::{GetError, LifoQueue, PriorityQueue, PutError, Queue, correct};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// One producer, one consumer, room for one: two items arrive in order.
fn one_to_one_in_order() {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        scope.spawn(|| (1..=2).for_each(|item| queue.put(item).unwrap()));
        assert_eq!((queue.get(), queue.get()), (Ok(1), Ok(2)));
    });
    assert!(queue.is_empty());
}

/// Two producers, one consumer, room for one: each item arrives once, and everybody gets through.
fn two_to_one() {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        scope.spawn(|| queue.put(1).unwrap());
        scope.spawn(|| queue.put(2).unwrap());
        assert_eq!(queue.get().unwrap() + queue.get().unwrap(), 3);
    });
}

/// Two consumers and one item: one gets it, the other hears of the end.
fn one_to_two() {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        let one = scope.spawn(|| queue.get());
        let other = scope.spawn(|| queue.get());
        queue.put(1).unwrap();
        queue.shutdown();
        let mut got = [one.join().unwrap(), other.join().unwrap()];
        got.sort_by_key(Result::is_err);
        assert_eq!(got, [Ok(1), Err(GetError::ShutDown)]);
    });
}

/// Two producers and two consumers that take the lock, room for one: each item arrives once, and
/// everybody gets through.
fn two_to_two() {
    let queue = LifoQueue::new(1);
    let mut received = thread::scope(|scope| {
        let queue = &queue;
        for item in 1..=2 {
            scope.spawn(move || queue.put(item).unwrap());
        }
        let other = scope.spawn(|| queue.get().unwrap());
        [queue.get().unwrap(), other.join().unwrap()]
    });
    received.sort();
    assert_eq!(received, [1, 2]);
}

/// The correct step: two producers and two consumers, room for one, and everybody gets through.
fn correct_step() {
    let queue = correct::Queue::new(1);
    thread::scope(|scope| {
        scope.spawn(|| queue.put(1).unwrap());
        scope.spawn(|| queue.put(2).unwrap());
        let other = scope.spawn(|| queue.get().unwrap());
        assert_eq!(queue.get().unwrap() + other.join().unwrap(), 3);
    });
}

/// Two producers of two items each: of each producer, the first comes out before the second.
fn each_producers_order() {
    let queue = Queue::new(4);
    thread::scope(|scope| {
        scope.spawn(|| [1, 2].into_iter().for_each(|item| queue.put(item).unwrap()));
        [3, 4].into_iter().for_each(|item| queue.put(item).unwrap());
    });
    queue.shutdown();
    let received: Vec<u32> = queue.iter().collect();
    assert!(received.iter().filter(|item| **item < 3).eq(&[1, 2]), "{received:?}");
    assert!(received.iter().filter(|item| **item >= 3).eq(&[3, 4]), "{received:?}");
}

/// Two consumers share the items: each item goes to one of them, in order to each.
fn two_share_the_items() {
    let queue = Queue::new(3);
    (1..=3).for_each(|item| queue.put(item).unwrap());
    queue.shutdown();
    let (mine, others) = thread::scope(|scope| {
        let other = scope.spawn(|| queue.iter().collect::<Vec<u32>>());
        (queue.iter().collect::<Vec<u32>>(), other.join().unwrap())
    });
    assert!(mine.is_sorted() && others.is_sorted());
    let mut all = [mine, others].concat();
    all.sort();
    assert_eq!(all, [1, 2, 3]);
}

/// More items than the lane holds: those that came later do not overtake.
fn what_spills_over_stays_in_order() {
    let queue = Queue::new(1);
    queue.put(1).unwrap();
    queue.set_capacity(0);
    thread::scope(|scope| {
        scope.spawn(|| (2..=3).for_each(|item| queue.put(item).unwrap()));
        for item in 1..=3 {
            assert_eq!(queue.get(), Ok(item));
        }
    });
}

/// What a producer did before it put is visible to who got the item.
fn a_put_publishes() {
    let (queue, note) = (Queue::new(1), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            note.store(7, Relaxed);
            queue.put(()).unwrap();
        });
        queue.get().unwrap();
        assert_eq!(note.load(Relaxed), 7);
    });
}

/// A smaller `capacity` holds for who puts after it.
fn a_smaller_capacity_holds() {
    let queue = Queue::new(2);
    thread::scope(|scope| {
        scope.spawn(|| queue.set_capacity(1));
        let put = [1, 2].map(|item| queue.try_put(item).is_ok());
        assert!(put[0]);
    });
    assert_eq!(queue.try_put(3), Err(PutError::Full(3)));
}

/// Of two that try to put into the last place, one gets its item back.
fn one_of_two_tries_to_put() {
    let queue = Queue::new(1);
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| queue.try_put("other"));
        (queue.try_put("one"), other.join().unwrap())
    });
    let expected = match (one, other) {
        (Ok(()), Err(PutError::Full("other"))) => "one",
        (Err(PutError::Full("one")), Ok(())) => "other",
        both => panic!("{both:?}"),
    };
    assert_eq!(queue.try_get(), Ok(expected));
}

/// Of two that try to get the last item, one gets it.
fn one_of_two_tries_to_get() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| queue.try_get());
        (queue.try_get(), other.join().unwrap())
    });
    assert!(one != other && one.or(other) == Ok(1));
    assert_eq!(queue.try_get(), Err(GetError::Empty));
}

/// A `put` with a time-out puts the item, or gives it back when the time is over. Never both.
///
/// Time-outs fire at any moment.
fn put_timeout_is_truthful() {
    let queue = Queue::new(1);
    queue.put(1).unwrap();
    let outcome = thread::scope(|scope| {
        let producer = scope.spawn(|| {
            let start = Instant::now();
            let outcome = queue.put_timeout(2, LONG);
            assert!(outcome.is_ok() || start.elapsed() >= LONG);
            outcome
        });
        assert_eq!(queue.get(), Ok(1));
        producer.join().unwrap()
    });
    match outcome {
        Ok(()) => assert_eq!(queue.try_get(), Ok(2)),
        Err(error) => {
            assert_eq!(error, PutError::Full(2));
            assert!(queue.is_empty());
        }
    }
}

/// A `get` with a time-out gets the item, or leaves it there when the time is over.
///
/// Time-outs fire at any moment.
fn get_timeout_is_truthful() {
    let queue = Queue::new(1);
    let outcome = thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            let start = Instant::now();
            let outcome = queue.get_timeout(LONG);
            assert!(outcome.is_ok() || start.elapsed() >= LONG);
            outcome
        });
        queue.put(1).unwrap();
        consumer.join().unwrap()
    });
    assert_eq!(queue.len(), usize::from(outcome.is_err()));
}

/// A consumer that gives up does not take the wake-up away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_item() {
    let queue = Queue::new(0);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        let timed = scope.spawn(|| queue.get_timeout(LONG));
        scope.spawn(|| queue.get().unwrap());
        queue.put(2).unwrap();
        assert!(matches!(timed.join().unwrap(), Ok(_) | Err(GetError::Empty)));
    });
}

/// A producer that gives up does not take the free place away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_place() {
    let queue = Queue::new(2);
    queue.put(0).unwrap();
    thread::scope(|scope| {
        let timed = scope.spawn(|| queue.put_timeout(1, LONG));
        scope.spawn(|| queue.put(2).unwrap());
        assert_eq!(queue.get(), Ok(0));
        assert!(matches!(timed.join().unwrap(), Ok(()) | Err(PutError::Full(1))));
    });
    assert!(queue.len() <= 2);
}

/// A greater `capacity` lets a waiting producer go on.
fn a_greater_capacity_wakes_producers() {
    let queue = Queue::new(1);
    queue.put(1).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| queue.put(2).unwrap());
        scope.spawn(|| queue.put(3).unwrap());
        queue.set_capacity(3);
    });
    assert_eq!(queue.len(), 3);
}

/// Last in, first out: whatever comes when, each item is got once.
fn lifo_loses_nothing() {
    let queue = LifoQueue::new(0);
    let mut received = thread::scope(|scope| {
        scope.spawn(|| (1..=2).for_each(|item| queue.put(item).unwrap()));
        [queue.get().unwrap(), queue.get().unwrap()]
    });
    received.sort();
    assert_eq!(received, [1, 2]);
}

/// The least first: whatever is got later, was put later or is not smaller.
fn priority_gives_the_least_there_is() {
    let queue = PriorityQueue::new(0);
    queue.put(2).unwrap();
    let received = thread::scope(|scope| {
        scope.spawn(|| [1, 3].into_iter().for_each(|item| queue.put(item).unwrap()));
        [queue.get(), queue.get(), queue.get()].map(Result::unwrap)
    });
    assert!([[1, 2, 3], [2, 1, 3]].contains(&received), "{received:?}");
}
