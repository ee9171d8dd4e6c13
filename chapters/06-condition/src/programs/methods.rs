//! What a condition answers: with time-outs, without its lock, and while it
//! holds a reentrant lock two levels deep.
//!
//! The document has a wait end when another *process* notifies; it is another
//! thread of the same process.

use ch06_condition::Condition;
use std::thread;
use std::time::Duration;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("methods", "the condition's answers, and its raw core", main);

// ANCHOR: main
const SHORT: Duration = Duration::from_millis(10);

/// Goes through the methods, one after the other.
pub fn main() -> Result<(), Failure> {
    let condition = Condition::new();
    println!("waiting without the lock is refused: {}", condition.wait().is_err());
    println!("notifying without the lock is refused: {}", condition.notify(1).is_err());

    condition.acquire();
    println!("notified within 10 ms: {}", condition.wait_timeout(SHORT)?);
    let became_true = condition.wait_for_timeout(|| false, SHORT)?;
    println!("a false fact became true within 10 ms: {became_true}");
    println!("a true fact needs no time: {}", condition.wait_for_timeout(|| true, Duration::ZERO)?);

    condition.acquire();
    println!("depth before the wait: {}", condition.underlying().depth());
    thread::scope(|scope| {
        // Comes in only because the wait gives both levels back.
        scope.spawn(|| {
            let held = condition.lock();
            println!("depth of the notifier during the wait: {}", condition.underlying().depth());
            held.notify(1);
        });
        condition.wait()
    })?;
    println!("depth after the wait: {}", condition.underlying().depth());
    condition.release()?;
    condition.release()?;
    println!("released once too often: {}", condition.release().is_ok());
    Ok(())
}
// ANCHOR_END: main
