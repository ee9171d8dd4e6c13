//! spin's `RwLock`: unlocked so that nobody need see what was written.
//!
//! A writer gave the lock back by a `Relaxed` store. Who took it next knew that it was free, and not what the writer had done in between.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2019-0013>, mended by a `Release` store.
//!
//! Expected of spin 0.5.0: a data race. Of 0.5.2: proved.

use spin_0_5::RwLock;
use std::sync::Arc;
use std::thread;

/// Both writers are seen.
pub fn two_writers() {
    let number = Arc::new(RwLock::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || *theirs.write() += 1);
    *number.write() += 1;
    other.join().unwrap();
    assert_eq!(*number.read(), 2);
}

/// A reader sees all of what a writer did, or nothing.
pub fn reader_beside_writer() {
    let both = Arc::new(RwLock::new((0, 0)));
    let theirs = Arc::clone(&both);
    let other = thread::spawn(move || *theirs.write() = (1, 1));
    let seen = *both.read();
    assert_eq!(seen.0, seen.1);
    other.join().unwrap();
}
