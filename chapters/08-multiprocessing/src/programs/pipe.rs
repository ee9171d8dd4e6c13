//! Values to a child and back: a pipe whose ends send and receive.
//!
//! The connection ends when the other end is closed, so the child's loop needs
//! no word for "stop".

use ch08_multiprocessing::{Connection, Process, RecvError, pipe};
use tour::{Failure, Program};

/// Numbers there, squares back.
pub const PROGRAM: Program =
    Program::fallible("pipe", "values to a child and back, until the pipe is closed", main);

// ANCHOR: main
fn square_all(mut parent: Connection) -> Result<(), Failure> {
    loop {
        match parent.recv::<i64>() {
            Ok(n) => parent.send(&(n * n))?,
            Err(RecvError::Closed) => {
                println!("the child saw the end");
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        }
    }
}

/// Three numbers, then the end.
pub fn main() -> Result<(), Failure> {
    let (mut ours, theirs) = pipe()?;
    let child = Process::new(square_all, theirs).start()?;
    for n in [3, 4, 5] {
        ours.send::<i64>(&n)?;
        println!("{n} squared is {}", ours.recv::<i64>()?);
    }
    drop(ours);
    println!("exit code: {}", child.join()?);
    Ok(())
}
// ANCHOR_END: main
