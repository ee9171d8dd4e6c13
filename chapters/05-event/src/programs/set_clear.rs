//! Five threads wait; the flag goes up and at once down again. Who is released?
//!
//! With a flag and a condition variable, perhaps nobody: each thread wakes up,
//! finds the flag down, and waits on. With a generation counter, everybody who
//! was waiting.

use ch05_event::{correct, naive};
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
// ANCHOR_END: main

// ANCHOR: flag
fn with_a_flag() -> usize {
    let event = naive::Event::new();
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| event.wait());
        }
        while event.waiters() < 5 {
            thread::yield_now();
        }
        event.set_and_clear();
        // Each looked once when it came, and looks again now that it is woken.
        while event.looks() < 10 {
            thread::yield_now();
        }
        let released = 5 - event.waiters();
        // For those who still wait.
        event.set();
        released
    })
}
// ANCHOR_END: flag

// ANCHOR: generations
fn with_generations() -> usize {
    let event = correct::Event::new();
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..5).map(|_| scope.spawn(|| event.wait())).collect();
        while event.waiters() < 5 {
            thread::yield_now();
        }
        event.set();
        event.clear();
        // Nobody sets the flag again: whoever comes back was released by that.
        waiters.into_iter().filter_map(|waiter| waiter.join().ok()).count()
    })
}
// ANCHOR_END: generations
