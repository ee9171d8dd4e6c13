//! Levels of the book that are no page's program, with `std`'s own types: one line, one step.

use std::sync::{Condvar, Mutex};
use std::thread;

/// A thread waits with `if` for the door to be opened. It is proved only as long as nobody wakes for no reason: with
/// `--spurious 1` it fails, and the book's level has such a wake-up.
fn woken_for_no_reason() {
    let open = Mutex::new(false);
    let opened = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut open = open.lock().unwrap();
            if !*open {
                open = opened.wait(open).unwrap();
            }
            assert!(*open, "the door is shut");
        });
        *open.lock().unwrap() = true;
        opened.notify_one();
    });
}
