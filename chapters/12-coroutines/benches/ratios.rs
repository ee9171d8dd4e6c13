//! Ratios of greenlets and the hub to corosensei's own: the median of 21 runs of
//! each pair, taken in turns, so that a change of the machine's speed hits both.

mod common;

use std::hint::black_box;
use std::time::Instant;

const PAIRS: usize = 21;
const ROUNDS: u64 = 100_000;

fn nanoseconds(work: fn(u64) -> u64) -> f64 {
    let start = Instant::now();
    black_box(work(black_box(ROUNDS)));
    start.elapsed().as_nanos() as f64 / ROUNDS as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(name: &str, ours: fn(u64) -> u64, peer: fn(u64) -> u64) {
    let pairs: Vec<_> = (0..PAIRS).map(|_| (nanoseconds(ours), nanoseconds(peer))).collect();
    let ratio = median(pairs.iter().map(|(ours, peer)| ours / peer).collect());
    let ours = median(pairs.iter().map(|pair| pair.0).collect());
    let peer = median(pairs.iter().map(|pair| pair.1).collect());
    println!("{name:48} {ours:7.1} ns  {peer:7.1} ns  {ratio:5.2}");
}

fn main() {
    println!("{:48} {:>10}  {:>10}  {:>5}", "", "ours", "peer", "ratio");
    compare(
        "switch there and back / resume and suspend",
        common::greenlet_round_trips,
        common::corosensei_round_trips,
    );
    compare(
        "switch to a sibling / suspend, resume the other",
        common::greenlet_siblings,
        common::corosensei_siblings,
    );
    compare(
        "hub spawn, join / coroutines, stored first",
        common::hub_spawn_and_join,
        common::corosensei_spawn_and_join,
    );
    compare(
        "hub spawn, join / coroutines, one by one",
        common::hub_spawn_and_join,
        common::corosensei_one_by_one,
    );
}
