//! Items whose comparison or destructor panics leave the queue usable.

use ch07_queue::{PriorityQueue, Queue};
use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

thread_local! {
    static COMPARING_PANICS: Cell<bool> = const { Cell::new(false) };
}

#[derive(Debug, PartialEq, Eq)]
struct Touchy(i32);

impl Ord for Touchy {
    fn cmp(&self, other: &Self) -> Ordering {
        assert!(!COMPARING_PANICS.get(), "asked not to compare");
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Touchy {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Runs `f` on a thread where comparing panics; true if it did.
fn panics(f: impl FnOnce() + Send) -> bool {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            COMPARING_PANICS.set(true);
            f();
        });
        thread.join().is_err()
    })
}

#[test]
fn a_put_that_panics_has_put_the_item() {
    let queue = PriorityQueue::new(0);
    queue.put(Touchy(2)).unwrap();
    assert!(panics(|| queue.put(Touchy(1)).unwrap()));
    assert_eq!((queue.len(), queue.unfinished_tasks()), (2, 2));
    let mut items = [queue.get().unwrap().0, queue.get().unwrap().0];
    items.sort();
    assert_eq!(items, [1, 2]);
}

#[test]
fn a_put_that_panics_wakes_who_waits_for_its_item() {
    // The second put panics if no getter has taken the first item yet. In a
    // hundred rounds that happens, and every round must come out the same.
    for _ in 0..100 {
        let queue = PriorityQueue::new(0);
        thread::scope(|scope| {
            let getters = [0; 2].map(|_| scope.spawn(|| queue.get()));
            (0..5).for_each(|_| thread::yield_now());
            queue.put(Touchy(2)).unwrap();
            COMPARING_PANICS.set(true);
            let _ = catch_unwind(AssertUnwindSafe(|| queue.put(Touchy(1))));
            COMPARING_PANICS.set(false);
            let mut items = getters.map(|getter| getter.join().unwrap().unwrap().0);
            items.sort();
            assert_eq!(items, [1, 2]);
        });
    }
}

#[test]
fn a_get_that_panics_frees_a_place() {
    let queue = PriorityQueue::new(3);
    for item in [1, 2, 3] {
        queue.put(Touchy(item)).unwrap();
    }
    thread::scope(|scope| {
        let putter = scope.spawn(|| queue.put(Touchy(4)));
        assert!(panics(|| drop(queue.get())));
        assert_eq!(putter.join().unwrap(), Ok(()));
    });
    assert_eq!((queue.len(), queue.unfinished_tasks()), (3, 4));
}

#[test]
fn an_item_whose_destructor_panics_does_no_harm() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let queue = Queue::new(1);
    queue.put(Bomb).unwrap();
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(queue.shutdown_now())));
    assert!(dropped.is_err());
    assert!(queue.is_empty());
    queue.join();
}
