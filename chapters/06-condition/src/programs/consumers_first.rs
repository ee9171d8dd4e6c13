//! Two consumers wait, and a producer wakes them both.
//!
//! The document puts two pauses of two seconds between the threads and hopes
//! that each has come to its wait by then. Here a consumer announces that it
//! waits, and the producer waits for two announcements. For them it uses a
//! second condition on the same lock.

use ch04_rlock::RLock;
use ch06_condition::Condition;
use std::sync::Arc;
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("consumers-first", "two consumers wait, then a producer notifies them", main);

// ANCHOR: main
/// Runs two consumers and a producer.
pub fn main() {
    let lock = Arc::new(RLock::new());
    let condition = Condition::with_lock(Arc::clone(&lock));
    let announced = Condition::with_lock(lock);
    thread::scope(|scope| {
        scope.spawn(|| consumer(&condition, &announced));
        scope.spawn(|| consumer(&condition, &announced));
        scope.spawn(|| producer(&condition, &announced));
    });
}

fn consumer(condition: &Condition, announced: &Condition) {
    let held = condition.lock();
    println!("consumer before wait");
    held.on(announced).notify(1);
    held.wait();
    println!("consumer after wait");
}

fn producer(condition: &Condition, announced: &Condition) {
    let held = condition.lock();
    held.on(announced).wait_for(|| condition.waiters() == 2);
    println!("producer before notifyAll");
    held.notify_all();
    println!("producer after notifyAll");
}
// ANCHOR_END: main
