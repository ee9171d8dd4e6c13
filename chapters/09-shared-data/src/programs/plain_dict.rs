//! The same with an ordinary map: each process changes a copy of its own.

use ch08_multiprocessing::Process;
use std::collections::BTreeMap;
use tour::{Failure, Program};

/// Nobody sees anybody's change.
pub const PROGRAM: Program =
    Program::fallible("plain-dict", "two processes and a dict that they do not share", main);

// ANCHOR: main
fn foo((i, mut dict): (i64, BTreeMap<i64, i64>)) {
    dict.insert(i, 100 + i);
    println!("{dict:?}");
    println!("{}", dict.len());
}

/// The argument is a copy, as every argument of a process is.
pub fn main() -> Result<(), Failure> {
    let dict = BTreeMap::new();
    for i in 0..2 {
        Process::new(foo, (i, dict.clone())).start()?.join()?;
    }
    println!("in the parent: {dict:?}");
    Ok(())
}
// ANCHOR_END: main
