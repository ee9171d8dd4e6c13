//! What the convenience of a manager costs, against shared memory.

use ch09_shared_data::Value;
use ch09_shared_data::manager::Manager;
use std::time::Instant;
use tour::{Failure, Program, decimal, line, value};

/// Ratios, not times: they differ less from machine to machine.
pub const PROGRAM: Program =
    Program::fallible("cost", "a manager against shared memory, one by one and in one go", main)
        .varying(&[
            line("one access through a manager costs as much as <accesses> in shared memory"),
            line("1000 appends one by one cost as much as <batches> times 1000 in one go"),
        ])
        .values(&[
            value("accesses", decimal(0.1, 1_000_000.0)),
            value("batches", decimal(0.1, 1_000_000.0)),
        ]);

// ANCHOR: main
const TIMES: u32 = 1000;

/// How long `TIMES` of these take, in seconds.
fn seconds<E>(mut action: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    for _ in 0..TIMES {
        action()?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// The same work both ways.
pub fn main() -> Result<(), Failure> {
    let manager = Manager::start()?;
    let far = manager.list([0])?;
    let near = Value::new(0_i64)?;
    let through_manager = seconds(|| far.set(0, 1))?;
    let in_memory = seconds(|| {
        near.set(1);
        Ok::<(), Failure>(())
    })?;
    println!(
        "one access through a manager costs as much as {:.0} in shared memory",
        through_manager / in_memory
    );

    let list = manager.list(Vec::<i64>::new())?;
    let one_by_one = seconds(|| list.append(1))?;
    let start = Instant::now();
    list.extend(std::iter::repeat_n(1, TIMES as usize))?;
    let in_one_go = start.elapsed().as_secs_f64();
    println!(
        "1000 appends one by one cost as much as {:.0} times 1000 in one go",
        one_by_one / in_one_go
    );
    Ok(())
}
// ANCHOR_END: main
