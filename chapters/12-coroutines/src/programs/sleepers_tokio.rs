//! Ten thousand sleepers in one thread on tokio, whose tasks need no stacks.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;
use tour::{Failure, Program, decimal, line, value};

pub const PROGRAM: Program =
    Program::fallible("sleepers-tokio", "ten thousand sleepers in one thread, on tokio", main)
        .varying(&[line("1000 s of sleep took <seconds> s")])
        .values(&[value("seconds", decimal(0.1, 100.0))]);

// ANCHOR: main
const SLEEPERS: u32 = 10_000;
const NAP: Duration = Duration::from_millis(100);

pub fn main() -> Result<(), Failure> {
    let start = Instant::now();
    let asleep = Rc::new(Cell::new(0));
    let most_asleep = Rc::new(Cell::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let threads = LocalSet::new().block_on(&runtime, async {
        let tasks: Vec<_> = (0..SLEEPERS)
            .map(|_| {
                let (asleep, most_asleep) = (asleep.clone(), most_asleep.clone());
                tokio::task::spawn_local(async move {
                    asleep.set(asleep.get() + 1);
                    most_asleep.set(most_asleep.get().max(asleep.get()));
                    tokio::time::sleep(NAP).await;
                    asleep.set(asleep.get() - 1);
                    thread::current().id()
                })
            })
            .collect();
        let mut threads = HashSet::new();
        for task in tasks {
            threads.insert(task.await?);
        }
        Ok::<_, Failure>(threads)
    })?;
    println!("most asleep at once: {}", most_asleep.get());
    println!("still asleep: {}", asleep.get());
    println!("threads: {}", threads.len());
    let seconds = start.elapsed().as_secs_f64();
    println!("{} s of sleep took {seconds:.2} s", (SLEEPERS * NAP).as_secs());
    Ok(())
}
// ANCHOR_END: main
