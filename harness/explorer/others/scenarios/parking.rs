//! parking: a token that is never lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// An `unpark` before the `park` counts, and passes on what was written before it.
pub fn token() {
    let (parker, unparker) = parking::pair();
    let written = Arc::new(AtomicU32::new(0));
    let writer = thread::spawn({
        let written = Arc::clone(&written);
        move || {
            written.store(7, Ordering::Relaxed);
            unparker.unpark();
        }
    });
    parker.park();
    assert_eq!(written.load(Ordering::Relaxed), 7);
    writer.join().unwrap();
}

/// Two threads unpark at once; one of them was told that it woke somebody.
pub fn two_unparkers() {
    let (parker, unparker) = parking::pair();
    let others: Vec<_> = (0..2)
        .map(|_| {
            let unparker = unparker.clone();
            thread::spawn(move || unparker.unpark())
        })
        .collect();
    parker.park();
    let told =
        others.into_iter().filter_map(|other| other.join().ok()).filter(|&told| told).count();
    assert!(told >= 1);
}
