//! Five threads wait; the flag goes up and at once down again. Who is released?
//!
//! With a flag and a condition variable, perhaps nobody: each thread wakes up,
//! finds the flag down, and waits on. With a generation counter, everybody who
//! was waiting.

use ch05_event::{correct, naive};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("set-clear", "set(); clear() releases everybody who waited, or nobody", main);

// ANCHOR: main
/// Sets and clears each kind of event while five threads wait for it.
pub fn main() {
    println!("flag and condvar:   {} of 5 released", with_a_flag());
    println!("generation counter: {} of 5 released", with_generations());
}

fn with_a_flag() -> u32 {
    let event = naive::Event::new();
    let released = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                event.wait();
                released.fetch_add(1, Relaxed);
            });
        }
        while event.waiters() < 5 {
            thread::yield_now();
        }
        event.set_and_clear();
        let released = released.load(Relaxed);
        // For the five who wait on.
        event.set();
        released
    })
}

fn with_generations() -> u32 {
    let event = correct::Event::new();
    let released = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                event.wait();
                released.fetch_add(1, Relaxed);
            });
        }
        while event.waiters() < 5 {
            thread::yield_now();
        }
        event.set();
        event.clear();
    });
    released.into_inner()
}
// ANCHOR_END: main
