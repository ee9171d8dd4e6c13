//! The lost update again, now left to chance: two threads add one a million
//! times each, and how much of it is lost differs from run to run.
//!
//! Where nothing is lost the program tries again, up to a hundred rounds. On a
//! machine with much to do, one thread often is at its end before the other has
//! begun.
//!
//! In CPython 3.10 to 3.13 the bare statement `n += 1` happens to lose nothing. A
//! function call between the reading and the writing is enough to change that;
//! the twin of this program has one.

use ch03_locks::Lock;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tour::{Program, in_order, integer, line, value};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("lost-by-chance", "how many of 2000000 updates are lost, this time", main)
        .output(&[in_order(2)])
        .varying(&[line("without the lock: <lost> of 2000000 lost in round <round>")])
        .values(&[value("lost", integer(0, 1_999_999)), value("round", integer(1, 100))]);

// ANCHOR: count
const EACH: u32 = 1_000_000;

/// Counts in two threads, without and with the lock.
pub fn main() {
    let mut lost = 0;
    let mut round = 0;
    while lost == 0 && round < 100 {
        lost = lost_of_two(|n| n.store(n.load(Relaxed) + 1, Relaxed));
        round += 1;
    }
    println!("without the lock: {lost} of {} lost in round {round}", 2 * EACH);

    let lock = Lock::new();
    let lost = lost_of_two(|n| {
        let _held = lock.lock();
        n.store(n.load(Relaxed) + 1, Relaxed);
    });
    println!("with the lock: {lost} of {} lost", 2 * EACH);
}
// ANCHOR_END: count

// ANCHOR: rest
fn lost_of_two(add: impl Fn(&AtomicU32) + Sync) -> u32 {
    let n = AtomicU32::new(0);
    let start = Barrier::new(2);
    let count = || {
        start.wait();
        (0..EACH).for_each(|_| add(&n));
    };
    thread::scope(|scope| {
        scope.spawn(count);
        scope.spawn(count);
    });
    2 * EACH - n.into_inner()
}
// ANCHOR_END: rest
