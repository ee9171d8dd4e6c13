//! What a jail costs: `cargo run --release -p jail --example cost`.
//!
//! Runs `/bin/true` directly, in a full jail, and in one without namespaces,
//! in turns, so that a busy machine slows all of them; prints the median of
//! each and its ratio to the direct run.

use jail::{Jail, Layers};
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 200;

type Way = (&'static str, fn());

fn main() {
    jail::enter_if_asked();
    let ways: [Way; 3] = [
        ("direct", || {
            Command::new("/bin/true").env_clear().status().expect("it is there");
        }),
        ("full jail", || {
            let jail = Jail::new("/bin/true").system_programs().require(Layers::FULL);
            assert!(jail.run().expect("namespaces").success());
        }),
        ("without namespaces", || {
            let jail = Jail::new("/bin/true").system_programs().without_namespaces();
            assert!(jail.run().expect("landlock").success());
        }),
    ];
    for threads in [1, 2] {
        let mut times = vec![Vec::new(); ways.len()];
        for _ in 0..ROUNDS {
            for ((_, way), times) in ways.iter().zip(&mut times) {
                times.push(at_a_time(threads, *way));
            }
        }
        println!("{threads} at a time, median of {ROUNDS}:");
        let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
        for ((name, _), time) in ways.iter().zip(&medians) {
            let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
            println!("  {name:<20} {:>6.2} ms  {ratio:>5.1} ×", time.as_secs_f64() * 1e3);
        }
    }
}

fn at_a_time(threads: usize, way: fn()) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(way);
        }
    });
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
