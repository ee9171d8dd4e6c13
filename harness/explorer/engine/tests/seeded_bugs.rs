//! Programs with one bug each must be broken, correct ones proved; the numbers of executions are pinned, so that a change of the search
//! that costs executions is seen.

use std::time::Duration;

use explore_engine::{Config, Explorer, Outcome};
use explore_programs::ours::programs;

fn explore(spurious: u8, scenario: fn()) -> Outcome {
    let config = Config { spurious, max_time: Duration::from_secs(60), ..Config::default() };
    Explorer::new(config).run("scenario", scenario)
}

/// A program, spurious wake-ups a thread, words of the verdict, the executions until it is found.
type Bug = (&'static str, u8, fn(), &'static str, u64);

const BUGS: &[Bug] = &[
    ("a lost update", 0, programs::lost_update, "an update is lost", 2),
    ("`if` around wait", 0, programs::if_around_wait, "panics", 20),
    ("notify_one where all are needed", 0, programs::one_where_all_are_needed, "deadlock", 5),
    ("one condvar for two conditions", 0, programs::one_condvar_for_two_conditions, "deadlock", 34),
    ("AB-BA", 0, programs::ab_ba, "deadlock", 2),
    (
        "a lock released by a stranger",
        0,
        programs::released_by_a_stranger,
        "two threads are inside",
        17,
    ),
    (
        "relaxed publication",
        0,
        programs::relaxed_publication,
        "the flag was seen before the data",
        3,
    ),
    (
        "`if` and a spurious wake-up",
        1,
        programs::if_that_needs_a_spurious_wake_up,
        "woken although the queue is empty",
        3,
    ),
];

#[test]
fn every_seeded_bug_is_found() {
    for &(name, spurious, scenario, words, executions) in BUGS {
        let outcome = explore(spurious, scenario);
        assert!(outcome.is_failed(), "{name}: {outcome}");
        assert!(outcome.summary.contains(words), "{name}: {outcome}");
        assert_eq!(outcome.executions, executions, "{name}");
    }
}

#[test]
fn every_failure_replays_a_hundred_times_to_the_same_trace() {
    for &(name, spurious, scenario, _, _) in BUGS {
        let outcome = explore(spurious, scenario);
        let schedule = outcome.schedule.unwrap_or_else(|| panic!("{name}: no schedule"));
        assert!(schedule.len() < 200, "{name}: {} characters: {schedule}", schedule.len());
        let config = Config { spurious, ..Config::default() };
        let explorer = Explorer::new(config);
        let replay = || {
            explorer
                .replay("scenario", scenario, &schedule)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let first = replay();
        assert_eq!(first.summary, outcome.summary, "{name}");
        assert!(first.trace.is_some(), "{name}");
        for _ in 1..100 {
            assert_eq!(replay().trace, first.trace, "{name}");
        }
    }
}

/// A correct program, spurious wake-ups a thread, the executions that prove it.
type Proof = (&'static str, u8, fn(), u64);

const PROOFS: &[Proof] = &[
    ("counter 2x3", 0, || assert!(programs::counter(2, 3) <= 6), 328),
    ("queue 2p2c", 0, programs::queue, 64),
    ("queue 2p2c, one spurious wake-up a thread", 1, programs::queue, 1056),
    ("event, 3 waiters", 0, programs::event_3, 96),
    ("event, 3 waiters, one spurious wake-up a thread", 1, programs::event_3, 3300),
    ("released publication", 0, programs::released_publication, 2),
    ("wait_timeout", 0, programs::wait_timeout, 1),
    ("`if` without spurious wake-ups", 0, programs::if_that_needs_a_spurious_wake_up, 2),
    ("pool, 2 workers, 1 job", 0, || programs::pool(2, 1), 192),
    ("pool, 2 workers, 2 jobs", 0, || programs::pool(2, 2), 4484),
];

#[test]
fn every_correct_program_is_proved() {
    for &(name, spurious, scenario, executions) in PROOFS {
        let outcome = explore(spurious, scenario);
        assert!(outcome.is_proved(), "{name}: {outcome}");
        assert_eq!((outcome.executions, outcome.redundant), (executions, 0), "{name}");
    }
}
