//! Each primitive of `std`, explored: the outcomes that are found are exactly those that can be.
//!
//! Every scenario is explored twice, by the usual search and by a full enumeration of all orders without reduction. Both must find
//! the outcomes that the test lists, so that the lists are checked against the reduction as well as by thought.

#[path = "explored/channels.rs"]
mod channels;
#[path = "explored/locks.rs"]
mod locks;
#[path = "explored/old_states.rs"]
mod old_states;
#[path = "explored/once.rs"]
mod once;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "explored/outside.rs"]
mod outside;
#[path = "explored/process.rs"]
mod process;
#[path = "explored/streams.rs"]
mod streams;
#[path = "explored/time.rs"]
mod time;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use explore_engine::config::Strategy;
use explore_std::explore::{Config, Explorer, Outcome};

/// What to explore a scenario with.
fn config() -> Config {
    Config {
        keep_going: true,
        random_executions: 0,
        minimise: false,
        // A machine with other work to do is to end every search all the same.
        max_time: std::time::Duration::from_secs(600),
        ..Config::default()
    }
}

/// What a scenario returns in its executions, and how those that fail end.
fn outcomes_with(
    config: &Config,
    scenario: impl Fn() -> String + Clone + 'static,
) -> (BTreeSet<String>, Outcome) {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let mut failures = BTreeSet::new();
    let note = Arc::clone(&found);
    let body = move || {
        let outcome = scenario();
        note.lock().unwrap().insert(outcome);
    };
    let outcome = Explorer::new(config.clone()).run_watched("scenario", body, &mut |progress| {
        failures
            .extend(progress.failure.map(|failure| format!("failed: {}", without_places(failure))));
    });
    assert!(outcome.is_proved() || outcome.is_failed(), "the search did not end: {outcome}");
    let mut all = std::mem::take(&mut *found.lock().unwrap());
    all.extend(failures);
    (all, outcome)
}

/// A failure's description without the lines in the source.
fn without_places(failure: &str) -> String {
    let mut text = String::new();
    for word in failure.split_inclusive(' ') {
        match word.contains(".rs:") {
            // The preposition goes with the place; what follows the place stays.
            true => {
                text.truncate(text.trim_end().rfind(' ').map_or(0, |end| end + 1));
                text +=
                    word.trim_start_matches(|c: char| c != ',' && c != ' ').trim_start_matches(' ');
            }
            false => text += word,
        }
    }
    text.trim_end().replace(" ,", ",")
}

/// Explores with both searches, and compares what they find with what there is.
#[track_caller]
fn expect_with(
    config: Config,
    expected: &[&str],
    scenario: impl Fn() -> String + Clone + 'static,
) -> Outcome {
    let (all, _) =
        outcomes_with(&Config { strategy: Strategy::Full, ..config.clone() }, scenario.clone());
    let (found, outcome) = outcomes_with(&config, scenario);
    assert_eq!(found, all, "the usual search and the full enumeration differ");
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    outcome
}

#[track_caller]
fn expect(expected: &[&str], scenario: impl Fn() -> String + Clone + 'static) -> Outcome {
    expect_with(config(), expected, scenario)
}

/// Some, or the error's name.
fn shown<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error:?}"),
    }
}
