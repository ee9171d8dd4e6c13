//! The tour of Python's own documentation: one pool, and every way to ask it.
//!
//! There, a task sleeps for ten seconds to be late for a time-out of one. Here
//! it waits for something that does not happen before the pool is gone.

use ch08_multiprocessing::{Connection, pipe};
use ch10_pool::Pool;
use std::time::Duration;
use tour::{Failure, Program, any_order, in_order, integer, line, value};

/// Map, unordered map, one result, process ids, a time-out, the end.
pub const PROGRAM: Program =
    Program::fallible("documentation", "the tour of Python's documentation", main)
        .output(&[in_order(1), any_order("squares as they arrive", 10), in_order(6)])
        .varying(&[
            line("one task ran in process <pid>"),
            line("four tasks ran in processes [<pid>, <pid>, <pid>, <pid>]"),
        ])
        .values(&[value("pid", integer(1, 4_194_304))]);

// ANCHOR: main
fn f(x: i64) -> i64 {
    x * x
}

fn process_id(_: ()) -> u32 {
    std::process::id()
}

fn wait_for_a_word(mut main: Connection) {
    let _ = main.recv::<String>();
}

/// Four workers.
pub fn main() -> Result<(), Failure> {
    let long = Duration::from_secs(60);
    let pool = Pool::new(4)?;
    println!("{:?}", pool.map(f, 0..10)?);

    for square in pool.imap_unordered(f, 0..10) {
        println!("{}", square?);
    }

    let mut result = pool.apply_async(f, 20);
    println!("{}", result.get_timeout(long)?.ok_or("no result in a minute")?);

    let mut result = pool.apply_async(process_id, ());
    let pid = result.get_timeout(long)?.ok_or("no result in a minute")?;
    println!("one task ran in process {pid}");

    let results: Vec<_> = (0..4).map(|_| pool.apply_async(process_id, ())).collect();
    let pids = results.into_iter().map(|r| r.get()).collect::<Result<Vec<u32>, _>>()?;
    println!("four tasks ran in processes {pids:?}");

    let (_silent, theirs) = pipe()?;
    let mut result = pool.apply_async(wait_for_a_word, theirs);
    match result.get_timeout(Duration::from_millis(50))? {
        None => println!("no result in 50 ms: a time-out"),
        Some(()) => println!("there was a word"),
    }
    println!("meanwhile the pool does other work: {}", pool.apply(f, 3)?);

    // As at the end of Python's `with`: what still runs is killed.
    pool.terminate();
    println!("Now the pool is closed and no longer available");
    Ok(())
}
// ANCHOR_END: main
