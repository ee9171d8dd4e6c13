//! parking_lot: what takes long, or cannot be told yet.

use parking_lot::{Condvar, Mutex, Once};
use std::sync::Arc;
use std::thread;

/// Who waits for a word is told.
pub fn condvar() {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&pair);
    let other = thread::spawn(move || {
        *theirs.0.lock() = true;
        theirs.1.notify_one();
    });
    let mut ready = pair.0.lock();
    while !*ready {
        pair.1.wait(&mut ready);
    }
    drop(ready);
    other.join().unwrap();
}

/// Two threads come, and one of them does it, before either goes on.
pub fn once() {
    let shared = Arc::new((Once::new(), Mutex::new(0)));
    let comes = |shared: &(Once, Mutex<u32>)| {
        shared.0.call_once(|| *shared.1.lock() += 1);
        assert_eq!(*shared.1.lock(), 1);
    };
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || comes(&theirs));
    comes(&shared);
    other.join().unwrap();
}
