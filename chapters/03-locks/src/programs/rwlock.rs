//! Two readers are in at the same time; the writer is in alone.

use std::sync::{Barrier, RwLock};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("rwlock", "two readers at the same time, and a writer alone", main);

// ANCHOR: main
/// Lets two readers meet under the lock, and then a writer in.
pub fn main() {
    let prices = RwLock::new(vec![3, 5]);
    let both_are_in = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = prices.read().unwrap();
                both_are_in.wait();
                println!("a reader sees {seen:?}");
            });
        }
    });
    let mut changed = prices.write().unwrap();
    changed.push(8);
    println!("the writer has made it {changed:?}");
    println!("may another writer come in? {}", prices.try_write().is_ok());
}
// ANCHOR_END: main
