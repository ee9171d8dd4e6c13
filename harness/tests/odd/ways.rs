//! Steps that can be taken in several ways.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Condvar, Mutex};
use std::thread;

/// A relaxed load may read an old value, and a weak compare-exchange fail for no reason.
fn old_and_weak() {
    let number = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| number.store(1, Relaxed));
        let seen = number.load(Relaxed);
        let _ = number.compare_exchange_weak(seen, 2, Relaxed, Relaxed);
    });
}

/// Two wait, and one is notified.
///
/// Must fail: the other waits for ever.
fn one_of_two() {
    let (ready, changed) = (Mutex::new(false), Condvar::new());
    let wait = || drop(changed.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap());
    thread::scope(|scope| {
        scope.spawn(wait);
        scope.spawn(wait);
        *ready.lock().unwrap() = true;
        changed.notify_one();
    });
}
