//! A number that two threads change, as a plain `static`. Plain memory is watched here, because this is a file of its own:
//!
//! ```console
//! cargo run -p harness -- explore chapters/03-locks/memory/data_race.rs
//! ```

use std::sync::Mutex;
use std::thread;

// ANCHOR: total
static mut TOTAL: u32 = 0;
// ANCHOR_END: total

/// Must fail: data race. Two threads add, and nothing puts the one before the other.
// ANCHOR: race
fn both_add() {
    // SAFETY: none, and the explorer shows what that leads to.
    let add = || unsafe { TOTAL += 1 };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
}
// ANCHOR_END: race

// ANCHOR: lock
static LOCKED: Mutex<u32> = Mutex::new(0);

/// The same number inside a lock. No `unsafe` is needed any more.
fn both_add_under_the_lock() {
    let add = || *LOCKED.lock().unwrap() += 1;
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    assert_eq!(*LOCKED.lock().unwrap(), 2);
}
// ANCHOR_END: lock
