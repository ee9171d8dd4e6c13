//! Ten thousand sleepers in one thread.
//!
//! Each has a stack of its own, but of that only the pages it touches cost memory.

use ch12_coroutines::hub::{self, Event};
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

#[derive(Default)]
struct Dormitory {
    asleep: Cell<u32>,
    most_asleep: Cell<u32>,
    all_asleep: Event,
}

impl Dormitory {
    fn nap(&self) {
        self.asleep.update(|asleep| asleep + 1);
        self.most_asleep.set(self.most_asleep.get().max(self.asleep.get()));
        if self.asleep.get() == SLEEPERS {
            self.all_asleep.set();
        }
        hub::sleep(NAP);
        // Nobody gets up before the last one lies down, however slow the machine.
        self.all_asleep.wait();
        self.asleep.update(|asleep| asleep - 1);
    }
}

pub fn main() -> Result<(), Failure> {
    let start = Instant::now();
    let dormitory = Rc::new(Dormitory::default());
    let room = dormitory.clone();
    let outcomes = hub::run(move || {
        let tasks = (0..SLEEPERS).map(|_| {
            let room = room.clone();
            hub::spawn(move || {
                room.nap();
                thread::current().id()
            })
        });
        hub::join_all(tasks)
    })?;
    let threads = outcomes.into_iter().collect::<Result<HashSet<_>, _>>()?;
    println!("most asleep at once: {}", dormitory.most_asleep.get());
    println!("still asleep: {}", dormitory.asleep.get());
    println!("threads: {}", threads.len());
    let seconds = start.elapsed().as_secs_f64();
    println!("{} s of sleep took {seconds:.2} s", (SLEEPERS * NAP).as_secs());
    Ok(())
}
// ANCHOR_END: main
