//! All runs of a small scenario, as traces: what a state graph is made of.

use std::fmt;
use std::panic::Location;
use std::time::Instant;

use trace::Trace;

use super::Explorer;
use super::report;
use crate::config::{Config, Memory};
use crate::machine::Bad;
use crate::machine::tracer::Tracer;
use crate::search::states::States;
use crate::search::{Next, Search};

/// Why there is no set of all runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRuns {
    /// There are more than the configuration allows, or they take longer.
    TooMany {
        /// How many were made.
        made: u64,
        /// How many steps the last one had.
        steps: u32,
    },
    /// The scenario cannot be explored; why.
    Refused(String),
}

impl fmt::Display for NoRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { made, steps } => write!(
                f,
                "it has too many states for a graph: after {made} runs, the last of {steps} steps, there were still ways that none had taken; \
                 take a scenario with fewer threads or fewer steps"
            ),
            Self::Refused(reason) => write!(f, "it cannot be explored: {reason}"),
        }
    }
}

impl std::error::Error for NoRuns {}

impl Explorer {
    /// Runs that go through every state of a scenario and, in each, along every way on. None is left out, whether it fails or not.
    /// A run ends where it fails. Of the configuration, `preemptions` and what is said about random runs do not matter.
    ///
    /// # Errors
    ///
    /// [`NoRuns`], if there are more than `max_executions`, if it takes longer than `max_time`, or if the scenario is refused.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn runs(&self, name: &str, scenario: impl Fn() + 'static) -> Result<Vec<Trace>, NoRuns> {
        let merges = self.config.memory == Memory::SeqCst;
        self.runs_by(name, scenario, Box::new(States::new(merges)))
    }

    #[track_caller]
    fn runs_by(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        search: Box<dyn Search>,
    ) -> Result<Vec<Trace>, NoRuns> {
        // What was printed so far is part of a state.
        let config = Config { keep_going: false, outputs: true, ..self.config.clone() };
        let (_one, runner) = self.prepare(&config, scenario, Location::caller());
        runner.with(|machine| {
            machine.search = search;
            // What one run goes on to after a panic, another does too, which does not fail.
            machine.whole_stories = true;
        });
        let _watchdog = self.watch(&runner, name);
        let mut outcome = super::outcome::new(name, &config);
        let deadline = Instant::now() + config.max_time;
        let mut runs = Vec::new();
        loop {
            let bad = runner.execute(true);
            if let Some(Bad::Refused(reason)) = bad {
                return Err(NoRuns::Refused(reason));
            }
            if bad == Some(Bad::TooLong) {
                return Err(NoRuns::Refused(format!(
                    "one of its runs does not end within {} steps",
                    config.max_steps
                )));
            }
            if runner.with(|machine| machine.tracer.as_ref().is_some_and(asks_for_ends)) {
                return Err(NoRuns::Refused(
                    "it asks whether a thread has ended, and a graph does not tell when threads end".to_owned(),
                ));
            }
            outcome.executions += 1;
            let (run, next, steps) = runner.with(|machine| {
                let run = report::trace_of(machine, bad.as_ref(), &outcome);
                (run, machine.finish(deadline), machine.steps)
            });
            runs.push(run);
            let is_over = outcome.executions >= config.max_executions || Instant::now() >= deadline;
            match next {
                Next::Exhausted => return Ok(runs),
                Next::Another if !is_over => {}
                _ => return Err(NoRuns::TooMany { made: outcome.executions, steps }),
            }
        }
    }
}

/// Whether a thread asked whether another has ended: only then can an end be told from a later one.
fn asks_for_ends(tracer: &Tracer) -> bool {
    tracer.steps.iter().any(|step| step.call.as_deref() == Some("is_finished"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering::SeqCst;

    use trace::graph::StateGraph;

    use super::*;
    use crate::search::full::Full;
    use crate::sync::atomic::AtomicU32;
    use crate::sync::{Condvar, Mutex};
    use crate::thread;

    fn lost_update() {
        let number = Arc::new(AtomicU32::new(0));
        let add = || {
            let number = Arc::clone(&number);
            thread::spawn(move || number.store(number.load(SeqCst) + 1, SeqCst))
        };
        [add(), add()].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(number.load(SeqCst), 2);
    }

    fn opposite_orders() {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _left = left.lock();
                let _right = right.lock();
            });
            let _right = right.lock();
            let _left = left.lock();
        });
    }

    fn notified_too_early() {
        let (ready, changed) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(changed.wait(ready.lock().unwrap())));
            changed.notify_one();
        });
    }

    fn nobody_joins() {
        let number = Arc::new(AtomicU32::new(0));
        thread::spawn(move || number.store(1, SeqCst));
    }

    fn graph(scenario: fn(), search: Box<dyn Search>, limit: u64) -> (usize, StateGraph) {
        let config = Config { memory: Memory::SeqCst, max_executions: limit, ..Config::default() };
        let explorer = Explorer::new(config);
        let runs = explorer.runs_by("scenario", scenario, search).unwrap();
        (runs.len(), StateGraph::new(&runs, true).unwrap())
    }

    /// The same states and ways as a search that leaves nothing out, and that in fewer runs.
    #[test]
    fn no_state_and_no_way_is_missing() {
        for scenario in [lost_update, opposite_orders, notified_too_early, nobody_joins] {
            let size = |graph: &StateGraph| {
                let ways: usize = graph.nodes.iter().map(|node| node.next.len()).sum();
                (graph.nodes.len(), ways, graph.runs, graph.failing)
            };
            let (all, full) = graph(scenario, Box::new(Full::new(None)), 100_000);
            for merges in [false, true] {
                let (some, saved) = graph(scenario, Box::new(States::new(merges)), 100_000);
                assert_eq!(size(&saved), size(&full));
                assert!(some < all, "{some} runs instead of {all}");
            }
        }
    }

    #[test]
    fn what_can_be_too_late_or_too_early_is_both() {
        let (_, graph) = graph(notified_too_early, Box::new(States::new(true)), 1000);
        let failing = graph.failing.unwrap();
        assert!(failing > 0 && failing < graph.runs.unwrap());
    }

    #[test]
    fn too_many_runs_are_refused() {
        let config = Config { max_executions: 2, ..Config::default() };
        let refused = Explorer::new(config).runs("scenario", lost_update);
        assert!(matches!(refused, Err(NoRuns::TooMany { made: 2, .. })), "{refused:?}");
    }

    #[test]
    fn who_asks_for_an_end_is_refused() {
        let asks = || {
            let other = thread::spawn(|| ());
            let _ = other.is_finished();
            other.join().unwrap();
        };
        let refused = Explorer::default().runs("scenario", asks);
        assert!(matches!(refused, Err(NoRuns::Refused(_))), "{refused:?}");
    }
}
