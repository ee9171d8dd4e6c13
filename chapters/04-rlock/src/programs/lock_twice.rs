//! A thread acquires a lock that it already holds.
//!
//! With a plain lock such a program prints nothing and never ends. Here the
//! lock records who holds it. The record is what the report is made from:
//! nobody waits, and nothing guesses from the time that has gone by.

use ch04_rlock::CheckedLock;
use std::thread;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("lock-twice", "locking twice: a deadlock that is reported", main);

// ANCHOR: main
/// Acquires twice and releases once.
pub fn main() -> Result<(), Failure> {
    let lock = CheckedLock::new();

    lock.acquire()?;
    println!("acquired");
    let mine = lock.owner() == Some(thread::current().id());
    println!("the lock's record: held by {}", if mine { "this thread" } else { "another thread" });

    match lock.acquire() {
        Ok(()) => println!("acquired again"),
        Err(deadlock) => println!("deadlock: {deadlock}"),
    }

    lock.release()?;
    println!("released");
    Ok(())
}
// ANCHOR_END: main
