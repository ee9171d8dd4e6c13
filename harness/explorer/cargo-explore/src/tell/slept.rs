//! A sleep that was meant to be long enough for what others do, alone or in a loop until a deadline.

use protocol::Outcome;
use trace::{Failure, Operation};

/// Whether a thread panics that has slept while there were others.
pub(super) fn in_vain(outcome: &Outcome) -> bool {
    let Some(run) = &outcome.trace else { return false };
    let trace::Outcome::Failed { failure: Failure::Panic { thread, .. } } = &run.verdict.outcome
    else {
        return false;
    };
    let sleeps = |step: &trace::Step| {
        step.thread == *thread && matches!(step.operation, Operation::Sleep { .. })
    };
    run.threads.len() > 1 && run.steps.iter().any(sleeps)
}
