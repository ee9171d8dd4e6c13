//! What a delay queue must do. Each check is explored: the clock is virtual there, so an hour costs
//! nothing and "too late" can be told exactly.

use judge::{Clients, answer, drawn};
use std::thread;
use std::time::{Duration, Instant};
use student::{DelayQueue, GetError};

judge::seen!(GetError { TimedOut, ShutDown });

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
    let items = [(); 4].map(|()| drawn(0..1000));
    for seconds in [3, 1, 2] {
        let item = items[seconds as usize];
        assert_eq!(queue.put(item, start + SECOND * seconds), Ok(()), "put");
    }
    assert_eq!(queue.len(), 3);
    for seconds in 1..=3 {
        assert_eq!(queue.get(), Some(items[seconds as usize]));
        on_time(start + SECOND * seconds);
    }
    assert!(queue.is_empty());
}

/// Many items that are due at the same moment come out in the order in which they were put.
pub fn equal_due_keeps_the_order() {
    let queue = DelayQueue::new();
    let due = after(1);
    let items = [(); 10].map(|()| drawn(0..1000));
    for item in items {
        assert_eq!(queue.put(item, due), Ok(()), "put");
    }
    let got: Vec<u64> = (0..10).filter_map(|_| queue.get()).collect();
    assert_eq!(got, items);
}

/// Two producers, two consumers: each item comes out once, and none before it is due.
pub fn each_item_once_and_never_early() {
    let queue = DelayQueue::new();
    let due = after(1);
    let items = [drawn(0..1000), drawn(1000..2000)];
    let mut got = thread::scope(|scope| {
        for item in items {
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
    assert_eq!(got, items.map(Some));
}

/// A consumer waits for an item that is due in an hour. Then comes one that is due in a second.
pub fn an_earlier_item_comes_first() {
    let queue = DelayQueue::new();
    let (soon, late) = (after(1), after(3600));
    let (early_bird, straggler) = (drawn(0..1000), drawn(1000..2000));
    assert!(queue.put(straggler, late).is_ok(), "put");
    thread::scope(|scope| {
        scope.spawn(|| assert!(queue.put(early_bird, soon).is_ok(), "put"));
        scope.spawn(|| {
            assert_eq!(queue.get(), Some(early_bird));
            on_time(soon);
            assert_eq!(queue.get(), Some(straggler));
            on_time(late);
        });
    });
}

/// Two consumers wait for two items. Each gets one, when it is due.
pub fn nobody_is_forgotten() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let first = drawn(1..1000);
    let mut got = thread::scope(|scope| {
        let consumers = [(); 2].map(|()| {
            scope.spawn(|| {
                let item = queue.get();
                (item, Instant::now())
            })
        });
        for seconds in 1..=2 {
            let put = queue.put(first + u64::from(seconds), start + SECOND * seconds);
            assert!(put.is_ok(), "put");
        }
        consumers.map(|consumer| {
            let (item, moment) = consumer.join().unwrap();
            let item = item.expect("the queue was never shut down");
            let due = start + Duration::from_secs(item.saturating_sub(first));
            assert!(moment >= due, "an item came too early");
            assert!(moment - due < SLACK, "an item came {:?} too late", moment - due);
            item
        })
    });
    got.sort();
    assert_eq!(got, [first + 1, first + 2]);
}

/// One consumer gives up before the item is due; the other must still get it when it is.
pub fn who_gives_up_takes_nothing_along() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let due = start + SECOND * 2;
    let item = drawn(0..1000);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(queue.get_timeout(SECOND), Err(GetError::TimedOut));
        });
        scope.spawn(|| {
            assert_eq!(queue.get(), Some(item));
            on_time(due);
        });
        assert!(queue.put(item, due).is_ok(), "put");
    });
}

/// `get_timeout` comes back when the time is over, whatever happens in the queue meanwhile.
pub fn time_outs_are_kept() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let item = drawn(0..1000);
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
            assert!(queue.put(item, start + SECOND * 60).is_ok(), "put");
        });
    });
    assert_eq!(queue.get_timeout(SECOND * 120), Ok(item));
    on_time(start + SECOND * 60);
}

/// While a consumer waits for an item that is due in a minute, others can use the queue.
pub fn waiting_does_not_lock_others_out() {
    let queue = DelayQueue::new();
    let start = Instant::now();
    let due = start + SECOND * 60;
    let (first, second) = (drawn(0..1000), drawn(1000..2000));
    assert!(queue.put(first, due).is_ok(), "put");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), Some(first)));
        scope.spawn(|| {
            assert!(queue.len() <= 1);
            let waited = Instant::now().saturating_duration_since(start);
            assert!(waited < SLACK || waited >= SECOND * 60, "clock");
            assert!(queue.put(second, due + SECOND).is_ok(), "put");
            let waited = Instant::now().saturating_duration_since(start);
            assert!(waited < SLACK, "`put` took {waited:?}");
        });
    });
    assert_eq!(queue.get(), Some(second));
}

/// `shutdown` wakes everybody who waits for an item that will never come.
pub fn shutdown_wakes_everybody() {
    let queue = DelayQueue::new();
    let item = drawn(0..1000);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(queue.get(), None));
        scope.spawn(|| assert_eq!(queue.get(), None));
        scope.spawn(|| assert_eq!(queue.get_timeout(SECOND * 60), Err(GetError::ShutDown)));
        queue.shutdown();
    });
    assert_eq!(queue.put(item, after(0)), Err(item), "put after shutdown");
    assert_eq!(queue.get(), None);
}

/// What was put before the shutdown still comes out, when it is due and not before; then it is over.
pub fn shutdown_keeps_what_is_there() {
    let queue = DelayQueue::new();
    let due = after(1);
    let item = drawn(0..1000);
    thread::scope(|scope| {
        let producer = scope.spawn(|| queue.put(item, due).is_ok());
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
        assert_eq!(got, put.then_some(item), "what was put is got, and nothing else");
    });
    assert!(queue.is_empty());
}

/// Two threads with any two calls each: what they get, one thread could have got.
pub fn one_after_the_other() {
    let due = Instant::now();
    let item = drawn(0..1000);
    Clients::of(2, 2, DelayQueue::new)
        .calling(format!("put({item})"), move |queue| answer!(queue.put(item, due)))
        .calling("get", |queue| answer!(queue.get()))
        .calling("len", |queue| answer!(queue.len()))
        .check();
}
