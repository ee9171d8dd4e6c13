//! The fuzzer of `--symmetry` at length: `cargo run --release -p explore-engine --example alike -- --programs 10000 [--seed 0] [--most 5000]`.
//! What a search finds that takes threads which do the same for the same is held against what one finds that does not.

#[path = "../tests/alike/mod.rs"]
mod alike;

use std::time::Instant;

use alike::compare::{Verdict, compare, shrink};
use alike::random::program;

fn option(name: &str, default: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let value =
        arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    value.map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} wants a number, not {value}"))
    })
}

fn main() {
    let (programs, first, most) =
        (option("--programs", 1000), option("--seed", 0), option("--most", 5000));
    let start = Instant::now();
    let (mut equal, mut long, mut different, mut fewer) = (0_u64, 0_u64, 0_u64, 0_u64);
    let (mut without, mut with, mut redundant) = (0, 0, 0);
    for seed in first.. {
        if equal + different >= programs {
            break;
        }
        match compare(&program(seed), None, most) {
            Verdict::TooLong => long += 1,
            Verdict::Equal { without: all, with: some, redundant: again } => {
                equal += 1;
                fewer += u64::from(some < all);
                (without, with, redundant) = (without + all, with + some, redundant + again);
            }
            Verdict::Different(how) => {
                different += 1;
                let fails =
                    |program: &_| matches!(compare(program, None, most), Verdict::Different(_));
                println!("seed {seed}: {how}\n{:#?}\n", shrink(program(seed), &fails));
            }
        }
    }
    println!(
        "{programs} programs in {:.0} s: {equal} equal, {different} different ({long} more were too long)",
        start.elapsed().as_secs_f64()
    );
    println!(
        "executions: {without} without, {with} with, {redundant} of these in vain; {fewer} programs took fewer"
    );
    if different > 0 {
        std::process::exit(1);
    }
}
