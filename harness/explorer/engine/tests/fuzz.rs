//! On random small programs the usual search must find what full enumeration finds; and an engine that is broken on purpose must not.
//! At length: `cargo run --release -p explore-engine --example fuzz -- --programs 10000`.

#[path = "fuzz/mod.rs"]
mod fuzz;

use explore_engine::config::Fault;
use fuzz::compare::{Verdict, compare, compare_within};
use fuzz::{program::Program, random, shrink};

/// Programs of which full enumeration takes longer are left to the long run.
const MOST: u64 = 400;
/// A fault must show among so many programs.
const WITHIN: u64 = 500;

#[test]
fn on_random_programs_the_search_finds_what_full_enumeration_finds() {
    let mut compared = 0;
    for seed in 0..300 {
        let program = random::program(seed);
        match compare(&program, None, MOST) {
            Verdict::Equal { .. } => compared += 1,
            Verdict::TooLong => {}
            Verdict::Different(how) => {
                let fails = |program: &Program| {
                    matches!(compare(program, None, MOST), Verdict::Different(_))
                };
                panic!(
                    "seed {seed}: {how}\nthe smallest program that shows it:\n{}",
                    shrink::shrink(program, &fails)
                );
            }
        }
    }
    assert!(compared > 100, "only {compared} programs were short enough");
}

/// The first of the random programs that shows a fault, and passes without it.
fn caught(fault: Fault) -> Option<Program> {
    let shows = |program: &Program| {
        matches!(compare(program, Some(fault), MOST), Verdict::Different(_))
            && matches!(compare(program, None, MOST), Verdict::Equal { .. })
    };
    (0..WITHIN).map(random::program).find(shows)
}

#[test]
fn a_search_without_races_at_the_end_is_caught() {
    assert!(caught(Fault::NoRacesAtTheEnd).is_some());
}

#[test]
fn a_search_that_plans_threads_instead_of_initials_is_caught() {
    assert!(caught(Fault::ThreadInsteadOfInitial).is_some());
}

#[test]
fn an_engine_without_the_edge_from_notify_to_wake_is_caught() {
    assert!(caught(Fault::NoNotifyEdge).is_some());
}

#[test]
fn an_engine_that_decides_late_on_spurious_wake_ups_is_caught() {
    assert!(caught(Fault::LateSpuriousWakeup).is_some());
}

#[test]
fn a_bounded_search_finds_what_full_enumeration_finds_within_the_bound() {
    // Random programs with a fixed seed; those on which the two are known to differ need a higher bound.
    let mut compared = 0;
    for seed in 0..60 {
        let program = random::program(seed);
        for bound in 0..2 {
            match compare_within(&program, bound, MOST) {
                Verdict::Equal { .. } => compared += 1,
                Verdict::TooLong => {}
                Verdict::Different(how) => {
                    panic!("seed {seed}, bound {bound}: {how}\n{program}")
                }
            }
        }
    }
    assert!(compared > 80, "only {compared} were short enough");
}
