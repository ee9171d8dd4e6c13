//! Searches that are long enough to be stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

fn add_by_turns(times: u32) {
    let number = Arc::new(AtomicU32::new(0));
    let add = |number: Arc<AtomicU32>| {
        move || {
            for _ in 0..times {
                number.fetch_add(1, Relaxed);
            }
        }
    };
    let others = [(); 2].map(|()| thread::spawn(add(Arc::clone(&number))));
    add(Arc::clone(&number))();
    others.into_iter().for_each(|other| other.join().unwrap());
    assert_eq!(number.load(Relaxed), 3 * times);
}

fn long() {
    add_by_turns(4);
}

fn longer() {
    add_by_turns(5);
}

fn very_long() {
    add_by_turns(6);
}
