//! What a worker should have once, not once a task: a connection, a table, or
//! here a word.

use ch10_pool::Pool;
use std::sync::OnceLock;
use tour::{Failure, Program};

/// Each worker is given a greeting before its first task.
pub const PROGRAM: Program =
    Program::fallible("initializer", "what each worker does before its first task", main);

// ANCHOR: main
static GREETING: OnceLock<String> = OnceLock::new();

fn remember(greeting: String) {
    let _ = GREETING.set(greeting);
}

fn greet(name: String) -> String {
    let greeting = GREETING.get().map_or("(silence)", String::as_str);
    format!("{greeting} {name}")
}

/// The greeting is set in every worker, and not in the parent.
pub fn main() -> Result<(), Failure> {
    let pool = Pool::builder().processes(2).initializer(remember, "hello".to_owned()).start()?;
    let names = ["ann", "bob", "eve"].map(str::to_owned);
    for line in pool.map(greet, names)? {
        println!("{line}");
    }
    println!("{}", greet("parent".to_owned()));
    pool.close().join();
    Ok(())
}
// ANCHOR_END: main
