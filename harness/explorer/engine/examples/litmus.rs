//! Every combination of the litmus families, and many random tests, against the axioms of RC11:
//! `cargo run --release -p explore-engine --example litmus -- [--each 20000] [--random 20000]`; or one test: `-- --test 'Wx=1.rlx | Rx.rlx'`.

#[path = "../tests/litmus/mod.rs"]
mod litmus;

use std::time::Instant;

use litmus::check::{self, Count};
use litmus::numbers::Random;
use litmus::table::{FAMILIES, TABLE};

fn option(name: &str, default: usize) -> usize {
    let arguments: Vec<String> = std::env::args().collect();
    let value =
        arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    value.map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} wants a number, not {value}"))
    })
}

fn main() {
    let (each, random) = (option("--each", 20_000), option("--random", 20_000));
    let mut arguments = std::env::args().skip_while(|argument| argument != "--test");
    if let Some(text) = arguments.nth(1) {
        let mut count = Count::default();
        let result = check::program(&text, &mut count);
        println!("{text}: {}, {count:?}", result.err().unwrap_or_else(|| "equal".to_owned()));
        return;
    }
    let mut wrong = 0;
    let mut tell = |errors: &[String]| {
        wrong += errors.len();
        errors.iter().take(5).for_each(|error| println!("{error}"));
    };
    for row in TABLE {
        tell(check::row(row).err().as_slice());
    }
    println!("{} tests of the literature", TABLE.len());
    let mut all = Count::default();
    for (name, text) in FAMILIES {
        let (mut count, start) = (Count::default(), Instant::now());
        let errors = check::family(text, each, &mut count);
        println!(
            "{name:24} {:6} combinations, {:6} with outcomes out of reach, {:8} executions ({} redundant), {:4} wrong, {:.1} s",
            count.programs,
            count.out_of_reach,
            count.executions,
            count.redundant,
            errors.len(),
            start.elapsed().as_secs_f64()
        );
        all.programs += count.programs;
        tell(&errors);
    }
    let (mut count, mut numbers) = (Count::default(), Random::new(7));
    let errors: Vec<String> = (0..random)
        .filter_map(|_| check::program(&check::random(&mut numbers), &mut count).err())
        .collect();
    println!(
        "{} combinations and {} random tests: {wrong} and {} wrong; random: {count:?}",
        all.programs,
        count.programs,
        errors.len()
    );
    errors.iter().take(20).for_each(|error| println!("{error}"));
    if wrong + errors.len() > 0 {
        std::process::exit(1);
    }
}
