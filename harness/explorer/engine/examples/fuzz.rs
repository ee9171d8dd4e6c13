//! The differential fuzzer at length: `cargo run --release -p explore-engine --example fuzz -- --programs 10000 [--seed 0] [--most 20000]`.
//! `--family NAME` takes other programs than the usual ones. With `--preemptions N` it is the search bounded by preemptions that is held
//! against full enumeration, under the same bound. With `--places` it is the same program whose objects do not share a place in the source. With `--pieces N`
//! the search in pieces of N executions is held against that of the whole, and with `--parts` as well the search that is split as for several machines.

#[path = "../tests/fuzz/mod.rs"]
mod fuzz;

use std::time::Instant;

use fuzz::compare::{
    Verdict, compare, compare_parts, compare_pieces, compare_places, compare_within,
};
use fuzz::program::Program;
use fuzz::random::Family;
use fuzz::shrink;

fn option(name: &str, default: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let value =
        arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    value.map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} wants a number, not {value}"))
    })
}

/// The families, by name.
const FAMILIES: [(&str, Family); 7] = [
    ("usual", Family::Usual),
    ("exit", Family::Exit),
    ("nested", Family::Nested),
    ("tokens", Family::Tokens),
    ("locks", Family::Locks),
    ("accesses", Family::Accesses),
    ("updates", Family::Updates),
];

fn family() -> Family {
    let name = std::env::args().skip_while(|argument| argument != "--family").nth(1);
    let Some(name) = name else { return Family::Usual };
    let known = FAMILIES.iter().find(|(known, _)| *known == name);
    let names: Vec<_> = FAMILIES.iter().map(|(name, _)| *name).collect();
    known.unwrap_or_else(|| panic!("--family wants one of {}", names.join(", "))).1
}

fn main() {
    let (programs, seed, most) =
        (option("--programs", 1000), option("--seed", 0), option("--most", 20_000));
    let preemptions = option("--preemptions", u64::MAX);
    let family = family();
    let places = std::env::args().any(|argument| argument == "--places");
    let pieces = option("--pieces", 0);
    let parts = std::env::args().any(|argument| argument == "--parts");
    let compare = |program: &Program| match u32::try_from(preemptions) {
        _ if parts => compare_parts(program, pieces, most),
        _ if pieces > 0 => compare_pieces(program, pieces, None, most),
        _ if places => compare_places(program, None, most),
        Ok(preemptions) => compare_within(program, preemptions, most),
        Err(_) => compare(program, None, most),
    };
    let start = Instant::now();
    let (mut equal, mut long, mut different) = (0_u64, 0_u64, 0_u64);
    let (mut executions, mut traces, mut full, mut worst, mut optimal) = (0, 0, 0, (1.0, 0), 0_u64);
    for seed in seed.. {
        if equal + different >= programs {
            break;
        }
        let program = family.program(seed);
        match compare(&program) {
            Verdict::TooLong => long += 1,
            Verdict::Equal { executions: ours, traces: distinct, full: all } => {
                equal += 1;
                executions += ours;
                traces += distinct;
                full += all;
                optimal += u64::from(ours == distinct);
                let redundancy = ours as f64 / distinct as f64;
                if redundancy > worst.0 {
                    worst = (redundancy, seed);
                }
            }
            Verdict::Different(how) => {
                different += 1;
                let fails = |program: &_| matches!(compare(program), Verdict::Different(_));
                let small = shrink::shrink(program, &fails);
                println!("seed {seed}: {how}\n{small}{:?}\n", compare(&small));
            }
        }
    }
    println!(
        "{programs} programs in {:.0} s: {equal} equal, {different} different ({long} more were too long to enumerate)",
        start.elapsed().as_secs_f64()
    );
    println!("executions: {executions}; distinct traces: {traces}; full enumeration: {full}");
    println!(
        "redundancy: {:.4} over all, {:.2} at most (seed {}); 1 exactly for {optimal} programs",
        executions as f64 / traces as f64,
        worst.0,
        worst.1
    );
    if different > 0 {
        std::process::exit(1);
    }
}
