//! Ten threads wait for a word from the keyboard.
//!
//! On `true` they execute. The document's program knows no other answer: on
//! anything else, and at the end of input, its ten threads wait for ever. Here
//! they are released all the same, and told that there is nothing to do.
//!
//! The document's `clear()` before the prompt changes nothing, since an event
//! is down at first; it is left out.

use ch05_event::Event;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
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
    let declined = AtomicBool::new(false);
    let answer = thread::scope(|scope| {
        let (started, all_started) = mpsc::channel::<()>();
        for _ in 0..10 {
            let started = started.clone();
            scope.spawn(|| {
                println!("start");
                drop(started);
                event.wait();
                if !declined.load(Relaxed) {
                    println!("execute");
                }
            });
        }
        drop(started);
        // Nobody sends: the channel closes when all ten have dropped their end.
        let _closed = all_started.recv();

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
