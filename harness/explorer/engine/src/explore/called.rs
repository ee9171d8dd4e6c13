//! Adds to a told run which lines of the program's own code led into crates of others.

use trace::{Location, Step};

use super::outcome::Outcome;
use super::report;
use super::runner::Runner;
use crate::machine::{Bad, callers, plain};
use crate::search::guided::{Guided, Turn};

/// Makes the run of an outcome once more for that, if it is in crates of others at all, and leaves the machine with it.
pub(super) fn add(runner: &Runner, outcome: &mut Outcome, bad: Option<&Bad>, turns: Vec<Turn>) {
    let Some(trace) = &mut outcome.trace else { return };
    let is_others = |at: &Location| at.package().is_some() || at.file == plain::FILE;
    if !trace.steps.iter().any(|step| step.at.as_ref().is_some_and(is_others)) {
        return;
    }
    runner.with(|machine| machine.search = Box::new(Guided::new(turns)));
    callers::begin();
    runner.execute(true);
    let callers = callers::end();
    runner.with(|machine| {
        let Some(tracer) = &machine.tracer else { return };
        // Where the program looks at what differs between two runs, this is another one: then nothing is known.
        let same = |(one, other): (&Step, &Step)| {
            (one.thread, &one.operation, &one.at) == (other.thread, &other.operation, &other.at)
        };
        if tracer.steps.len() > trace.steps.len()
            || !tracer.steps.iter().zip(&trace.steps).all(same)
        {
            return;
        }
        for (&index, &caller) in &tracer.callers {
            if let Some(step) = trace.steps.get_mut(index) {
                let line = callers.line(caller);
                match step.at.as_ref().is_some_and(|at| at.file == plain::FILE) {
                    true => step.at = line,
                    false => step.called_at = line,
                }
            }
        }
        for wait in &mut machine.standing_at_end {
            let thread = machine.threads.get(wait.thread.0 as usize);
            wait.called_at = thread.and_then(|thread| callers.line(thread.caller?));
        }
        let Some(bad) = bad.filter(|bad| report::tells_where_threads_stand(bad)) else { return };
        outcome.summary = report::summary(machine, bad);
        if let Some(failure) = report::failure_of(machine, bad) {
            trace.verdict.outcome = trace::Outcome::Failed { failure };
        }
    });
}
