//! Random programs with spin loops: what the search finds in them must be what they can do. At length:
//! `cargo run --release -p explore-engine --example spins -- 10000`.

#[path = "spins/mod.rs"]
mod spins;

use explore_engine::config::Fault;
use spins::compare::{Verdict, compare, shrink};
use spins::program::{Pause, Program, Stmt, Trial, program};
use std::sync::atomic::Ordering::{Acquire, Release};

/// Programs of which the search takes longer are left to the long run.
const MOST: u64 = 500;

#[test]
fn what_is_found_in_spin_loops_is_what_they_can_do() {
    let (mut compared, mut livelocks, mut throughs) = (0, 0, 0);
    for seed in 0..400 {
        match compare(&program(seed), MOST, None) {
            Verdict::Equal { livelock, through, .. } => {
                compared += 1;
                livelocks += u32::from(livelock);
                throughs += u32::from(through);
            }
            Verdict::TooLong => {}
            Verdict::Different(how) => {
                let fails =
                    |program: &_| matches!(compare(program, MOST, None), Verdict::Different(_));
                let small = shrink(program(seed), &fails);
                panic!("seed {seed}: {how}\nthe smallest program that shows it: {small:#?}");
            }
        }
    }
    assert!(compared > 200, "only {compared} programs were short enough");
    assert!(livelocks > 50 && throughs > 50, "{livelocks} with a livelock, {throughs} without");
}

/// Whether the fuzzer sees that an engine is broken, in so many programs.
fn is_caught(fault: Fault, programs: u64) -> bool {
    (0..programs)
        .any(|seed| matches!(compare(&program(seed), MOST, Some(fault)), Verdict::Different(_)))
}

#[test]
fn an_engine_that_takes_a_line_for_a_loop_is_caught() {
    assert!(is_caught(Fault::SpinsByPlace, 200));
}

#[test]
fn an_engine_that_leaves_out_rounds_without_doubt_is_caught() {
    assert!(is_caught(Fault::NeverDoubts, 100));
}

#[test]
fn an_engine_that_forgets_what_a_round_might_have_come_before_is_caught() {
    assert!(is_caught(Fault::LooksTooLate, 1000));
}

#[test]
fn an_engine_that_does_not_look_into_memory_is_caught() {
    assert!(is_caught(Fault::SpinsByStack, 400));
}

#[test]
fn an_engine_that_does_not_look_under_locks_is_caught() {
    assert!(is_caught(Fault::SectionsChangeNothing, 400));
}

#[test]
fn a_lock_that_is_let_go_of_for_a_moment_is_no_livelock() {
    // One holds the mutex and gives it back in each round; the other needs it to go on.
    let waits = Stmt::Trial { until: 1, order: Acquire, pause: Pause::Nothing, what: Trial::LetGo };
    let program = Program {
        threads: vec![vec![waits], vec![Stmt::Set(1), Stmt::Store(0, 1, Release)]],
        spurious: 0,
        sc: false,
    };
    let verdict = compare(&program, MOST, None);
    assert!(matches!(verdict, Verdict::Equal { livelock: false, .. }), "{verdict:?}");
}
