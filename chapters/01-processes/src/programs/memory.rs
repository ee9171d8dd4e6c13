//! Threads share their process's memory. Processes share none.
//!
//! A thread writes into a static variable and the main thread sees it. A child
//! process writes into "the same" variable and the parent does not see it,
//! because the child has a variable of its own.

use ch01_processes::again;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread;
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::with_arguments(
    "memory",
    "a thread's write is seen, a child process's is not",
    "[--child]",
    main,
);

// ANCHOR: main
static NUMBER: AtomicI64 = AtomicI64::new(0);

fn parent() -> Result<(), Failure> {
    println!("parent: the number is {}", NUMBER.load(Relaxed));

    // Relaxed is enough: `join` orders everything the thread did before what follows.
    let thread = thread::spawn(|| {
        NUMBER.store(1, Relaxed);
        println!("thread: wrote {}", NUMBER.load(Relaxed));
    });
    thread.join().expect("the thread only stores and prints");
    println!("parent: the number is {}", NUMBER.load(Relaxed));

    let status = again("memory", &["--child"])?.status()?;
    if !status.success() {
        return Err(format!("the child process ended with {status}").into());
    }
    println!("parent: the number is {}", NUMBER.load(Relaxed));
    Ok(())
}

fn child() {
    // A fresh start: not even the thread's 1 is here.
    println!("child process: the number is {}", NUMBER.load(Relaxed));
    NUMBER.store(2, Relaxed);
    println!("child process: wrote {}", NUMBER.load(Relaxed));
}
// ANCHOR_END: main

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => parent(),
        [role] if role == "--child" => {
            child();
            Ok(())
        }
        other => Err(format!("{other:?} is not understood; leave it out").into()),
    }
}
