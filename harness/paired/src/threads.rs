//! Calls of some nanoseconds, on one CPU and on two.

use crate::measured::{self, Goal, Measured, in_turns, is_wanted};
#[cfg(feature = "criterion")]
use criterion::Criterion;
use rustix::thread::{CpuSet, sched_setaffinity};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How many pairs a row has.
const PAIRS: usize = 51;

/// How long a run should take: long enough that starting its threads does not
/// count, short enough that both of a pair meet the same machine.
const RUN: Duration = Duration::from_millis(4);

/// Does something so many times, and says how long that took.
pub type Work = fn(rounds: u64) -> Duration;

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is done.
    pub what: &'static str,
    /// What it is compared with.
    pub peer: &'static str,
    /// The ratio to reach, if one is set.
    pub reach: Option<f64>,
    /// On how many CPUs to run it.
    pub cpus: &'static [usize],
    /// Ours.
    pub ours: Work,
    /// The peer's.
    pub theirs: Work,
}

/// Runs each row on as many CPUs as it says, prints a table in Markdown and adds the results to the file of [`measured::RESULTS`].
/// With an argument on the command line, only rows whose name contains it.
pub fn print(rows: &[Row]) {
    let pairs = measured::pairs(PAIRS);
    println!("Median of {pairs} pairs.\n");
    println!("| what | peer | CPUs | ours, ns | peer, ns | ratio | quartiles | to reach |");
    println!("|---|---|---|---|---|---|---|---|");
    for row in rows.iter().filter(|row| is_wanted(row.what, row.peer)) {
        for &cpus in row.cpus {
            pin(cpus);
            row.print(cpus, pairs);
        }
    }
}

/// Measures both sides of each row with criterion.
#[cfg(feature = "criterion")]
pub fn measure(criterion: &mut Criterion, rows: &[Row]) {
    for row in rows {
        for &cpus in row.cpus {
            pin(cpus);
            let name = format!("{} ({}), CPUs: {cpus}", row.what, row.peer.replace('`', ""));
            let mut group = criterion.benchmark_group(name);
            group.bench_function("ours", |bencher| bencher.iter_custom(row.ours));
            group.bench_function("peer", |bencher| bencher.iter_custom(row.theirs));
            group.finish();
        }
    }
}

impl Row {
    fn print(&self, cpus: usize, pairs: usize) {
        let rounds = calibrated(self.theirs).max(100);
        (self.ours)(rounds); // warm
        let each = |work: Work| move || work(rounds).as_nanos() as f64 / rounds as f64;
        let measured = Measured {
            what: self.what.to_owned(),
            peer: self.peer.to_owned(),
            cpus: Some(cpus),
            goal: self.reach.map(Goal::AtMost),
            pairs: in_turns(pairs, measured::time(), each(self.ours), each(self.theirs)),
        };
        let ((ours, theirs), (low, ratio, high)) = (measured.medians(), measured.ratio());
        println!(
            "| {} | {} | {cpus} | {ours:.1} | {theirs:.1} | **{ratio:.2}** | {low:.2}–{high:.2} | {} |",
            self.what,
            self.peer,
            self.reach.map_or("—".to_owned(), |reach| format!("{reach:.2}")),
        );
        measured.record();
    }
}

/// How many rounds take about as long as a run should.
fn calibrated(work: Work) -> u64 {
    let mut rounds = 64;
    loop {
        let time = work(rounds);
        if time > RUN / 4 {
            return (rounds as f64 * RUN.as_secs_f64() / time.as_secs_f64()) as u64;
        }
        rounds *= 2;
    }
}

/// Lets this thread, and those that it will start, run on the first `cpus` CPUs
/// only. As it is where that cannot be had.
pub fn pin(cpus: usize) {
    let mut set = CpuSet::new();
    (0..cpus).for_each(|cpu| set.set(cpu));
    if let Err(error) = sched_setaffinity(None, &set) {
        eprintln!("not pinned to {cpus} CPUs: {error}");
    }
}

/// Times `rounds` calls on this thread.
pub fn alone(rounds: u64, mut call: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..black_box(rounds) {
        call();
    }
    start.elapsed()
}

/// Times two threads, from when both are there until both are done.
pub fn together(one: impl FnOnce() + Send, other: impl FnOnce() + Send) -> Duration {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            start.wait();
            other();
        });
        start.wait();
        let began = Instant::now();
        one();
        began
    })
    .elapsed()
}
