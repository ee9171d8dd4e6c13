//! The same tasks on rayon, and what rayon is really for.
//!
//! Rayon starts all its threads at once, each with a queue of its own from
//! which the others steal. Its tasks may borrow from the scope that waits for
//! them. It has neither callbacks nor a bound on what is queued, and a task
//! that blocks keeps its thread from all the others. For computing, it is the
//! first choice.

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use tour::{Failure, Program, any_order, in_order};

pub const PROGRAM: Program = Program::fallible("rayon", "the same tasks on rayon", main)
    .output(&[any_order("the tasks", 30), in_order(2)]);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(5).build()?;
    pool.scope(|scope| {
        for i in 0..30 {
            scope.spawn(move |_| println!("{i}"));
        }
    });
    println!("threads: {}", pool.current_num_threads());

    // Its own way: the loop stays a loop.
    let squares: u32 = pool.install(|| (0..30u32).into_par_iter().map(|i| i * i).sum());
    println!("the squares add up to {squares}");
    Ok(())
}
// ANCHOR_END: main
