//! The fourth pool: how many threads it has started, and how many are idle.
//!
//! What was wrong: the document counts without a lock, and a thread enters
//! itself only once it runs. Its pool starts threads that it does not need,
//! more than it may, and runs a burst of tasks one by one on a single idle
//! thread. What it prints of itself after thirty tasks
//! is anything from `2 1` to `5 5`.

use ch11_thread_pool::{Sizes, ThreadPool};
use std::sync::{Arc, Barrier};
use tour::{Failure, Program, any_order, in_order};

pub const PROGRAM: Program = Program::fallible("sizes", "threads started, threads idle", main)
    .output(&[in_order(3), any_order("the burst", 30), in_order(2)]);

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    let pool = ThreadPool::new(5);
    show("at first", &pool);

    for _ in 0..10 {
        pool.execute(|| (), |_| ())?;
        pool.wait_idle()?;
    }
    show("after ten tasks, one by one", &pool);

    // Nobody passes the barrier before five tasks and main are there.
    let five_and_main = Arc::new(Barrier::new(5 + 1));
    for i in 0..30 {
        let five_and_main = Arc::clone(&five_and_main);
        let task = move || {
            if i < 5 {
                five_and_main.wait();
            }
            println!("{i}");
        };
        pool.execute(task, |_| ())?;
    }
    show("in a burst of thirty", &pool);
    five_and_main.wait();
    pool.wait_idle()?;
    show("after it", &pool);

    pool.close();
    pool.join()?;
    show("closed", &pool);
    Ok(())
}

fn show(when: &str, pool: &ThreadPool) {
    let Sizes { spawned, idle, waiting } = pool.sizes();
    println!("{when}: spawned {spawned}, idle {idle}, waiting {waiting}");
}
// ANCHOR_END: main
