//! Twenty threads, each with a name, that print in whatever order they run.
//!
//! Nobody joins them. In Python the interpreter waits for
//! them; here the main scope does.
//!
//! `println!` prints a line as a whole. Python's `print` writes the text and the
//! line's end separately, so a program that uses it sometimes merges two lines.

use ch02_threads::{Builder, main_scope};
use std::thread;
use std::time::Duration;
use tour::{Program, any_order};

pub const PROGRAM: Program = Program::new("workers", "twenty named threads, in any order", main)
    .output(&[any_order("the workers", 20)]);

// ANCHOR: main
fn worker(number: u32) {
    // This stands for work.
    thread::sleep(Duration::from_millis(50));
    println!("Thread {number}");
}

pub fn main() {
    main_scope(|| {
        for i in 0..20 {
            Builder::new()
                .name(format!("t.{i}"))
                .spawn(move || worker(i))
                .expect("twenty threads are not many");
        }
    });
}
// ANCHOR_END: main
