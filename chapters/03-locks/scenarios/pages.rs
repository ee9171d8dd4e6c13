//! What the book's pages step through, with `std`'s own types: one line, one step.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// The program `list-race` with two items: read from the front, written from the back.
///
/// Must fail: the reader sees the old front and the new back.
fn half_old_half_new() {
    let front = AtomicU32::new(0);
    let back = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            back.store(1, SeqCst);
            front.store(1, SeqCst);
        });
        let first = front.load(SeqCst);
        let second = back.load(SeqCst);
        assert_eq!(first, second, "half old, half new");
    });
}

/// The same list with a lock around the reading and the writing.
fn all_old_or_all_new() {
    let lock = Mutex::new(());
    let front = AtomicU32::new(0);
    let back = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock().unwrap();
            back.store(1, SeqCst);
            front.store(1, SeqCst);
        });
        let _held = lock.lock().unwrap();
        let first = front.load(SeqCst);
        let second = back.load(SeqCst);
        assert_eq!(first, second, "half old, half new");
    });
}
