//! Ten threads wait for a word from the keyboard.
//!
//! On `true` they execute. The document's program knows no other answer: on
//! anything else, and at the end of input, its ten threads wait for ever. Here
//! they are released all the same, and told that there is nothing to do.
//!
//! The document's `clear()` before the prompt changes nothing, since an event
//! is down at first; it is left out.

use ch05_event::Event;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use tour::{Failure, Program, any_order, in_order};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("ten-waiters", "ten threads wait until you type true", main)
        .input("true\n")
        .output(&[any_order("ten starts", 10), in_order(1), any_order("ten executes", 10)]);

// ANCHOR: main
/// Starts ten waiters, asks, and releases them.
pub fn main() -> Result<(), Failure> {
    let event = Event::new();
    // The ten, and this thread.
    let all_started = Barrier::new(11);
    let declined = AtomicBool::new(false);
    let answer = thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                println!("start");
                all_started.wait();
                event.wait();
                // Relaxed is enough: whoever comes back from `wait` sees what was written before `set`.
                if !declined.load(Relaxed) {
                    println!("execute");
                }
            });
        }
        all_started.wait();

        let answer = tour::prompt("input:");
        if !matches!(&answer, Ok(Some(word)) if word == "true") {
            declined.store(true, Relaxed);
        }
        event.set();
        answer
    })?;
    // ANCHOR_END: main
    // ANCHOR: rest
    match answer.as_deref() {
        Some("true") => {}
        Some(word) => {
            println!("the answer was {word:?}, not \"true\": all ten ended, none executed")
        }
        None => println!("the input ended without an answer: all ten ended, none executed"),
    }
    Ok(())
}
// ANCHOR_END: rest
