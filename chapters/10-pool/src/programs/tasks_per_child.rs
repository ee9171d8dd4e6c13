//! Workers that are replaced after a number of tasks, so that what a task
//! leaks cannot pile up.

use ch10_pool::Pool;
use tour::{Failure, Program};

/// One worker at a time, two tasks each.
pub const PROGRAM: Program =
    Program::fallible("tasks-per-child", "a worker is replaced after two tasks", main);

// ANCHOR: main
fn process_id(_: i32) -> u32 {
    std::process::id()
}

/// Six tasks.
pub fn main() -> Result<(), Failure> {
    let pool = Pool::builder().processes(1).tasks_per_child(2).start()?;
    let mut pids = pool.chunks_of(1).map(process_id, 0..6)?;
    for (i, pair) in pids.chunks(2).enumerate() {
        let same = pair[0] == pair[1];
        println!("tasks {} and {} in the same process: {same}", 2 * i, 2 * i + 1);
    }
    pids.dedup();
    println!("processes: {}", pids.len());
    pool.close().join();
    Ok(())
}
// ANCHOR_END: main
