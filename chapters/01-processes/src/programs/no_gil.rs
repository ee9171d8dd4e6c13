//! The same work shared out to 1, 2, 4 and 8 threads or processes.
//!
//! The number shown is the speed-up: how many times faster than one worker in
//! the main thread, each at its best in three rounds, so that what else runs on
//! the machine for a moment does not decide. Rust has no global interpreter lock, so threads that
//! calculate are as fast as processes that do. In CPython only the processes
//! are: the lock lets one thread of a process run at a time.
//!
//! "As many processes as processors", it is said. That is a rule for
//! calculating. Workers that mostly wait pay off far beyond it.

use ch01_processes::again;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};
use tour::{Failure, Program, decimal, line, value};

pub const PROGRAM: Program = Program::with_arguments(
    "no-gil",
    "calculating and waiting with 1, 2, 4, 8 threads and processes",
    "[--calculate N | --wait N]",
    main,
)
.varying(&[
    line("calculating with 1: threads <threads>, processes <processes>"),
    line("calculating with 2: threads <threads>, processes <processes>"),
    line("calculating with 4: threads <threads>, processes <processes>"),
    line("calculating with 8: threads <threads>, processes <processes>"),
    line("waiting with 1: threads <threads>, processes <processes>"),
    line("waiting with 2: threads <threads>, processes <processes>"),
    line("waiting with 4: threads <threads>, processes <processes>"),
    line("waiting with 8: threads <threads>, processes <processes>"),
])
.values(&[value("threads", decimal(0.0, 10_000.0)), value("processes", decimal(0.0, 10_000.0))]);

// ANCHOR: work
/// Keeps a processor busy for `rounds` steps of a linear congruential generator.
fn calculate(rounds: u64) {
    let mut x = 1u64;
    for _ in 0..rounds {
        x = black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

/// Waits `times` milliseconds, one by one, as for that many answers of a slow
/// device. It needs no processor meanwhile.
fn wait(times: u64) {
    for _ in 0..times {
        thread::sleep(Duration::from_millis(1));
    }
}
// ANCHOR_END: work

// ANCHOR: main
/// A kind of work, the option that makes a child process do it, and how much
/// of it there is to share out.
struct Work {
    option: &'static str,
    run: fn(u64),
    amount: u64,
}

impl Work {
    fn alone(&self) -> Result<(), Failure> {
        (self.run)(self.amount);
        Ok(())
    }

    fn by_threads(&self, workers: u64) -> Result<(), Failure> {
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| (self.run)(self.amount / workers));
            }
        });
        Ok(())
    }

    fn by_processes(&self, workers: u64) -> Result<(), Failure> {
        let share = (self.amount / workers).to_string();
        let mut children = Vec::new();
        for _ in 0..workers {
            children.push(again("no-gil", &[self.option, &share])?.spawn()?);
        }
        for mut child in children {
            let status = child.wait()?;
            if !status.success() {
                return Err(format!("a child process ended with {status}").into());
            }
        }
        Ok(())
    }
}
// ANCHOR_END: main

fn seconds(run: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}

/// So many rounds that `calculate` takes about 120 ms on this machine.
fn enough_rounds() -> u64 {
    let mut rounds = 10_000;
    loop {
        let start = Instant::now();
        calculate(rounds);
        if start.elapsed() >= Duration::from_millis(15) {
            return rounds * 8;
        }
        rounds *= 2;
    }
}

fn compare(title: &str, work: &Work) -> Result<(), Failure> {
    const NEVER: f64 = f64::INFINITY;
    let mut alone = NEVER;
    let mut best = [1, 2, 4, 8].map(|workers| (workers, NEVER, NEVER));
    for _ in 0..3 {
        alone = alone.min(seconds(|| work.alone())?);
        for (workers, threads, processes) in &mut best {
            *threads = threads.min(seconds(|| work.by_threads(*workers))?);
            *processes = processes.min(seconds(|| work.by_processes(*workers))?);
        }
    }
    for (workers, threads, processes) in best {
        let (threads, processes) = (alone / threads, alone / processes);
        println!("{title} with {workers}: threads {threads:.2}, processes {processes:.2}");
    }
    Ok(())
}

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    let calculating = |amount| Work { option: "--calculate", run: calculate, amount };
    let waiting = |amount| Work { option: "--wait", run: wait, amount };
    match arguments {
        [] => {
            compare("calculating", &calculating(enough_rounds()))?;
            compare("waiting", &waiting(32))
        }
        [role, share] if role == "--calculate" => calculating(share.parse()?).alone(),
        [role, share] if role == "--wait" => waiting(share.parse()?).alone(),
        other => Err(format!("{other:?} is not understood; leave it out").into()),
    }
}
