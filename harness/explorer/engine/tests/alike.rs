//! On random programs in which several threads do the same, the search that takes them for the same must find what the usual one finds; and one that is broken on
//! purpose must not. At length: `cargo run --release -p explore-engine --example alike -- --programs 10000`.

#[path = "alike/mod.rs"]
mod alike;

use alike::compare::{Verdict, compare, shrink};
use alike::random::program;
use explore_engine::config::Fault;

/// Programs of which the usual search takes longer are left to the long run.
const MOST: u64 = 300;
/// A fault must show among so many programs.
const WITHIN: u64 = 1000;

#[test]
fn threads_that_do_the_same_can_be_taken_for_the_same() {
    let (mut compared, mut all, mut some) = (0, 0, 0);
    for seed in 0..400 {
        match compare(&program(seed), None, MOST) {
            Verdict::TooLong => {}
            Verdict::Equal { without, with, .. } => {
                compared += 1;
                (all, some) = (all + without, some + with);
            }
            Verdict::Different(how) => {
                let fails =
                    |program: &_| matches!(compare(program, None, MOST), Verdict::Different(_));
                panic!(
                    "seed {seed}: {how}\nthe smallest program that shows it:\n{:#?}",
                    shrink(program(seed), &fails)
                );
            }
        }
    }
    assert!(compared >= 300, "only {compared} programs were short enough");
    assert!(some * 4 < all * 3, "of {all} executions {some} were made");
}

/// A program that shows a fault.
fn caught(fault: Fault) -> bool {
    let shows =
        |seed: &u64| matches!(compare(&program(*seed), Some(fault), MOST), Verdict::Different(_));
    (0..WITHIN).any(|seed| shows(&seed))
}

#[test]
fn threads_that_have_captured_something_else_are_not_the_same() {
    assert!(caught(Fault::SameCodeIsEnough));
}

#[test]
fn threads_between_whose_joins_something_is_done_are_not_the_same() {
    assert!(caught(Fault::JoinsTellNothing));
}
