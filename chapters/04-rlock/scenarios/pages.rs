//! What the book's pages step through, with `std`'s own types: one line, one step.

use std::sync::Mutex;
use std::thread;

/// A thread locks what it has locked already, and another comes by.
///
/// Must fail: the first waits for itself, and the second for the first.
fn locks_it_again() {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _outer = lock.lock().unwrap();
            let _inner = lock.lock().unwrap();
        });
        scope.spawn(|| {
            let _held = lock.lock().unwrap();
        });
    });
}

/// Two threads lock left and right, each beginning with another.
///
/// Must fail: each holds one and waits for the other.
fn left_and_right() {
    let left = Mutex::new(());
    let right = Mutex::new(());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = left.lock().unwrap();
            let _right = right.lock().unwrap();
        });
        scope.spawn(|| {
            let _right = right.lock().unwrap();
            let _left = left.lock().unwrap();
        });
    });
}
