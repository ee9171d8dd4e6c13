//! A dict and a list that live in a process of their own: one child changes
//! both, and its parent sees it.
//!
//! The document shows the dict in another order: Python's had none until 3.7.

use ch08_multiprocessing::Process;
use ch09_shared_data::manager::{Dict, List, Manager, ManagerError, Object};
use tour::{Failure, Program};

/// Keys and values of different types, and a list turned round.
pub const PROGRAM: Program =
    Program::fallible("manager", "a dict and a list in a server process", main);

// ANCHOR: main
fn f((dict, list): (Dict, List)) -> Result<(), ManagerError> {
    dict.insert(1, "1")?;
    dict.insert("2", 2)?;
    dict.insert(0.25, Object::None)?;
    list.reverse()
}

/// The child gets proxies: the way to the objects, not the objects.
pub fn main() -> Result<(), Failure> {
    let manager = Manager::start()?;
    let dict = manager.dict()?;
    let list = manager.list(0..10)?;
    Process::new(f, (dict.clone(), list.clone())).start()?.join()?;
    println!("{}", dict.to_map()?);
    println!("{}", Object::List(list.to_vec()?));
    Ok(())
}
// ANCHOR_END: main
