//! Four threads add to one number that they own together and change one at a time.

use std::sync::{Arc, Mutex};
use std::thread;
use tour::Program;

pub const PROGRAM: Program = Program::new("arc-and-mutex", "one number, four threads", main);

// ANCHOR: main
pub fn main() {
    let total = Arc::new(Mutex::new(0));
    let mut workers = Vec::new();
    for amount in 1..=4 {
        let total = Arc::clone(&total);
        workers.push(thread::spawn(move || {
            let mut held = total.lock().unwrap();
            *held += amount;
        })); // `held` ends before this brace, and gives the lock back
    }
    for worker in workers {
        worker.join().unwrap();
    }
    println!("total: {}", total.lock().unwrap());
}
// ANCHOR_END: main
