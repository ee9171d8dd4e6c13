//! What an ordered parallel map must do.

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use student::parallel_map;

/// Blocks until it was counted down.
struct Gate {
    left: Mutex<usize>,
    open: Condvar,
}

impl Gate {
    fn new(left: usize) -> Self {
        Gate { left: Mutex::new(left), open: Condvar::new() }
    }

    fn count_down(&self) {
        *self.left.lock().unwrap() -= 1;
        self.open.notify_all();
    }

    fn wait(&self) {
        drop(self.open.wait_while(self.left.lock().unwrap(), |left| *left > 0).unwrap());
    }
}

fn payload_of(call: impl FnOnce() -> Vec<usize>) -> Option<&'static str> {
    let payload = catch_unwind(AssertUnwindSafe(call)).err()?;
    Some(payload.downcast_ref::<&'static str>().copied().unwrap_or("another payload"))
}

/// Results come in the order of the items, whoever is done first.
pub fn results_in_order() {
    assert_eq!(parallel_map(vec![1, 2, 3], 2, |n| n * n), [1, 4, 9]);
}

/// Items and results may be of any type that can be sent; the function may borrow.
pub fn any_type() {
    let suffix = String::from("!");
    let items = vec![String::from("a"), String::from("b")];
    let results = parallel_map(items, 2, |item| Some(item + &suffix));
    assert_eq!(results, [Some(String::from("a!")), Some(String::from("b!"))]);
}

/// No items, one item, more threads than items, no threads.
pub fn odd_numbers_of_threads() {
    assert!(parallel_map(Vec::<u8>::new(), 2, |n| n).is_empty());
    assert_eq!(parallel_map(vec![7], 3, |n| n + 1), [8]);
    assert_eq!(parallel_map(vec![1, 2], 0, |n| n + 1), [2, 3]);
    assert!(parallel_map(Vec::<u8>::new(), 0, |n| n).is_empty());
}

/// Two items that wait for each other need two threads at the same time.
pub fn items_run_at_the_same_time() {
    let both = Gate::new(2);
    let results = parallel_map(vec![1, 2], 2, |n| {
        both.count_down();
        both.wait();
        n
    });
    assert_eq!(results, [1, 2]);
}

/// Never more threads than allowed.
pub fn not_more_threads_than_allowed() {
    let inside = AtomicUsize::new(0);
    let threads = Mutex::new(HashSet::new());
    parallel_map(vec![0, 1, 2], 2, |_| {
        threads.lock().unwrap().insert(thread::current().id());
        let before = inside.fetch_add(1, Ordering::SeqCst);
        assert!(before < 2, "{} items at once on 2 threads", before + 1);
        inside.fetch_sub(1, Ordering::SeqCst);
    });
    let threads = threads.into_inner().unwrap().len();
    assert!(threads <= 2, "{threads} threads worked, 2 were allowed");
}

/// The first item waits until all others are done. Whoever is free takes the next item.
pub fn nobody_waits_behind_a_slow_item() {
    let others = Gate::new(3);
    let results = parallel_map(vec![0, 1, 2, 3], 2, |n| {
        if n == 0 {
            others.wait();
        } else {
            others.count_down();
        }
        n
    });
    assert_eq!(results, [0, 1, 2, 3]);
}

/// A panic comes out as it went in.
pub fn a_panic_comes_through() {
    let payload = payload_of(|| {
        parallel_map(vec![0, 1], 2, |n| if n == 1 { resume_unwind(Box::new("one")) } else { n })
    });
    assert_eq!(payload, Some("one"));
}

/// Both items panic, whichever first: the panic of the first item comes out.
pub fn the_first_items_panic_counts() {
    let both = Gate::new(2);
    let payload = payload_of(|| {
        parallel_map(vec!["first", "second"], 2, |name| -> usize {
            both.count_down();
            both.wait();
            resume_unwind(Box::new(name))
        })
    });
    assert_eq!(payload, Some("first"));
}

/// After a panic no further item is begun. With one thread that is exact.
pub fn a_panic_stops_the_rest() {
    let begun = Mutex::new(BTreeSet::new());
    let payload = payload_of(|| {
        parallel_map(vec![0, 1, 2, 3], 1, |n| {
            begun.lock().unwrap().insert(n);
            if n == 1 { resume_unwind(Box::new("stop")) } else { n }
        })
    });
    assert_eq!(payload, Some("stop"));
    assert_eq!(begun.into_inner().unwrap(), BTreeSet::from([0, 1]), "items that were begun");
}

/// The panic comes out when all threads have ended, and not before.
pub fn nobody_is_left_behind() {
    let working = AtomicUsize::new(0);
    let begun = Gate::new(2);
    let payload = payload_of(|| {
        parallel_map(vec![0, 1], 2, |n| {
            working.fetch_add(1, Ordering::SeqCst);
            begun.count_down();
            begun.wait();
            if n == 0 {
                working.fetch_sub(1, Ordering::SeqCst);
                resume_unwind(Box::new("zero"));
            }
            thread::yield_now();
            working.fetch_sub(1, Ordering::SeqCst);
            n
        })
    });
    assert_eq!(payload, Some("zero"));
    assert_eq!(working.load(Ordering::SeqCst), 0, "the function still runs on another thread");
}
