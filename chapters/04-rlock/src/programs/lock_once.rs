//! The same lock, acquired once at a time: there is nothing to report.
//!
//! Another thread that finds the lock taken is no deadlock either. It waits,
//! and it gets the lock.

use ch04_rlock::CheckedLock;
use std::sync::mpsc;
use std::thread;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("lock-once", "locking once, and waiting for another thread: no report", main);

// ANCHOR: before
/// Acquires, releases, and does so again; then lets another thread wait.
pub fn main() -> Result<(), Failure> {
    let lock = CheckedLock::new();
    for _ in 0..2 {
        lock.acquire()?;
        println!("acquired");
        lock.release()?;
        println!("released");
    }
    // ANCHOR_END: before

    // ANCHOR: other
    let (say, said) = mpsc::channel();
    let held = lock.lock()?;
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let say = say;
            say.send(lock.try_acquire())?;
            lock.acquire()?;
            println!("acquired by the other thread");
            lock.release()?;
            Ok::<(), Failure>(())
        });
        let free = said.recv()?;
        println!("the other thread finds the lock {}", if free { "free" } else { "taken" });
        drop(held);
        other.join().expect("the other thread does not panic")
    })
    // ANCHOR_END: other
}
