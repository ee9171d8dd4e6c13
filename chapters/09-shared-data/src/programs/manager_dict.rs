//! Two processes, one after the other, and one dict.
//!
//! The document lists thirteen types of a manager; Python has two more.

use ch08_multiprocessing::Process;
use ch09_shared_data::manager::{Dict, Manager, ManagerError};
use tour::{Failure, Program};

/// The second process finds what the first one left.
pub const PROGRAM: Program = Program::fallible("manager-dict", "two processes and one dict", main);

// ANCHOR: main
fn foo((i, dict): (i64, Dict)) -> Result<(), ManagerError> {
    dict.insert(i, 100 + i)?;
    println!("{}", dict.to_map()?);
    println!("{}", dict.len()?);
    Ok(())
}

/// Without the join in the loop either process may be first.
pub fn main() -> Result<(), Failure> {
    let manager = Manager::start()?;
    let dict = manager.dict()?;
    for i in 0..2 {
        Process::new(foo, (i, dict.clone())).start()?.join()?;
    }
    Ok(())
}
// ANCHOR_END: main
