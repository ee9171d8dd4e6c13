//! On random small programs the usual search must find what full enumeration finds; and an engine that is broken on purpose must not.
//! At length: `cargo run --release -p explore-engine --example fuzz -- --programs 10000`.

#[path = "fuzz/mod.rs"]
mod fuzz;

use explore_engine::config::Fault;
use fuzz::compare::{Verdict, compare, compare_places, compare_within};
use fuzz::random::Family;
use fuzz::{program::Program, shrink};

/// Programs of which full enumeration takes longer are left to the long run.
const MOST: u64 = 400;
/// A fault must show among so many programs.
const WITHIN: u64 = 500;

/// Compares so many programs of a family; at least `enough` must be short enough.
fn hold(family: Family, programs: u64, enough: u64, compare: &dyn Fn(&Program) -> Verdict) {
    let mut compared = 0;
    for seed in 0..programs {
        let program = family.program(seed);
        match compare(&program) {
            Verdict::Equal { .. } => compared += 1,
            Verdict::TooLong => {}
            Verdict::Different(how) => {
                let fails = |program: &Program| matches!(compare(program), Verdict::Different(_));
                panic!(
                    "seed {seed}: {how}\nthe smallest program that shows it:\n{}",
                    shrink::shrink(program, &fails)
                );
            }
        }
    }
    assert!(compared >= enough, "only {compared} programs were short enough");
}

#[test]
fn on_random_programs_the_search_finds_what_full_enumeration_finds() {
    hold(Family::Usual, 300, 100, &|program| compare(program, None, MOST));
}

#[test]
fn a_program_that_ends_itself_is_found_to_end_at_every_moment() {
    hold(Family::Exit, 200, 60, &|program| compare(program, None, MOST));
}

#[test]
fn who_gets_a_lock_for_reading_and_writing_is_explored() {
    hold(Family::Nested, 120, 30, &|program| compare(program, None, MOST));
}

#[test]
fn whose_token_is_eaten_is_explored() {
    hold(Family::Tokens, 120, 30, &|program| compare(program, None, MOST));
}

/// Four threads, so that full enumeration would be long: held against the same program with a place for each object.
#[test]
fn objects_that_share_a_place_are_told_apart() {
    for family in [Family::Locks, Family::Accesses, Family::Updates] {
        hold(family, 200, 150, &|program| compare_places(program, None, 5000));
        hold(family, 60, 1, &|program| compare(program, None, 1000));
    }
}

#[test]
fn a_search_that_takes_objects_of_one_place_for_one_is_caught() {
    let fault = Some(Fault::PlacesAreNames);
    let shows = |family: Family, seed| {
        let found = compare_places(&family.program(seed), fault, 5000);
        matches!(found, Verdict::Different(_))
    };
    for family in [Family::Locks, Family::Accesses, Family::Updates] {
        assert!((0..WITHIN).any(|seed| shows(family, seed)), "{family:?}");
    }
}

/// The first of the usual random programs that shows a fault, and passes without it.
fn caught(fault: Fault) -> Option<Program> {
    caught_in(Family::Usual, fault)
}

fn caught_in(family: Family, fault: Fault) -> Option<Program> {
    let shows = |program: &Program| {
        matches!(compare(program, Some(fault), MOST), Verdict::Different(_))
            && matches!(compare(program, None, MOST), Verdict::Equal { .. })
    };
    (0..WITHIN).map(|seed| family.program(seed)).find(shows)
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
fn a_search_that_loses_threads_which_have_not_begun_is_caught() {
    assert!(caught_in(Family::Exit, Fault::LostStarts).is_some());
}

#[test]
fn a_bounded_search_finds_what_full_enumeration_finds_within_the_bound() {
    // Random programs with a fixed seed; those on which the two are known to differ need a higher bound.
    let mut compared = 0;
    for seed in 0..60 {
        let program = Family::Usual.program(seed);
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
