//! What a child has of its parent: under a fresh start nothing but its
//! arguments, under a fork a copy of everything.
//!
//! The copy is made at the fork. What either changes afterwards, the other
//! does not see.

use ch08_multiprocessing::{Process, StartMethod};
use std::fs::read_link;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tour::{Failure, Program};

/// A variable and an open file, seen from a child of each kind.
pub const PROGRAM: Program =
    Program::fallible("start-methods", "what a child inherits, forked or started afresh", main);

// ANCHOR: main
static VARIABLE: AtomicU32 = AtomicU32::new(1);

fn look((method, number, file): (String, i32, PathBuf)) {
    let open = read_link(format!("/proc/self/fd/{number}")).is_ok_and(|link| link == file);
    println!("{method}: the variable is {}", VARIABLE.load(Ordering::Relaxed));
    println!("{method}: the parent's pipe is {}", if open { "open" } else { "not open" });
    VARIABLE.store(3, Ordering::Relaxed);
}

/// The same function, in a child of each kind.
pub fn main() -> Result<(), Failure> {
    VARIABLE.store(2, Ordering::Relaxed);
    let (reader, _writer) = std::io::pipe()?;
    let number = reader.as_raw_fd();
    let file = read_link(format!("/proc/self/fd/{number}"))?;

    for (name, method) in [("spawn", StartMethod::Spawn), ("fork", StartMethod::Fork)] {
        let arguments = (name.to_owned(), number, file.clone());
        Process::new(look, arguments).method(method).start()?.join()?;
    }
    println!("parent: the variable is {}", VARIABLE.load(Ordering::Relaxed));
    Ok(())
}
// ANCHOR_END: main
