//! Six threads want in, and a semaphore lets in two at a time. Then: giving
//! back what was never taken, to a semaphore and to a bounded one.
//!
//! Inside, each thread meets another at a barrier. So there are two of them at
//! once in every run, and the semaphore keeps the third one out.

use ch06_condition::{Barrier, BoundedSemaphore, Semaphore};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("semaphore", "two at a time, and a release too many", main);

// ANCHOR: main
/// Lets six threads through a semaphore of two.
pub fn main() -> Result<(), Failure> {
    let two = Semaphore::new(2);
    let pair = Barrier::new(2);
    let inside = AtomicUsize::new(0);
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        let visitors: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let _permit = two.permit();
                    most.fetch_max(inside.fetch_add(1, Relaxed) + 1, Relaxed);
                    let met = pair.wait();
                    inside.fetch_sub(1, Relaxed);
                    met
                })
            })
            .collect();
        // ANCHOR_END: main
        // ANCHOR: rest
        for visitor in visitors {
            visitor.join().expect("a visitor does not panic")?;
        }
        Ok::<(), Failure>(())
    })?;
    println!("6 threads were inside, at most {} at a time", most.into_inner());

    two.release(1);
    println!("semaphore of 2, given back one too many: {} to take", two.available());

    let bounded = BoundedSemaphore::new(2);
    let outcome = bounded.release(1);
    let answer = if outcome.is_ok() { "accepted" } else { "refused" };
    println!("bounded semaphore of 2: {answer}, {} to take", bounded.available());
    Ok(())
}
// ANCHOR_END: rest
