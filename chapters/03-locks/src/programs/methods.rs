//! Every method of the lock: try, wait for a while, look, release from another
//! thread, release once too often.

use ch03_locks::Lock;
use std::thread;
use std::time::Duration;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("methods", "every method of the lock, and what it answers", main);

// ANCHOR: main
/// Goes through the methods, one after the other.
pub fn main() {
    let lock = Lock::new();
    println!("locked, at first: {}", lock.is_locked());
    lock.acquire();
    println!("locked, once acquired: {}", lock.is_locked());
    println!("taken on trying: {}", lock.try_acquire());
    println!("taken within 10 ms: {}", lock.acquire_timeout(Duration::from_millis(10)));

    let by_another = thread::scope(|scope| scope.spawn(|| lock.release()).join());
    let released = by_another.expect("releasing does not panic").is_ok();
    println!("released by another thread: {released}");
    println!("released once too often: {}", lock.release().is_ok());
    println!("taken on trying, now that it is free: {}", lock.try_acquire());
}
// ANCHOR_END: main
