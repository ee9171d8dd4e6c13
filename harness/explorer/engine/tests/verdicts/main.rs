//! Each way in which a program can go wrong, told as it is.

mod ends;
mod left_behind;
mod livelocks;
mod not_checked;
mod panics;
mod waiting;

use explore_engine::{Explorer, Outcome, Status};
use trace::Failure;

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

/// Explores a scenario that must fail; its trace must be consistent.
#[track_caller]
fn failure(scenario: impl Fn() + 'static) -> (Failure, Outcome) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    let trace = outcome.trace.clone().expect("a failure has a trace");
    trace.check().expect("everything that the trace names exists");
    match trace.verdict.outcome {
        trace::Outcome::Failed { failure } => (failure, outcome),
        other => panic!("not a failure: {other:?}"),
    }
}
