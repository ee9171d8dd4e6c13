//! The third pool: to close it, and to terminate it.
//!
//! What was wrong: the document's `terminate` pushes stop events as fast as it
//! can until every thread has left, and its pool still accepts tasks after
//! `close`. Here `terminate` returns what was queued and waits for nothing, and
//! a closed pool gives the task back.

use ch07_queue::SimpleQueue;
use ch11_thread_pool::ThreadPool;
use std::sync::{Arc, Barrier};
use tour::{Failure, Program, any_order, in_order};

pub const PROGRAM: Program =
    Program::fallible("close-and-terminate", "all tasks still run, or come back", main).output(&[
        any_order("every accepted task", 30),
        in_order(4),
        any_order("the tasks that had begun", 5),
        in_order(1),
    ]);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    // Close: every accepted task still runs.
    let pool = ThreadPool::new(5);
    for i in 0..30 {
        pool.execute(move || println!("{i}"), |_| ())?;
    }
    pool.close();
    pool.join()?;
    println!("closed and joined: {} threads", pool.sizes().spawned);

    // A closed pool gives the task back, and main runs it.
    match pool.execute(|| println!("30"), |_| ()) {
        Ok(()) => println!("accepted after close"),
        Err(refused) => {
            println!("{refused}");
            let (task, _callback) = refused.into_task();
            task();
        }
    }

    // Terminate: what was begun ends, what was not comes back.
    let begun = Arc::new(SimpleQueue::new());
    let gate = Arc::new(Barrier::new(5 + 1));
    let pool = ThreadPool::new(5);
    for i in 0..30 {
        let (begun, gate) = (Arc::clone(&begun), Arc::clone(&gate));
        let task = move || {
            begun.put(());
            gate.wait();
            println!("{i}");
        };
        pool.execute(task, |_| ())?;
    }
    (0..5).for_each(|_| begun.get());
    println!("terminated: {} tasks come back", pool.terminate().len());
    gate.wait();
    pool.join()?;
    println!("joined: {} threads", pool.sizes().spawned);
    Ok(())
}
// ANCHOR_END: main
