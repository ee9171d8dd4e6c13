//! Closures: one that takes a copy, one that borrows, one that goes to a thread.

use std::thread;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("closures", "what a function without a name takes along", main);

// ANCHOR: main
pub fn main() {
    let mut adders = Vec::new();
    for n in 1..=3 {
        adders.push(move |x: i32| x + n);
    }
    println!("10 and the first number: {}", adders[0](10));

    let greeting = String::from("hello");
    let greet = |name: &str| format!("{greeting}, {name}");
    println!("{} and {}", greet("Ada"), greet("Bob"));

    let worker = thread::spawn(move || format!("{greeting} from the thread"));
    println!("{}", worker.join().expect("the thread does not panic"));
}
// ANCHOR_END: main
