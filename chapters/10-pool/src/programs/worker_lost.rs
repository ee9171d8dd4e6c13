//! A worker that is killed at its task.
//!
//! Python's `get()` waits for the lost result for ever, so this program has no
//! Python twin. Here the task fails, and only that one.

use ch10_pool::{Pool, TaskError};
use rustix::process::{Signal, getpid, kill_process};
use tour::{Failure, Program};

/// The task fails, the others do not notice, the worker is replaced.
pub const PROGRAM: Program =
    Program::fallible("worker-lost", "a worker is killed at its task; Python would hang", main);

// ANCHOR: main
fn square(x: i64) -> i64 {
    x * x
}

fn process_id(_: ()) -> u32 {
    std::process::id()
}

fn get_killed(_: ()) {
    let _ = kill_process(getpid(), Signal::KILL);
}

fn exit_early(code: i32) {
    std::process::exit(code);
}

/// One worker, so that what follows needs its replacement.
pub fn main() -> Result<(), Failure> {
    let pool = Pool::new(1)?;
    let before = pool.apply(process_id, ())?;
    let lost = pool.apply_async(get_killed, ());
    let squares = pool.map_async(square, 0..5);
    match lost.get() {
        Err(TaskError::WorkerLost { signal }) => println!("lost: signal {signal}"),
        other => println!("not lost: {other:?}"),
    }
    println!("the others: {:?}", squares.get()?);
    println!("a new worker: {}", pool.apply(process_id, ())? != before);

    match pool.apply(exit_early, 3) {
        Err(TaskError::WorkerExited { code }) => println!("lost: exit code {code}"),
        other => println!("not lost: {other:?}"),
    }
    println!("and another: {}", pool.apply(square, 7)?);
    pool.close().join();
    Ok(())
}
// ANCHOR_END: main
