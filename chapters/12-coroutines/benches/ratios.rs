//! Ratios of greenlets and the hub to corosensei's own, in pairs: the first rows of the table in the README beside this.

mod common;

use paired::threads::Row;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// On two CPUs: a hub is one thread, which the system may move.
const CPUS: &[usize] = &[2];

macro_rules! timed {
    ($work:path) => {
        |rounds| timed($work, rounds)
    };
}

fn timed(work: fn(u64) -> u64, rounds: u64) -> Duration {
    let start = Instant::now();
    black_box(work(black_box(rounds)));
    start.elapsed()
}

/// A hub that is started for a few tasks measures the start.
const TASKS: u64 = 100_000;

macro_rules! tasks {
    ($work:path) => {
        |rounds| {
            let times = rounds.div_ceil(TASKS);
            let took: Duration = (0..times).map(|_| timed($work, TASKS)).sum();
            took.mul_f64(rounds as f64 / (times * TASKS) as f64)
        }
    };
}

fn main() {
    let hub = "hub, 10⁵ tasks spawned, then joined";
    paired::threads::print(&[
        Row {
            what: "greenlet switch, there and back",
            peer: "corosensei: resume, suspend",
            reach: Some(1.5),
            cpus: CPUS,
            ours: timed!(common::greenlet_round_trips),
            theirs: timed!(common::corosensei_round_trips),
        },
        Row {
            what: "greenlet switch to a sibling",
            peer: "corosensei: suspend, and a loop resumes the other",
            reach: Some(1.5),
            cpus: CPUS,
            ours: timed!(common::greenlet_siblings),
            theirs: timed!(common::corosensei_siblings),
        },
        Row {
            what: hub,
            peer: "a box a body, a coroutine each on a reused stack, results kept",
            reach: Some(1.2),
            cpus: CPUS,
            ours: tasks!(common::hub_spawn_and_join),
            theirs: tasks!(common::corosensei_spawn_and_join),
        },
        Row {
            what: hub,
            peer: "coroutines one after the other, nothing kept",
            reach: None,
            cpus: CPUS,
            ours: tasks!(common::hub_spawn_and_join),
            theirs: tasks!(common::corosensei_one_by_one),
        },
    ]);
}
