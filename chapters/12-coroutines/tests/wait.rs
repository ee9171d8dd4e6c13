//! Events and queues between tasks.

use ch12_coroutines::hub::{self, Empty, Event, Full, JoinError, Queue, Timeout};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

const AGES: Duration = Duration::from_secs(100_000);
const A_MOMENT: Duration = Duration::from_millis(1);

fn give_way() {
    hub::sleep(Duration::ZERO);
}

#[test]
fn set_wakes_all_who_wait_though_it_is_cleared_at_once() {
    hub::run(|| {
        let event = Rc::new(Event::default());
        let waiters: Vec<_> = (0..100)
            .map(|_| {
                let event = event.clone();
                hub::spawn(move || event.wait_timeout(AGES))
            })
            .collect();
        give_way();
        event.set();
        event.clear();
        assert!(hub::join_all(waiters).into_iter().all(Result::unwrap));
        assert!(!event.is_set());
        assert!(!event.wait_timeout(A_MOMENT));
    })
    .unwrap();
}

/// Runs `first`, a task that waits for the event and is interrupted in the moment that the event
/// wakes it, and one that comes after it. Says whether the latter was told that the event was set;
/// `None` if the first did not wait any more when the event was set.
fn a_latecomer_is_woken(
    first: impl FnOnce(&Event) + 'static,
    interrupt: impl FnOnce(&hub::JoinHandle<()>) + 'static,
) -> Option<bool> {
    hub::run(|| {
        let event = Rc::new(Event::new());
        let first = hub::spawn({
            let event = event.clone();
            move || first(&event)
        });
        give_way(); // it waits
        let latecomer = hub::spawn({
            let event = event.clone();
            move || {
                event.clear();
                event.wait_timeout(A_MOMENT)
            }
        });
        let waited = format!("{event:?}").contains("waiting: 1");
        event.set(); // wakes the first
        interrupt(&first); // before it has a turn; the latecomer comes first
        let woken = latecomer.join().unwrap();
        waited.then_some(woken)
    })
    .unwrap()
}

#[test]
fn a_waiter_killed_after_its_wake_up_wakes_nobody_who_came_later() {
    assert_eq!(a_latecomer_is_woken(Event::wait, hub::JoinHandle::kill), Some(false));
}

/// Comes back when `time` has passed; no task has a turn meanwhile.
fn let_pass(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn a_waiter_out_of_time_after_its_wake_up_wakes_nobody_who_came_later() {
    let attempt = || {
        let in_time = Rc::new(Cell::new(None));
        let report = in_time.clone();
        let first = move |event: &Event| report.set(Some(hub::timeout(A_MOMENT, || event.wait())));
        // Its time began before the event was set, and so is over after as long again.
        let woken = a_latecomer_is_woken(first, |_| let_pass(A_MOMENT))?;
        Some((in_time.get(), woken))
    };
    // On a busy machine its time may be over before the event is set, which shows nothing.
    let outcome = std::iter::repeat_with(attempt).flatten().next();
    assert_eq!(outcome, Some((Some(Err(Timeout)), false)));
}

#[test]
fn a_set_event_blocks_nobody_not_even_outside_tasks() {
    let event = Event::new();
    event.set();
    event.wait();
    assert!(event.wait_timeout(Duration::ZERO));
    assert_eq!(format!("{event:?}"), "Event { is_set: true, waiting: 0 }");
}

#[test]
fn items_come_out_in_the_order_of_puts() {
    let items = hub::run(|| {
        let queue = Rc::new(Queue::new(3));
        for producer in 0..4 {
            let queue = queue.clone();
            hub::spawn(move || (0..25).for_each(|n| queue.put((producer, n))));
        }
        let mut items = Vec::new();
        for _ in 0..100 {
            assert!(queue.len() <= 3);
            items.push(queue.get());
        }
        assert!(queue.is_empty());
        items
    })
    .unwrap();
    for producer in 0..4 {
        let own: Vec<_> = items.iter().filter(|item| item.0 == producer).map(|i| i.1).collect();
        assert_eq!(own, (0..25).collect::<Vec<_>>());
    }
}

#[test]
fn full_and_empty_say_so_and_keep_the_item() {
    let queue = Queue::new(1);
    assert_eq!(queue.try_get(), Err(Empty));
    assert_eq!(queue.try_put("a"), Ok(()));
    assert!(queue.is_full());
    assert_eq!(queue.try_put("b"), Err(Full("b")));
    assert_eq!(format!("{queue:?}"), "Queue { len: 1, capacity: 1, .. }");
    hub::run(move || {
        assert_eq!(queue.put_timeout("b", A_MOMENT), Err(Full("b")));
        assert_eq!(queue.get_timeout(AGES), Ok("a"));
        assert_eq!(queue.get_timeout(A_MOMENT), Err(Empty));
    })
    .unwrap();
    assert_eq!(Queue::<u8>::default().try_put(1), Ok(()));
}

#[test]
fn a_getter_killed_after_its_wake_up_passes_it_on() {
    hub::run(|| {
        let queue = Rc::new(Queue::unbounded());
        let getters: Vec<_> = (0..2)
            .map(|_| {
                let queue = queue.clone();
                hub::spawn(move || queue.get())
            })
            .collect();
        give_way(); // both wait
        queue.put(1); // wakes the first
        getters[0].kill(); // before it can take it
        let mut outcomes = hub::join_all(getters);
        assert_eq!(outcomes.pop().unwrap().unwrap(), 1);
        assert!(matches!(outcomes.pop().unwrap(), Err(JoinError::Killed)));
    })
    .unwrap();
}

#[test]
fn a_killed_waiter_leaves_the_line() {
    hub::run(|| {
        let queue = Rc::new(Queue::unbounded());
        let getter = || {
            let queue = queue.clone();
            hub::spawn(move || queue.get())
        };
        let (first, second) = (getter(), getter());
        give_way();
        first.kill();
        assert!(matches!(first.join(), Err(JoinError::Killed)));
        queue.put(2);
        assert_eq!(second.join().unwrap(), 2);
    })
    .unwrap();
}
