//! Where an error goes: to whoever asks for the result, and to the callback
//! for errors. The worker lives on.
//!
//! The document's first program asks for no result and so hides all its errors.

use ch08_multiprocessing::Descriptor;
use ch10_pool::{Pool, TaskError};
use std::fs::File;
use std::io::{Read, Write, pipe};
use std::os::fd::OwnedFd;
use tour::{Failure, Program};

/// One failing task, and maps in which one element fails.
pub const PROGRAM: Program =
    Program::fallible("errors", "a task that fails, and a map with one element that does", main);

// ANCHOR: main
fn below_three(n: i32) -> i32 {
    if n >= 3 {
        panic!("{n} is not below 3");
    }
    n
}

fn count_and_check((n, counter): (i32, Descriptor)) -> i32 {
    File::from(counter).write_all(b".").expect("a counter can be written");
    if n == 1 {
        panic!("element {n} fails");
    }
    n
}

fn message(error: &TaskError) -> &str {
    match error {
        TaskError::Panicked { message, .. } => message,
        _ => "another error",
    }
}

/// Asks for results that do not exist.
pub fn main() -> Result<(), Failure> {
    let pool = Pool::new(2)?;
    let result = pool
        .apply_async(below_three, 5)
        .callback(|n| println!("callback: {n}"))
        .error_callback(|error| println!("error callback: {}", message(error)));
    result.wait();
    println!("successful: {}", result.successful() == Some(true));
    match result.get() {
        Ok(n) => println!("get: {n}"),
        Err(error) => println!("get: {}", message(&error)),
    }

    for size in [1, 4] {
        let (mut counter, write) = pipe()?;
        let items = (0..8)
            .map(|n| Ok((n, OwnedFd::from(write.try_clone()?).into())))
            .collect::<std::io::Result<Vec<(i32, Descriptor)>>>()?;
        drop(write);
        let result = pool.chunks_of(size).map(count_and_check, items);
        let error = result.err().ok_or("the failing element did not fail")?;
        let mut counted = String::new();
        counter.read_to_string(&mut counted)?;
        println!("map in chunks of {size}: {}; {} elements ran", message(&error), counted.len());
    }
    println!("the workers live: {}", pool.apply(below_three, 2)?);
    pool.close().join();
    Ok(())
}
// ANCHOR_END: main
