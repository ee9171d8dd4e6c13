//! The second pool: one thread, and a callback that gets status and result.
//!
//! What was wrong: the document's callback gets `(False, None)` when a task
//! fails, and what went wrong is lost. Here it gets the panic itself. A panic
//! in a callback, too, leaves the thread in place.

use ch11_thread_pool::{TaskPanic, ThreadPool};
use std::panic;
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("callbacks", "a callback gets status and result of each task", main);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    // The panics below are meant: keep their reports off the screen.
    panic::set_hook(Box::new(|_| {}));

    let pool = ThreadPool::new(1);
    for i in 0..20 {
        let callback = move |result: Result<i32, TaskPanic>| {
            match result {
                Ok(square) => println!("{i}: succeeded with {square}"),
                Err(panic) => println!("{i}: failed with \"{}\"", panic.message()),
            }
            assert!(i != 7, "the callback fails");
        };
        pool.execute(move || action(i), callback)?;
    }
    pool.wait_idle()?;
    println!("threads: {}, idle: {}", pool.sizes().spawned, pool.sizes().idle);

    pool.close();
    pool.join()?;
    println!("end");
    Ok(())
}

fn action(i: i32) -> i32 {
    assert!(i != 13, "no luck");
    i * i
}
// ANCHOR_END: main
