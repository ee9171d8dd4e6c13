//! Tasks through one queue, results through another.
//!
//! An item is in the queue when `put` returns, and no thread of the sender's
//! has to send it first: so the child may end with results that nobody has
//! taken yet. In Python that child would wait for somebody to take them, and a
//! parent that joins it first would wait for ever.

use ch08_multiprocessing::{Process, Queue};
use tour::{Failure, Program};

/// Numbers in, squares out.
pub const PROGRAM: Program =
    Program::fallible("process-queue", "tasks through one queue, results through another", main);

// ANCHOR: main
fn square_all((tasks, results): (Queue<Option<i64>>, Queue<(i64, i64)>)) -> Result<(), Failure> {
    while let Some(n) = tasks.get()? {
        results.put(&(n, n * n))?;
    }
    Ok(())
}

/// `None` stands for the end: any number of processes may put, so that no
/// queue knows which item is the last.
pub fn main() -> Result<(), Failure> {
    let (tasks, results) = (Queue::new(2)?, Queue::new(0)?);
    let child = Process::new(square_all, (tasks.clone(), results.clone())).start()?;
    for n in 1..=5 {
        // Waits while two are in it.
        tasks.put(&Some(n))?;
    }
    tasks.put(&None)?;
    println!("exit code: {}", child.join()?);
    println!("results that wait: {}", results.len());
    while let Some((n, square)) = results.try_get()? {
        println!("{n} squared is {square}");
    }
    Ok(())
}
// ANCHOR_END: main
