//! Five threads wait in line. `notify(n)` wakes exactly the first `n`.
//!
//! Those who are woken at once may run in either order: the line is served in
//! order, the lock is not.

use ch04_rlock::RLock;
use ch06_condition::Condition;
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use tour::{Program, any_order, in_order};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::new("notify-n", "notify(n) wakes exactly n, first come first served", main).output(&[
        in_order(1),
        any_order("the first two", 2),
        in_order(3),
        any_order("the last two", 2),
        in_order(1),
    ]);

// ANCHOR: main
/// Lines five threads up and wakes two, one, the rest, and nobody.
pub fn main() {
    let lock = Arc::new(RLock::new());
    let condition = Condition::with_lock(Arc::clone(&lock));
    let announced = Condition::with_lock(lock);
    thread::scope(|scope| {
        let mut line = VecDeque::new();
        for number in 1..=5 {
            let (condition, announced) = (&condition, &announced);
            line.push_back(scope.spawn(move || {
                let held = condition.lock();
                held.on(announced).notify(1);
                held.wait();
                println!("number {number} is awake");
            }));
            // The next one starts only when this one is in the line.
            announced.lock().wait_for(|| condition.waiters() == number);
        }
        let mut wake = |n: usize, what: &str| {
            let held = condition.lock();
            let woken = held.notify(n);
            println!("{what} wakes {woken}");
            drop(held);
            for thread in line.drain(..woken) {
                thread.join().expect("a waiter does not panic");
            }
        };
        wake(2, "notify(2)");
        wake(1, "notify(1)");
        wake(usize::MAX, "notify_all()");
        wake(1, "notify(1), with nobody there,");
    });
}
// ANCHOR_END: main
