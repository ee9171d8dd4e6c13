//! A function that runs in a process of its own.
//!
//! Python needs `if __name__ == "__main__":` for the same reason for which
//! `main` begins with `init()` here: a child that is started afresh runs the
//! same file again, and must know that it is a child.

use ch08_multiprocessing::Process;
use tour::{Failure, Program};

/// `hello bob`, from a real child process.
pub const PROGRAM: Program =
    Program::fallible("hello", "a function that runs in a process of its own", main);

// ANCHOR: main
fn hello(name: String) {
    println!("hello {name}");
}

/// Starts the child and waits for it.
pub fn main() -> Result<(), Failure> {
    let child = Process::new(hello, "bob".to_owned()).start()?;
    child.join()?;
    Ok(())
}
// ANCHOR_END: main
