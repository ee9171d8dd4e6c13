//! A slot for one item, with two conditions on one lock: the producer waits
//! until it is empty, the consumer until it is full.
//!
//! With two conditions a notification reaches a thread that can use it. With
//! one for both, `notify(1)` may wake a producer where a consumer was meant.

use ch03_locks::Lock;
use ch06_condition::Condition;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tour::Program;

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("two-conditions", "two conditions on one lock: a slot for one item", main);

const EMPTY: u32 = 0;

/// Moves three items through the slot.
// ANCHOR: main
pub fn main() {
    let lock = Arc::new(Lock::new());
    let emptied = Condition::with_lock(Arc::clone(&lock));
    let filled = Condition::with_lock(lock);
    // Relaxed is enough: it is only touched with the lock held.
    let slot = AtomicU32::new(EMPTY);
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in 1..=3 {
                let held = emptied.lock();
                held.wait_for(|| slot.load(Relaxed) == EMPTY);
                slot.store(item, Relaxed);
                println!("put {item}");
                held.on(&filled).notify(1);
            }
        });
        scope.spawn(|| {
            for _ in 1..=3 {
                let held = filled.lock();
                held.wait_for(|| slot.load(Relaxed) != EMPTY);
                println!("got {}", slot.swap(EMPTY, Relaxed));
                held.on(&emptied).notify(1);
            }
        });
    });
}
// ANCHOR_END: main
