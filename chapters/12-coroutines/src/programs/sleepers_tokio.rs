//! Ten thousand sleepers in one thread on tokio, whose tasks need no stacks.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::LocalSet;
use tour::{Failure, Program, decimal, line, value};

pub const PROGRAM: Program =
    Program::fallible("sleepers-tokio", "ten thousand sleepers in one thread, on tokio", main)
        .varying(&[line("1000 s of sleep took <seconds> s")])
        .values(&[value("seconds", decimal(0.1, 100.0))]);

// ANCHOR: main
const SLEEPERS: u32 = 10_000;
const NAP: Duration = Duration::from_millis(100);

struct Dormitory {
    asleep: Cell<u32>,
    most_asleep: Cell<u32>,
    all_asleep: Barrier,
}

impl Dormitory {
    async fn nap(&self) {
        self.asleep.update(|asleep| asleep + 1);
        self.most_asleep.set(self.most_asleep.get().max(self.asleep.get()));
        tokio::time::sleep(NAP).await;
        // Nobody gets up before the last one lies down, however slow the machine.
        self.all_asleep.wait().await;
        self.asleep.update(|asleep| asleep - 1);
    }
}

pub fn main() -> Result<(), Failure> {
    let start = Instant::now();
    let dormitory = Rc::new(Dormitory {
        asleep: Cell::new(0),
        most_asleep: Cell::new(0),
        all_asleep: Barrier::new(SLEEPERS as usize),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let threads = LocalSet::new().block_on(&runtime, async {
        let tasks: Vec<_> = (0..SLEEPERS)
            .map(|_| {
                let room = dormitory.clone();
                tokio::task::spawn_local(async move {
                    room.nap().await;
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
    println!("most asleep at once: {}", dormitory.most_asleep.get());
    println!("still asleep: {}", dormitory.asleep.get());
    println!("threads: {}", threads.len());
    let seconds = start.elapsed().as_secs_f64();
    println!("{} s of sleep took {seconds:.2} s", (SLEEPERS * NAP).as_secs());
    Ok(())
}
// ANCHOR_END: main
