//! What std leaves open, or does otherwise than one thinks: each of these fails or hangs for real, now and then, or never.

mod again;
mod costs;
mod endings;
mod locals;
mod looks;
mod park_tokens;
mod readers;
mod scopes;
mod weak;

use explore_engine::{Explorer, Outcome, Status};
use trace::Failure;

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

#[track_caller]
fn proved(scenario: impl Fn() + 'static) -> Outcome {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Proved, "{outcome}");
    outcome
}

#[track_caller]
fn failure(scenario: impl Fn() + 'static) -> Failure {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Failed, "{outcome}");
    match outcome.trace.expect("a failure has a trace").verdict.outcome {
        trace::Outcome::Failed { failure } => failure,
        other => panic!("not a failure: {other:?}"),
    }
}

fn is_panic(failure: &Failure) -> bool {
    matches!(failure, Failure::Panic { .. })
}
