//! The fuzzer of rounds that are left out, at length: `cargo run --release -p explore-engine --example rounds -- [PROGRAMS [SEED [MOST [PIECE]]]]`: PIECE executions at
//! a time, if it is not 0.

#[path = "../tests/rounds/mod.rs"]
mod rounds;

use std::time::Instant;

use rounds::compare::{Verdict, compare, shrink};
use rounds::interpret::How;
use rounds::program::program;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| {
        argument.parse().unwrap_or_else(|_| panic!("a number is wanted, not {argument}"))
    });
    let mut number = |default: u64| numbers.next().unwrap_or(default);
    let (programs, seed, most, piece) = (number(1000), number(0), number(20_000), number(0));
    let how = How { most, piece, ..How::default() };
    let start = Instant::now();
    let (mut equal, mut long, mut different) = (0_u64, 0_u64, 0_u64);
    let (mut few, mut all, mut fewer, mut waiting, mut ending) = (0, 0, 0_u64, 0_u64, 0_u64);
    for seed in seed.. {
        if equal + different >= programs {
            break;
        }
        match compare(&program(seed), how) {
            Verdict::TooLong => long += 1,
            Verdict::Equal { executions, waits, ends } => {
                equal += 1;
                few += executions[0];
                all += executions[1];
                fewer += u64::from(executions[0] < executions[1]);
                waiting += u64::from(waits);
                ending += u64::from(ends);
            }
            Verdict::Different(how_so) => {
                different += 1;
                let fails = |program: &_| matches!(compare(program, how), Verdict::Different(_));
                let small = shrink(program(seed), &fails);
                println!("seed {seed}: {how_so}\n{small:#?}\n{:?}\n", compare(&small, how));
            }
        }
    }
    println!(
        "{programs} programs in {:.0} s: {equal} equal, {different} different ({long} more were too long)",
        start.elapsed().as_secs_f64()
    );
    println!(
        "{waiting} can wait for ever, {ending} can end; executions: {few} without rounds that come to nothing, {all} with every round; fewer for {fewer} programs"
    );
    if different > 0 {
        std::process::exit(1);
    }
}
