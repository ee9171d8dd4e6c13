//! The producer is done before any consumer comes.
//!
//! A notification that nobody waits for is forgotten. The document's consumers
//! wait for the notification itself; in this order they would wait for ever.
//! A consumer that waits for a fact looks first, finds it true, and goes on.

use ch06_condition::Condition;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("producer-first", "the producer comes first: wait for a fact, not a call", main);

// ANCHOR: main
/// Runs a producer to its end, then waits for nothing, then runs two consumers.
pub fn main() {
    let condition = Condition::new();
    // Relaxed is enough: it is only touched with the condition's lock held.
    let produced = AtomicBool::new(false);

    thread::scope(|scope| {
        scope.spawn(|| {
            let held = condition.lock();
            println!("producer before notifyAll");
            produced.store(true, Relaxed);
            held.notify_all();
            println!("producer after notifyAll");
        });
    });

    let woken = condition.lock().wait_timeout(Duration::from_millis(10));
    println!("waited 10 ms for a notification, and got one: {woken}");

    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let held = condition.lock();
                println!("consumer before wait");
                held.wait_for(|| produced.load(Relaxed));
                println!("consumer after wait");
            });
        }
    });
}
// ANCHOR_END: main
