//! parking_lot: locks that wait by the kernel's `futex`, and a table of queues that all of them share.

use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::thread;

/// Two threads add, one each.
pub fn mutex() {
    let number = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || *theirs.lock() += 1);
    *number.lock() += 1;
    other.join().unwrap();
    assert_eq!(*number.lock(), 2);
}

/// A reader sees all of what a writer does, or nothing.
pub fn rw_lock() {
    let both = Arc::new(RwLock::new((0, 0)));
    let theirs = Arc::clone(&both);
    let writer = thread::spawn(move || {
        let mut both = theirs.write();
        both.0 += 1;
        both.1 += 1;
    });
    let seen = *both.read();
    assert_eq!(seen.0, seen.1);
    writer.join().unwrap();
}
