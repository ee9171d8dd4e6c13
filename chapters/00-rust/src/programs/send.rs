//! A trait of our own, and one that the compiler gives.

use std::thread;
use tour::Program;

pub const PROGRAM: Program = Program::new("send", "a shape that goes to another thread", main);

// ANCHOR: main
trait Area {
    fn area(&self) -> u32;
}

struct Square {
    side: u32,
}

impl Area for Square {
    fn area(&self) -> u32 {
        self.side * self.side
    }
}

fn in_a_thread(shape: impl Area + Send + 'static) -> u32 {
    let worker = thread::spawn(move || shape.area());
    worker.join().expect("the thread does not panic")
}

pub fn main() {
    println!("here: {}", Square { side: 3 }.area());
    println!("in a thread: {}", in_a_thread(Square { side: 4 }));
}
// ANCHOR_END: main
