//! How the benches of chapters 3 to 6 measure.
//!
//! The table comes from paired runs: ours and a peer's, in turns and in one
//! process, so that a change of the machine's speed hits both.

// Each bench uses some of this.
#![allow(dead_code)]

use criterion::Criterion;
use rustix::thread::{CpuSet, sched_setaffinity};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

const PAIRS: usize = 51;

/// How long a run should take: long enough that starting its threads does not
/// count, short enough that both of a pair meet the same machine.
const RUN: Duration = Duration::from_millis(4);

/// Does something so many times, and says how long that took.
pub type Work = fn(rounds: u64) -> Duration;

/// One row of the table.
pub struct Row {
    pub what: &'static str,
    pub peer: &'static str,
    /// The ratio to reach, if one is set.
    pub reach: Option<f64>,
    /// On how many CPUs to run it.
    pub cpus: &'static [usize],
    pub ours: Work,
    pub theirs: Work,
}

/// Runs each row on as many CPUs as it says, and prints a table in Markdown.
/// With an argument on the command line, only rows whose name contains it.
pub fn print(rows: &[Row]) {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    println!("Median of {PAIRS} pairs.\n");
    println!("| what | peer | CPUs | ours, ns | peer, ns | ratio | quartiles | to reach |");
    println!("|---|---|---|---|---|---|---|---|");
    for row in rows.iter().filter(|row| wanted.as_ref().is_none_or(|part| row.what.contains(part)))
    {
        for &cpus in row.cpus {
            pin(cpus);
            row.print(cpus);
        }
    }
}

/// Measures both sides of each row with criterion.
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
    fn print(&self, cpus: usize) {
        let rounds = calibrated(self.theirs).max(100);
        (self.ours)(rounds); // warm
        let mut pairs = Vec::new();
        for turn in 0..PAIRS {
            // Who goes first changes, too.
            let (ours, theirs);
            if turn % 2 == 0 {
                ours = (self.ours)(rounds);
                theirs = (self.theirs)(rounds);
            } else {
                theirs = (self.theirs)(rounds);
                ours = (self.ours)(rounds);
            }
            let each = |time: Duration| time.as_nanos() as f64 / rounds as f64;
            pairs.push((each(ours), each(theirs)));
        }
        let ratios = sorted(pairs.iter().map(|(ours, theirs)| ours / theirs));
        let ours = sorted(pairs.iter().map(|pair| pair.0));
        let theirs = sorted(pairs.iter().map(|pair| pair.1));
        println!(
            "| {} | {} | {cpus} | {:.1} | {:.1} | **{:.2}** | {:.2}–{:.2} | {} |",
            self.what,
            self.peer,
            ours[PAIRS / 2],
            theirs[PAIRS / 2],
            ratios[PAIRS / 2],
            ratios[PAIRS / 4],
            ratios[PAIRS - 1 - PAIRS / 4],
            self.reach.map_or("—".to_owned(), |reach| format!("{reach:.2}")),
        );
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
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
