//! The two ends of a queue: drained, or at once.
//!
//! Python's queue has them since 3.13. The twins are for 3.11, so this program
//! has none.

use ch07_queue::{GetError, PutError, Queue};
use std::thread;
use tour::Program;

pub const PROGRAM: Program = Program::new("shutdown", "drained, or at once", main);

pub fn main() {
    // ANCHOR: two_ends
    let queue = filled();
    queue.shutdown();
    if let Err(PutError::ShutDown(item)) = queue.put("d") {
        println!("drained: put {item} is refused");
    }
    println!("drained: {}", queue.iter().collect::<Vec<_>>().join(" "));
    if queue.get() == Err(GetError::ShutDown) {
        println!("drained: then get is refused");
    }

    let queue = filled();
    println!("at once: {} come back", queue.shutdown_now().join(" "));
    if queue.get() == Err(GetError::ShutDown) {
        println!("at once: get is refused");
    }
    queue.join();
    println!("at once: join does not wait for what came back");
    // ANCHOR_END: two_ends

    // ANCHOR: waiting
    // Three consumers, and nothing for them to get.
    let queue = Queue::<&str>::new(0);
    thread::scope(|scope| {
        let consumers: Vec<_> = (0..3).map(|_| scope.spawn(|| queue.get())).collect();
        queue.shutdown();
        let ends = consumers.into_iter().map(|consumer| consumer.join().unwrap());
        let refused = ends.filter(|end| *end == Err(GetError::ShutDown)).count();
        println!("waiting consumers told of the end: {refused}");
    });
    // ANCHOR_END: waiting
}

// ANCHOR: filled
fn filled() -> Queue<&'static str> {
    let queue = Queue::new(0);
    for item in ["a", "b", "c"] {
        queue.put(item).expect("it is not shut down yet");
    }
    queue
}
// ANCHOR_END: filled
