//! The end of an exploration: the run that is shown, made simple, and what is said of it.

use super::exploration::Exploration;
use super::minimise::{self, Found};
use super::{Outcome, Status, called, outcome, report, tell};
use crate::machine::Bad;
use crate::search::guided::Guided;
use protocol::schedule;

impl Exploration<'_> {
    /// Shows an execution that was too long. It says where the threads were when it was stopped.
    fn show(&mut self, long: Found) {
        let guide = Guided::new(long.turns.clone());
        let long = minimise::follow(self.runner, guide).unwrap_or(long);
        let outcome = &mut self.outcome;
        outcome.schedule = Some(schedule::write(self.config, &long.turns[..long.telling]));
        outcome.preemptions = Some(long.preemptions);
        self.runner.with(|machine| {
            outcome.summary = match outcome.random {
                0 => report::summary(machine, &long.bad),
                n => format!(
                    "{}; {n} random executions were tried as well",
                    report::summary(machine, &long.bad)
                ),
            };
            outcome.trace = Some(report::trace_of(machine, Some(&long.bad), outcome));
        });
    }

    /// Makes the failing run simple, and tells it.
    pub(super) fn conclude(mut self) -> Outcome {
        self.name_threads_again();
        let (met, policies) = self.runner.with(|machine| (machine.bounds_met, machine.policies));
        outcome::note_bounds(&mut self.outcome, met, self.config);
        outcome::add_what_was_met(&mut self.outcome, self.config, policies);
        let read = self.runner.with(|machine| machine.read.not_checked());
        self.outcome.not_checked.extend(read);
        if let Some(stuck) = self.stuck.take() {
            self.outcome.status = Status::Failed;
            self.outcome.summary = stuck;
            self.outcome.elapsed = self.start.elapsed();
            return self.outcome;
        }
        let Some(mut found) = self.found.take() else {
            if let Some(long) = self.long.take() {
                self.show(long);
            }
            self.outcome.elapsed = self.start.elapsed();
            return self.outcome;
        };
        if found.bad == Bad::Circle {
            // It was looked for in long runs only. Two rounds are enough to be shown.
            self.runner.with(|machine| machine.config.circles = true);
            let shorter = minimise::follow(self.runner, Guided::new(found.turns.clone()));
            found = shorter.filter(|shorter| shorter.bad == Bad::Circle).unwrap_or(found);
        }
        let refused = matches!(found.bad, Bad::Refused(_));
        // Of a run that goes round, the fewest preemptions are those in which each thread goes round longest.
        if self.config.minimise && !refused && found.bad != Bad::Circle {
            (found, self.outcome.minimal) = minimise::minimise(self.runner, found);
        }
        if !refused {
            let shown = minimise::follow(self.runner, Guided::new(found.turns.clone()));
            found = shown.unwrap_or(found);
            let bounds = self.runner.with(|machine| machine.config.clone());
            self.outcome.schedule = Some(schedule::write(&bounds, &found.turns[..found.telling]));
            self.outcome.preemptions = Some(found.preemptions);
        }
        let outcome = &mut self.outcome;
        self.runner.with(|machine| {
            tell(outcome, machine, &found.bad);
            if !refused {
                outcome.trace = Some(report::trace_of(machine, Some(&found.bad), outcome));
            }
        });
        if !refused {
            called::add(self.runner, outcome, Some(&found.bad), found.turns);
        }
        self.outcome.elapsed = self.start.elapsed();
        self.outcome
    }
}
