//! Two threads add one, and one of the two is lost.
//!
//! `n += 1` is three steps: read, add, write. If both threads read before
//! either writes, both write the same number. A barrier between the reading
//! and the writing makes that happen every time. The lock makes the three
//! steps one.
//!
//! Rust does not compile `n += 1` on a plain integer that two threads share,
//! so the steps are spelled out on an atomic integer.

use ch03_locks::Lock;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("lost-update", "n += 1 in two threads, without and with the lock", main);

// ANCHOR: main
/// Adds one in each of two threads, without and with the lock.
// ANCHOR: add
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
}
// ANCHOR_END: add

fn in_two_threads(add: impl Fn(&AtomicU32) + Sync) -> u32 {
    let n = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| add(&n));
        scope.spawn(|| add(&n));
    });
    n.into_inner()
}
// ANCHOR_END: main
