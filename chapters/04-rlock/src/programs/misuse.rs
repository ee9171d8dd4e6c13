//! Two releases that the reentrant lock refuses: by a stranger, and once too
//! often. Neither changes anything.

use ch04_rlock::{RLock, ReleaseError};
use std::thread;
use tour::{Failure, Program};

/// See the module's documentation.
pub const PROGRAM: Program =
    Program::fallible("misuse", "the reentrant lock: released by a stranger, and too often", main);

// ANCHOR: main
/// Lets a stranger release it, then its owner, then its owner once too often.
pub fn main() -> Result<(), Failure> {
    let lock = RLock::new();
    lock.acquire();

    let by_a_stranger = thread::scope(|scope| scope.spawn(|| lock.release()).join());
    report("by a stranger", by_a_stranger.expect("releasing does not panic"));
    println!("still held, depth {}", lock.depth());

    report("by its owner", lock.release());
    report("by its owner, once too often", lock.release());

    lock.acquire();
    println!("still usable, depth {}", lock.depth());
    lock.release()?;
    Ok(())
}

fn report(how: &str, outcome: Result<(), ReleaseError>) {
    println!("released {how}: {}", if outcome.is_ok() { "done" } else { "refused" });
}
// ANCHOR_END: main
