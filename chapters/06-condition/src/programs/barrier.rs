//! Three threads meet at a barrier. Then one waits alone, and its time-out
//! breaks the barrier for all who come later.

use ch06_condition::{Barrier, BarrierError};
use std::thread;
use std::time::Duration;
use tour::{Failure, Program, any_order, in_order};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("barrier", "three meet; one waits in vain and breaks the barrier", main)
        .output(&[any_order("arrivals", 3), in_order(1), any_order("departures", 3), in_order(5)]);

// ANCHOR: main
/// Lets three threads meet, then breaks the barrier and repairs it.
pub fn main() -> Result<(), Failure> {
    let barrier = Barrier::new(3).with_action(|| println!("all three are here"));
    thread::scope(|scope| {
        let threads: Vec<_> = (1..=3)
            .map(|number| {
                let barrier = &barrier;
                scope.spawn(move || {
                    println!("{number} arrives");
                    let index = barrier.wait()?;
                    println!("{number} goes on");
                    Ok::<usize, BarrierError>(index)
                })
            })
            .collect();
        // ANCHOR_END: main
        // ANCHOR: rest
        let mut indices = Vec::new();
        for thread in threads {
            indices.push(thread.join().expect("none of them panics")?);
        }
        indices.sort_unstable();
        println!("each got a number of its own: {indices:?}");
        Ok::<(), Failure>(())
    })?;

    report("one comes, and waits for 10 ms", barrier.wait_timeout(Duration::from_millis(10)));
    report("another one comes", barrier.wait());
    println!("broken: {}", barrier.is_broken());
    barrier.reset();
    println!("broken, once reset: {}", barrier.is_broken());
    Ok(())
}

fn report(who: &str, outcome: Result<usize, BarrierError>) {
    let outcome = match outcome {
        Ok(_) => "all have come",
        Err(BarrierError::TimedOut) => "the others have not come in time",
        Err(_) => "the barrier is broken",
    };
    println!("{who}: {outcome}");
}
// ANCHOR_END: rest
