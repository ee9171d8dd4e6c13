//! Ten thousand sleepers in one thread.
//!
//! Each has a stack of its own, but of that only the pages it touches cost memory.

use ch12_coroutines::hub;
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use tour::{Failure, Program, decimal, line, value};

pub const PROGRAM: Program =
    Program::fallible("sleepers", "ten thousand sleepers in one thread, on a hub", main)
        .varying(&[line("1000 s of sleep took <seconds> s")])
        .values(&[value("seconds", decimal(0.1, 100.0))]);

// ANCHOR: main
const SLEEPERS: u32 = 10_000;
const NAP: Duration = Duration::from_millis(100);

pub fn main() -> Result<(), Failure> {
    let start = Instant::now();
    let asleep = Rc::new(Cell::new(0));
    let most_asleep = Rc::new(Cell::new(0));
    let counts = (asleep.clone(), most_asleep.clone());
    let outcomes = hub::run(move || {
        let (asleep, most_asleep) = counts;
        let tasks = (0..SLEEPERS).map(|_| {
            let (asleep, most_asleep) = (asleep.clone(), most_asleep.clone());
            hub::spawn(move || {
                asleep.set(asleep.get() + 1);
                most_asleep.set(most_asleep.get().max(asleep.get()));
                hub::sleep(NAP);
                asleep.set(asleep.get() - 1);
                thread::current().id()
            })
        });
        hub::join_all(tasks)
    })?;
    let threads = outcomes.into_iter().collect::<Result<HashSet<_>, _>>()?;
    println!("most asleep at once: {}", most_asleep.get());
    println!("still asleep: {}", asleep.get());
    println!("threads: {}", threads.len());
    let seconds = start.elapsed().as_secs_f64();
    println!("{} s of sleep took {seconds:.2} s", (SLEEPERS * NAP).as_secs());
    Ok(())
}
// ANCHOR_END: main
