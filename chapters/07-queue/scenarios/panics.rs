//! Items whose comparison panics: the queue goes on, and nobody waits for ever.

use ch07_queue::PriorityQueue;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Cannot be compared.
struct Moody;

impl Ord for Moody {
    fn cmp(&self, _: &Moody) -> Ordering {
        panic!("on purpose");
    }
}

impl PartialOrd for Moody {
    fn partial_cmp(&self, other: &Moody) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Moody {
    fn eq(&self, other: &Moody) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Moody {}

/// A `put` that panics has put its item all the same, and a consumer that waits gets one.
fn put_panics() {
    let queue = PriorityQueue::new(0);
    thread::scope(|scope| {
        scope.spawn(|| queue.get().is_ok());
        for _ in 0..2 {
            let _ = catch_unwind(AssertUnwindSafe(|| queue.put(Moody)));
        }
    });
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.unfinished_tasks(), 2);
}

/// A `get` that panics has made room all the same, and a producer that waits goes on.
fn get_panics() {
    let queue = PriorityQueue::new(3);
    for _ in 0..3 {
        let _ = catch_unwind(AssertUnwindSafe(|| queue.put(Moody)));
    }
    thread::scope(|scope| {
        scope.spawn(|| catch_unwind(AssertUnwindSafe(|| queue.put(Moody).is_ok())).is_ok());
        let _ = catch_unwind(AssertUnwindSafe(|| queue.get().is_ok()));
    });
    assert_eq!(queue.len(), 3);
}
