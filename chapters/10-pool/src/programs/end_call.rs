//! Ten tasks for five workers, each result handed to a callback.
//!
//! In the document `end` comes before the first result because its tasks sleep
//! for two seconds. Here they wait at a gate that opens after `end`: the order
//! is certain, and nobody waits longer than needed.

use ch08_multiprocessing::Descriptor;
use ch10_pool::{Pool, TaskError};
use std::fs::File;
use std::io::{Read, pipe};
use std::os::fd::OwnedFd;
use tour::{Failure, Program, any_order, in_order};

/// `end`, then ten `end_call 100` to `109`.
pub const PROGRAM: Program =
    Program::fallible("end-call", "ten tasks for five workers, and a callback for each", main)
        .output(&[in_order(1), any_order("the callbacks", 10)]);

// ANCHOR: main
fn my_fun((i, gate): (i32, Descriptor)) -> i32 {
    // Nothing is ever written: the pipe ends when the gate opens.
    File::from(gate).read_to_end(&mut Vec::new()).expect("a gate can be read");
    i + 100
}

fn end_call(result: &i32) {
    println!("end_call {result}");
}

/// Submits, prints, opens the gate, waits.
pub fn main() -> Result<(), Failure> {
    let (gate, closed) = pipe()?;
    let pool = Pool::new(5)?;
    let mut results = Vec::new();
    for i in 0..10 {
        let gate = Descriptor::from(OwnedFd::from(gate.try_clone()?));
        results.push(pool.apply_async(my_fun, (i, gate)).callback(end_call));
    }
    println!("end");
    drop(closed);
    pool.close().join();
    // If nobody asked how it went, an error would stay unseen.
    results.into_iter().map(|result| result.get()).collect::<Result<Vec<i32>, TaskError>>()?;
    Ok(())
}
// ANCHOR_END: main
