//! The fuzzer of spin loops at length: `cargo run --release -p explore-engine --example spins -- [PROGRAMS [SEED [MOST [PIECE]]]]`: PIECE executions at a time, if
//! it is not 0.

#[path = "../tests/spins/mod.rs"]
mod spins;

use std::time::Instant;

use spins::compare::{Verdict, compare, compare_in_pieces, shrink};
use spins::program::program;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| {
        argument.parse().unwrap_or_else(|_| panic!("a number is wanted, not {argument}"))
    });
    let mut number = |default: u64| numbers.next().unwrap_or(default);
    let (programs, seed, most, piece) = (number(1000), number(0), number(20_000), number(0));
    let compare = |program: &_| match piece {
        0 => compare(program, most, None),
        _ => compare_in_pieces(program, most, None, piece),
    };
    let start = Instant::now();
    let (mut equal, mut long, mut different) = (0_u64, 0_u64, 0_u64);
    let (mut loops, mut attempts, mut livelocks, mut throughs) = (0, 0, 0_u64, 0_u64);
    for seed in seed.. {
        if equal + different >= programs {
            break;
        }
        match compare(&program(seed)) {
            Verdict::TooLong => long += 1,
            Verdict::Equal { executions, livelock, through } => {
                equal += 1;
                loops += executions[0];
                attempts += executions[1];
                livelocks += u64::from(livelock);
                throughs += u64::from(through);
            }
            Verdict::Different(how) => {
                different += 1;
                let fails = |program: &_| matches!(compare(program), Verdict::Different(_));
                let small = shrink(program(seed), &fails);
                println!("seed {seed}: {how}\n{small:#?}\n{:?}\n", compare(&small));
            }
        }
    }
    println!(
        "{programs} programs in {:.0} s: {equal} equal, {different} different ({long} more were too long)",
        start.elapsed().as_secs_f64()
    );
    println!(
        "{livelocks} can spin for ever, {throughs} can end; executions: {loops} with loops, {attempts} with attempts"
    );
    if different > 0 {
        std::process::exit(1);
    }
}
