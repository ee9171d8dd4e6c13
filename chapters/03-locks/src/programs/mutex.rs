//! The lock that Rust itself has: the number is inside of it.

use std::sync::Mutex;
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("mutex", "four threads, and a lock with the number inside", main);

// ANCHOR: main
/// Lets four threads add one each.
pub fn main() {
    let number = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut held = number.lock().unwrap();
                *held += 1;
                println!("{held}");
            });
        }
    });
    println!("at the end: {}", number.into_inner().unwrap());
}
// ANCHOR_END: main
