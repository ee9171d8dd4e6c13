//! A handle for each task: to wait for its value, for a while or to the end,
//! and to cancel it. The document's pool has none; Python's
//! `concurrent.futures` has.

use ch11_thread_pool::{TaskError, ThreadPool};
use std::panic;
use std::sync::{Arc, Barrier};
use std::time::Duration;
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("handles", "wait for a task's value, or cancel it", main);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    // The panic below is meant: keep its report off the screen.
    panic::set_hook(Box::new(|_| {}));

    let pool = ThreadPool::new(1);
    let gate = Arc::new(Barrier::new(2));
    let answer = pool.submit({
        let gate = Arc::clone(&gate);
        move || {
            gate.wait(); // it has begun
            gate.wait(); // main lets go
            42
        }
    })?;
    let unwanted = pool.submit(|| println!("never printed"))?;
    let failing = pool.submit(|| -> () { panic!("no luck") })?;

    gate.wait();
    println!("cancel a running task: {}", if answer.cancel() { "done" } else { "too late" });
    println!("cancel a waiting task: {}", if unwanted.cancel() { "done" } else { "too late" });
    if let Err(TaskError::Cancelled) = unwanted.join() {
        println!("its value: cancelled");
    }

    match answer.join_timeout(Duration::from_millis(20)) {
        Ok(_) => println!("the answer within 20 ms"),
        // The handle comes back, to be waited for again.
        Err(answer) => {
            println!("no answer within 20 ms");
            gate.wait();
            println!("the answer: {}", answer.join()?);
        }
    }
    if let Err(TaskError::Panicked(panic)) = failing.join() {
        println!("the task that fails: {}", panic.message());
    }
    println!("the pool goes on: {}", pool.submit(|| "yes")?.join()?);
    Ok(())
}
// ANCHOR_END: main
