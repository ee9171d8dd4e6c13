//! What an ordered parallel map must do.

use judge::drawn;
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

/// What came out of a call.
#[derive(Debug, PartialEq, Eq)]
enum Panicked {
    With(u64),
    WithSomethingElse,
    Not,
}

judge::seen!(Panicked { With(number), WithSomethingElse, Not });

fn panic_of(call: impl FnOnce() -> Vec<u64>) -> Panicked {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(_) => Panicked::Not,
        Err(payload) => match payload.downcast_ref() {
            Some(number) => Panicked::With(*number),
            None => Panicked::WithSomethingElse,
        },
    }
}

/// Items that nobody knows beforehand, each another number.
fn items<const N: usize>() -> [u64; N] {
    let mut base = 0;
    [(); N].map(|()| {
        base += 1000;
        base + drawn(0..1000)
    })
}

/// Results come in the order of the items, whoever is done first.
pub fn results_in_order() {
    let (items, factor) = (items::<3>(), drawn(2..100));
    let results = parallel_map(items.to_vec(), 2, |n| n * factor);
    assert_eq!(results, items.map(|n| n * factor));
}

/// Items and results may be of any type that can be sent; the function may borrow.
pub fn any_type() {
    assert_eq!(parallel_map(vec![1, 2, 3], 2, |n| n * n), [1, 4, 9]);
    let suffix = format!("-{}", drawn(0..1000));
    let [a, b] = items::<2>().map(|n| n.to_string());
    let results = parallel_map(vec![a.clone(), b.clone()], 2, |item| Some(item + &suffix));
    assert_eq!(results, [Some(a + &suffix), Some(b + &suffix)]);
}

/// No items, one item, more threads than items, no threads.
pub fn odd_numbers_of_threads() {
    let [a, b] = items();
    assert!(parallel_map(Vec::<u8>::new(), 2, |n| n).is_empty());
    assert_eq!(parallel_map(vec![a], 3, |n| n + 1), [a + 1]);
    assert_eq!(parallel_map(vec![a, b], 0, |n| n + 1), [a + 1, b + 1]);
    assert!(parallel_map(Vec::<u8>::new(), 0, |n| n).is_empty());
}

/// Two items that wait for each other need two threads at the same time.
pub fn items_run_at_the_same_time() {
    let items = items::<2>();
    let both = Gate::new(2);
    let results = parallel_map(items.to_vec(), 2, |n| {
        both.count_down();
        both.wait();
        n
    });
    assert_eq!(results, items);
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
    let items = items::<4>();
    let others = Gate::new(3);
    let results = parallel_map(items.to_vec(), 2, |n| {
        if n == items[0] {
            others.wait();
        } else {
            others.count_down();
        }
        n
    });
    assert_eq!(results, items);
}

/// A panic comes out as it went in.
pub fn a_panic_comes_through() {
    let ([a, b], payload) = (items(), drawn(0..1000));
    let panicked = panic_of(|| {
        parallel_map(vec![a, b], 2, |n| if n == b { resume_unwind(Box::new(payload)) } else { n })
    });
    assert_eq!(panicked, Panicked::With(payload));
}

/// Both items panic, whichever first: the panic of the first item comes out.
pub fn the_first_items_panic_counts() {
    let [first, second] = items();
    let both = Gate::new(2);
    let panicked = panic_of(|| {
        parallel_map(vec![first, second], 2, |number| -> u64 {
            both.count_down();
            both.wait();
            resume_unwind(Box::new(number))
        })
    });
    assert_eq!(panicked, Panicked::With(first));
}

/// After a panic no further item is begun. With one thread that is exact.
pub fn a_panic_stops_the_rest() {
    let items = items::<4>();
    let begun = Mutex::new(BTreeSet::new());
    let panicked = panic_of(|| {
        parallel_map(items.to_vec(), 1, |n| {
            begun.lock().unwrap().insert(n);
            if n == items[1] { resume_unwind(Box::new(n)) } else { n }
        })
    });
    assert_eq!(panicked, Panicked::With(items[1]));
    assert_eq!(
        begun.into_inner().unwrap(),
        BTreeSet::from([items[0], items[1]]),
        "items that were begun"
    );
}

/// The panic comes out when all threads have ended, and not before.
pub fn nobody_is_left_behind() {
    let ([a, b], payload) = (items(), drawn(0..1000));
    let working = AtomicUsize::new(0);
    let begun = Gate::new(2);
    let panicked = panic_of(|| {
        parallel_map(vec![a, b], 2, |n| {
            working.fetch_add(1, Ordering::SeqCst);
            begun.count_down();
            begun.wait();
            if n == a {
                working.fetch_sub(1, Ordering::SeqCst);
                resume_unwind(Box::new(payload));
            }
            thread::yield_now();
            working.fetch_sub(1, Ordering::SeqCst);
            n
        })
    });
    assert_eq!(panicked, Panicked::With(payload));
    assert_eq!(working.load(Ordering::SeqCst), 0, "the function still runs on another thread");
}
