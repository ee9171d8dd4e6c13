//! On random small programs the usual search must find what full enumeration finds; and an engine that is broken on purpose must not.
//! At length: `cargo run --release -p explore-engine --example fuzz -- --programs 10000`.

#[path = "fuzz/mod.rs"]
mod fuzz;

use explore_engine::config::{Fault, Random as AtRandom, Strategy};
use explore_engine::{Config, Position};
use fuzz::compare::{
    Verdict, compare, compare_parts, compare_pieces, compare_places, compare_within,
};
use fuzz::interpret::{Found, position, search, search_at_random, search_from};
use fuzz::numbers::Random;
use fuzz::random::Family;
use fuzz::{program::Program, shrink};
use std::collections::BTreeSet;

const ALL: [Family; 7] = [
    Family::Usual,
    Family::Exit,
    Family::Nested,
    Family::Tokens,
    Family::Locks,
    Family::Accesses,
    Family::Updates,
];

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

/// And not only the easy ones: taken together, random executions find nearly all outcomes of programs as small as these.
#[test]
fn random_executions_find_nothing_that_cannot_be() {
    let enumerated = |seed| {
        let program = Family::Usual.program(seed);
        let full = search(&program, Strategy::Full, None, MOST);
        full.ended.then_some((seed, program, full))
    };
    let programs: Vec<_> = (0..100).filter_map(enumerated).collect();
    for random in AtRandom::ALL {
        let (mut found, mut possible) = (0, 0);
        for (seed, program, full) in &programs {
            let some = search_at_random(program, random, *seed, 200);
            let impossible: Vec<_> = some.outcomes.difference(&full.outcomes).collect();
            assert!(impossible.is_empty(), "{random:?}, seed {seed}: {impossible:#?}\n{program}");
            found += some.outcomes.len();
            possible += full.outcomes.len();
        }
        assert!(possible > 50 && found * 10 >= possible * 8, "{random:?}: {found} of {possible}");
    }
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

#[test]
fn a_search_in_pieces_finds_what_the_whole_finds() {
    for family in ALL {
        for (piece, programs) in [(1, 20), (9, 20)] {
            hold(family, programs, 9, &|program| compare_pieces(program, piece, None, 250));
        }
    }
}

#[test]
fn a_search_in_parts_finds_what_the_whole_finds() {
    for family in ALL {
        hold(family, 20, 9, &|program| compare_parts(program, 9, 250));
    }
}

#[test]
fn pieces_that_ask_for_nothing_are_caught() {
    let fault = Some(Fault::PiecesAskNothing);
    let shows = |seed| {
        let found = compare_pieces(&Family::Usual.program(seed), 2, fault, MOST);
        matches!(found, Verdict::Different(_))
    };
    assert!((0..WITHIN).any(shows));
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

/// Longer programs are left out. Shorter ones show within the first executions what they can notice.
const BEGUN: u64 = 250;

fn schedule(position: &Position) -> &str {
    position.outcome.schedule.as_deref().unwrap()
}

/// What both found, without how often.
fn kinds(found: &Found) -> (BTreeSet<u64>, &BTreeSet<String>) {
    (found.classes.keys().copied().collect(), &found.outcomes)
}

#[test]
fn what_comes_of_a_beginning_is_what_comes_of_its_continuations() {
    let mut compared = 0;
    for family in [Family::Usual, Family::Exit, Family::Nested, Family::Tokens, Family::Updates] {
        for seed in 20..36 {
            let program = family.program(seed);
            let all = search(&program, Strategy::Optimal, None, BEGUN);
            if !all.ended {
                continue;
            }
            let mut random = Random::new(seed);
            let mut here = position(&program, None);
            let mut found = search_from(&program, schedule(&here), BEGUN * 4);
            assert_eq!(kinds(&found), kinds(&all), "{family:?}, seed {seed}\n{program}");
            for _ in 0..12 {
                if here.over {
                    break;
                }
                let mut together = Found::default();
                let mut nexts = Vec::new();
                for way in &here.ways {
                    let turns = [(way.thread.0 as u8, way.alternative)];
                    let next = appended(schedule(&here), &turns);
                    let from = search_from(&program, &next, BEGUN * 4);
                    together.classes.extend(&from.classes);
                    together.outcomes.extend(from.outcomes.clone());
                    nexts.push((next, from));
                }
                let at = format!("{family:?}, seed {seed}, at {}\n{program}", schedule(&here));
                assert_eq!(kinds(&together), kinds(&found), "{at}");
                let (next, from) = nexts.swap_remove(random.below(nexts.len()));
                here = position(&program, Some(&next));
                found = from;
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "only {compared} were short enough");
}

/// A schedule with turns after it.
fn appended(schedule: &str, more: &[(u8, u16)]) -> String {
    let mut config = Config::default();
    let mut turns = protocol::schedule::read(schedule, &mut config).unwrap();
    turns.extend_from_slice(more);
    protocol::schedule::write(&config, &turns)
}
