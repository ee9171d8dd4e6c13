//! What a delay queue must do. Each check is explored: the clock is virtual there, so an hour costs
//! nothing and "too late" can be told exactly.

use std::thread;
use std::time::{Duration, Instant};
use student::{DelayQueue, GetError};

const SECOND: Duration = Duration::from_secs(1);
/// A look at the virtual clock moves it by a microsecond, and each look after it, with nothing else done meanwhile, twice as far: whoever
/// looks again and again gets there, but too late. Waiting for the wrong thing moves it by seconds.
const SLACK: Duration = Duration::from_millis(100);

fn after(seconds: u32) -> Instant {
    Instant::now() + SECOND * seconds
}

fn on_time(due: Instant) {
    let now = Instant::now();
    assert!(now >= due, "an item came {:?} too early", due - now);
    assert!(now - due < SLACK, "an item came {:?} too late", now - due);
}

/// One thread, three items, put in another order than they are due.
pub fn first_due_first_out() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    for seconds in [3, 1, 2] {
        assert_eq!(queue.put(seconds, start + SECOND * seconds), Ok(()), "put");
    }
    assert_eq!(queue.len(), 3);
    for seconds in 1..=3 {
        assert_eq!(queue.get(), Some(seconds));
        on_time(start + SECOND * seconds);
    }
    assert!(queue.is_empty());
}

/// Many items that are due at the same moment come out in the order in which they were put.
pub fn equal_due_keeps_the_order() {
    let queue = DelayQueue::new();
    let due = after(1);
    for item in 0..10 {
        assert_eq!(queue.put(item, due), Ok(()), "put");
    }
    let got: Vec<i32> = (0..10).filter_map(|_| queue.get()).collect();
    assert_eq!(got, (0..10).collect::<Vec<_>>());
}

/// Two producers, two consumers: each item comes out once, and none before it is due.
pub fn each_item_once_and_never_early() {
    let queue = DelayQueue::new();
    let due = after(1);
    let mut got = thread::scope(|scope| {
        for item in 0..2 {
            let queue = &queue;
            scope.spawn(move || assert!(queue.put(item, due).is_ok(), "put"));
        }
        let consumers = [(); 2].map(|()| {
            scope.spawn(|| {
                let item = queue.get();
                assert!(Instant::now() >= due, "an item came before it was due");
                item
            })
        });
        consumers.map(|consumer| consumer.join().unwrap())
    });
    got.sort();
    assert_eq!(got, [Some(0), Some(1)]);
}

/// A consumer waits for an item that is due in an hour. Then comes one that is due in a second.
pub fn an_earlier_item_comes_first() {
    let queue = DelayQueue::new();
    let (soon, late) = (after(1), after(3600));
    assert!(queue.put("late", late).is_ok(), "put");
    thread::scope(|scope| {
        scope.spawn(|| assert!(queue.put("soon", soon).is_ok(), "put"));
        scope.spawn(|| {
            assert_eq!(queue.get(), Some("soon"));
            on_time(soon);
            assert_eq!(queue.get(), Some("late"));
            on_time(late);
        });
    });
}

/// Two consumers wait for two items. Each gets one, when it is due.
pub fn nobody_is_forgotten() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    thread::scope(|scope| {
        let consumers = [(); 2].map(|()| {
            scope.spawn(|| {
                let item = queue.get();
                (item, Instant::now())
            })
        });
        for seconds in 1..=2 {
            assert!(queue.put(seconds, start + SECOND * seconds).is_ok(), "put");
        }
        for (item, moment) in consumers.map(|consumer| consumer.join().unwrap()) {
            let due = start + SECOND * item.expect("the queue was never shut down");
            assert!(moment >= due, "an item came too early");
            assert!(moment - due < SLACK, "an item came {:?} too late", moment - due);
        }
    });
}

/// One consumer gives up before the item is due; the other must still get it when it is.
pub fn who_gives_up_takes_nothing_along() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let due = start + SECOND * 2;
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(queue.get_timeout(SECOND), Err(GetError::TimedOut));
        });
        scope.spawn(|| {
            assert_eq!(queue.get(), Some("item"));
            on_time(due);
        });
        assert!(queue.put("item", due).is_ok(), "put");
    });
}

/// `get_timeout` comes back when the time is over, whatever happens in the queue meanwhile.
pub fn time_outs_are_kept() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            let result = queue.get_timeout(SECOND * 3);
            assert_eq!(result, Err(GetError::TimedOut));
            let late = Instant::now().saturating_duration_since(start + SECOND * 3);
            assert!(late < SLACK, "the time-out came {late:?} too late");
        });
        scope.spawn(|| {
            // A time-out passes only when everybody waits: the other one does so by now.
            assert_eq!(queue.get_timeout(SECOND * 2), Err(GetError::TimedOut));
            assert!(queue.put("later", start + SECOND * 60).is_ok(), "put");
        });
    });
    assert_eq!(queue.get_timeout(SECOND * 120), Ok("later"));
    on_time(start + SECOND * 60);
}

/// While a consumer waits for an item that is due in a minute, others can use the queue.
pub fn waiting_does_not_lock_others_out() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let due = start + SECOND * 60;
    assert!(queue.put("due in a minute", due).is_ok(), "put");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), Some("due in a minute")));
        scope.spawn(|| {
            assert!(queue.len() <= 1);
            let waited = Instant::now().saturating_duration_since(start);
            assert!(waited < SLACK || waited >= SECOND * 60, "clock");
            assert!(queue.put("another", due + SECOND).is_ok(), "put");
            let waited = Instant::now().saturating_duration_since(start);
            assert!(waited < SLACK, "`put` took {waited:?}");
        });
    });
    assert_eq!(queue.get(), Some("another"));
}

/// `shutdown` wakes everybody who waits for an item that will never come.
pub fn shutdown_wakes_everybody() {
    let queue = DelayQueue::<i32>::new();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), None));
        scope.spawn(|| assert_eq!(queue.get(), None));
        scope.spawn(|| assert_eq!(queue.get_timeout(SECOND * 60), Err(GetError::ShutDown)));
        queue.shutdown();
    });
    assert_eq!(queue.put(1, after(0)), Err(1), "put after shutdown");
    assert_eq!(queue.get(), None);
}

/// What was put before the shutdown still comes out, when it is due and not before; then it is over.
pub fn shutdown_keeps_what_is_there() {
    let queue = DelayQueue::new();
    let due = after(1);
    thread::scope(|scope| {
        let producer = scope.spawn(|| queue.put("item", due).is_ok());
        let consumer = scope.spawn(|| {
            let first = queue.get();
            if first.is_some() {
                on_time(due);
                assert_eq!(queue.get(), None, "there was one item");
            }
            first
        });
        queue.shutdown();
        let put = producer.join().unwrap();
        let got = consumer.join().unwrap();
        assert_eq!(got, put.then_some("item"), "what was put is got, and nothing else");
    });
    assert!(queue.is_empty());
}
