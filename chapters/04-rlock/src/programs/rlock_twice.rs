//! A thread acquires a reentrant lock that it already holds, and goes on.
//!
//! It must release as often as it acquired: until then the lock stays shut for
//! everybody else. So that this shows, another thread is asked at each step.

use ch04_rlock::RLock;
use std::thread;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("rlock-twice", "the reentrant lock: acquired twice, released twice", main);

// ANCHOR: main
/// Acquires twice and releases twice.
pub fn main() -> Result<(), Failure> {
    let lock = RLock::new();
    report("at first", &lock);
    lock.acquire();
    report("acquired", &lock);
    lock.acquire();
    report("acquired again", &lock);
    lock.release()?;
    report("released", &lock);
    lock.release()?;
    report("released again", &lock);
    Ok(())
}

fn report(when: &str, lock: &RLock) {
    let shut_for_others = thread::scope(|scope| {
        let other = scope.spawn(|| lock.try_lock().is_none());
        other.join().expect("trying does not panic")
    });
    let state = if shut_for_others { "shut" } else { "open" };
    println!("{when}: depth {}, {state} for others", lock.depth());
}
// ANCHOR_END: main
