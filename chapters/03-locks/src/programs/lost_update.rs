//! Two threads add one, and one of the two is lost.
//!
//! `n += 1` is three steps: read, add, write. If both threads read before
//! either writes, both write the same number. A barrier between the reading
//! and the writing makes that happen every time. The lock makes the three
//! steps one.
//!
//! Left to chance, how many are lost differs from run to run. Rust does not
//! compile `n += 1` on a plain integer that two threads share, so the steps
//! are spelled out on an atomic integer. In CPython 3.11 the bare statement
//! happens to lose nothing; a call between reading and writing is enough to
//! lose about half.

use ch03_locks::Lock;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tour::{Program, in_order, integer, line, value};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("lost-update", "n += 1 in two threads, without and with the lock", main)
        .output(&[in_order(4)])
        .varying(&[line("left to chance, without the lock: <lost> of 100000 lost")])
        .values(&[value("lost", integer(0, 99_999))]);

// ANCHOR: main
const EACH: u32 = 50_000;

/// Counts in two threads, four times.
pub fn main() {
    let both_have_read = Barrier::new(2);
    let n = in_two_threads(|n| {
        let read = n.load(Relaxed);
        both_have_read.wait();
        n.store(read + 1, Relaxed);
    });
    println!("both read before either writes: 0 + 1 + 1 = {n}");

    let lock = Lock::new();
    let n = in_two_threads(|n| {
        let _held = lock.lock();
        n.store(n.load(Relaxed) + 1, Relaxed);
    });
    println!("one after the other: 0 + 1 + 1 = {n}");

    let n = in_two_threads(|n| {
        for _ in 0..EACH {
            n.store(n.load(Relaxed) + 1, Relaxed);
        }
    });
    println!("left to chance, without the lock: {} of {} lost", 2 * EACH - n, 2 * EACH);

    let n = in_two_threads(|n| {
        for _ in 0..EACH {
            let _held = lock.lock();
            n.store(n.load(Relaxed) + 1, Relaxed);
        }
    });
    println!("left to chance, with the lock: {} of {} lost", 2 * EACH - n, 2 * EACH);
}

fn in_two_threads(count: impl Fn(&AtomicU32) + Sync) -> u32 {
    let n = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| count(&n));
        scope.spawn(|| count(&n));
    });
    n.into_inner()
}
// ANCHOR_END: main
