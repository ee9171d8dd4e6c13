//! The two cooperating tasks on tokio: every function on the way to a wait is
//! `async`, and every call of one is followed by `.await`.
//!
//! `biased` asks in the order written. Of two tasks started by `tokio::spawn`
//! tokio does not promise which goes on first, and here it would be `bar`.

use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("two-tasks-tokio", "two cooperating tasks on tokio", main);

// ANCHOR: main
async fn foo() {
    println!("Running in foo");
    tokio::task::yield_now().await;
    println!("Explicit context switch to foo again");
}

async fn bar() {
    println!("Explicit context to bar");
    tokio::task::yield_now().await;
    println!("Implicit context switch back to bar");
}

pub fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async { tokio::join!(biased; foo(), bar()) });
    Ok(())
}
// ANCHOR_END: main
