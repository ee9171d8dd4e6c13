//! Two tasks that let each other go first.
//!
//! `sleep` of nothing is how a task says: everyone else who is ready, before me.

use ch12_coroutines::hub;
use std::time::Duration;
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::fallible("two-tasks", "two cooperating tasks on a hub", main);

// ANCHOR: main
fn foo() {
    println!("Running in foo");
    hub::sleep(Duration::ZERO);
    println!("Explicit context switch to foo again");
}

fn bar() {
    println!("Explicit context to bar");
    hub::sleep(Duration::ZERO);
    println!("Implicit context switch back to bar");
}

pub fn main() -> Result<(), Failure> {
    let outcomes = hub::run(|| hub::join_all([hub::spawn(foo), hub::spawn(bar)]))?;
    outcomes.into_iter().collect::<Result<_, _>>().map_err(Into::into)
}
// ANCHOR_END: main
