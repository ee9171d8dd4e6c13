//! Ten threads count to ten, one step each.
//!
//! Each thread adds one and then dawdles before it prints. The lock is held
//! all the while, so each number comes out once, and they come out in order.
//!
//! A Rust program that never joins its threads ends before they print, so
//! this one waits for them.

use ch03_locks::Lock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("ten-threads", "ten threads, one lock: 1 to 10 in order", main);

// ANCHOR: main
/// Long enough for the eye to follow.
const DAWDLE: Duration = Duration::from_millis(20);

/// Runs ten threads that add one each.
pub fn main() {
    let lock = Lock::new();
    // Relaxed is enough: the lock orders one thread's steps before the next one's.
    let number = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let _held = lock.lock();
                number.store(number.load(Relaxed) + 1, Relaxed);
                thread::sleep(DAWDLE);
                println!("{}", number.load(Relaxed));
            });
        }
    });
}
// ANCHOR_END: main
