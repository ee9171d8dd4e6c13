//! Random programs that wait in loops beside everything else: rounds that come to nothing make no difference to what is found. At length:
//! `cargo run --release -p explore-engine --example rounds -- 10000`.

#[path = "rounds/mod.rs"]
mod rounds;

use explore_engine::config::Fault;
use rounds::compare::{Verdict, compare, shrink};
use rounds::interpret::How;
use rounds::program::program;

/// Programs of which the search takes longer are left to the long run.
const MOST: u64 = 500;

#[test]
fn what_is_found_is_the_same_without_rounds_that_come_to_nothing() {
    let how = How { most: MOST, ..How::default() };
    let (mut compared, mut waiting, mut ending, mut fewer) = (0, 0, 0, 0);
    for seed in 0..300 {
        match compare(&program(seed), how) {
            Verdict::Equal { executions, waits, ends } => {
                compared += 1;
                waiting += u32::from(waits);
                ending += u32::from(ends);
                fewer += u32::from(executions[0] < executions[1]);
            }
            Verdict::TooLong => {}
            Verdict::Different(how_so) => {
                let fails = |program: &_| matches!(compare(program, how), Verdict::Different(_));
                let small = shrink(program(seed), &fails);
                panic!("seed {seed}: {how_so}\nthe smallest program that shows it: {small:#?}");
            }
        }
    }
    assert!(compared > 200, "only {compared} programs were short enough");
    assert!(waiting > 40 && ending > 40, "{waiting} wait for ever, {ending} end");
    assert!(fewer > 20, "{fewer} with fewer executions");
}

/// Whether the fuzzer sees that an engine is broken, in so many programs.
fn is_caught(fault: Fault, programs: u64) -> bool {
    let how = How { most: MOST, fault: Some(fault), ..How::default() };
    (0..programs).any(|seed| matches!(compare(&program(seed), how), Verdict::Different(_)))
}

#[test]
fn an_engine_that_leaves_out_rounds_without_doubt_is_caught() {
    assert!(is_caught(Fault::NeverDoubts, 1000));
}

#[test]
fn an_engine_in_which_nobody_waits_for_ever_who_could_read_an_older_store_is_caught() {
    assert!(is_caught(Fault::NobodyWaitsForEver, 1000));
}

#[test]
fn an_engine_that_forgets_what_a_round_might_have_come_before_is_caught() {
    assert!(is_caught(Fault::LooksTooLate, 1000));
}
