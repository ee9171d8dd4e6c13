//! One object, another value in each thread.

use ch02_threads::{Builder, Local};
use std::cell::Cell;
use std::sync::{Arc, Barrier};
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("locals", "a thread-local value that is an object", main);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    // ANCHOR: threads
    let number = Arc::new(Local::new(|| Cell::new(0)));
    number.set(100);

    let all_written = Arc::new(Barrier::new(3));
    let mut handles = Vec::new();
    for i in 0..3 {
        let (number, all_written) = (Arc::clone(&number), Arc::clone(&all_written));
        handles.push(Builder::new().spawn(move || {
            let before = number.get();
            number.set(i);
            // If the value were shared, two of the three would read another's number.
            all_written.wait();
            (before, number.get())
        })?);
    }
    // ANCHOR_END: threads
    for (i, handle) in handles.into_iter().enumerate() {
        let (before, after) = handle.join().map_err(|_| "none of them panics")?;
        println!("thread {i}: found {before}, wrote {i}, reads {after}");
    }
    println!("main: wrote 100, reads {}", number.get());
    Ok(())
}
// ANCHOR_END: main
