//! How a process ended, as its parent sees it.
//!
//! A panic ends the child, not the parent. Its message is on standard error.

use ch08_multiprocessing::{Connection, Process, pipe};
use tour::{Failure, Program};

/// 0, 3, a panic, and two signals.
pub const PROGRAM: Program =
    Program::fallible("exit-codes", "0, 3, a panic, and killed by a signal", main);

// ANCHOR: main
fn returns(_: ()) {}

fn exits_with_3(_: ()) {
    std::process::exit(3);
}

fn panics(_: ()) {
    panic!("the child has had enough");
}

/// Runs until it is killed: nothing is ever sent to it.
fn waits_for_ever(mut parent: Connection) {
    let _ = parent.recv::<()>();
}

/// Five ends.
pub fn main() -> Result<(), Failure> {
    println!("returned: {}", Process::new(returns, ()).start()?.join()?);
    println!("exit(3): {}", Process::new(exits_with_3, ()).start()?.join()?);
    println!("panicked: {}", Process::new(panics, ()).start()?.join()?);

    let (_ours, theirs) = pipe()?;
    let child = Process::new(waits_for_ever, theirs).start()?;
    child.terminate()?;
    println!("terminated: {}", child.join()?);

    let (_ours, theirs) = pipe()?;
    let child = Process::new(waits_for_ever, theirs).start()?;
    child.kill()?;
    println!("killed: {}", child.join()?);
    Ok(())
}
// ANCHOR_END: main
