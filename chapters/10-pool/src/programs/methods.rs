//! The methods of a pool, one after the other.

use ch10_pool::{Pool, TaskError};
use std::time::Duration;
use tour::{Failure, Program};

/// apply, map, starmap, imap, and what can be asked of a later result.
pub const PROGRAM: Program = Program::fallible("methods", "every way to give a pool work", main);

// ANCHOR: main
fn square(x: i64) -> i64 {
    x * x
}

fn power(base: i64, exponent: u32) -> i64 {
    base.pow(exponent)
}

/// Two workers.
pub fn main() -> Result<(), Failure> {
    let pool = Pool::new(2)?;
    println!("apply: {}", pool.apply(square, 3)?);

    let result = pool.apply_async(square, 4);
    result.wait();
    println!("ready: {}, successful: {:?}", result.ready(), result.successful() == Some(true));
    println!("apply_async: {}", result.get()?);

    println!("map: {:?}", pool.map(square, 0..5)?);
    println!("map_async: {:?}", pool.map_async(square, 5..10).get()?);
    println!("map in chunks of 3: {:?}", pool.chunks_of(3).map(square, 0..7)?);
    println!("starmap: {:?}", pool.starmap(power, [(2, 3), (3, 2), (10, 4)])?);

    let mut squares = pool.imap(square, 0..4);
    let first = squares.next_timeout(Duration::from_secs(60))?.ok_or("no element")??;
    println!("imap, the first: {first}");
    println!("imap, the rest: {:?}", squares.collect::<Result<Vec<i64>, TaskError>>()?);

    let unordered = pool.imap_unordered(square, 0..4);
    let mut squares = unordered.collect::<Result<Vec<i64>, TaskError>>()?;
    squares.sort();
    println!("imap_unordered, sorted: {squares:?}");
    pool.close().join();
    Ok(())
}
// ANCHOR_END: main
