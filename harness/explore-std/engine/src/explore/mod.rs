//! Explorations: many executions of one scenario, and what came of them.

mod outcome;
pub(crate) mod runner;
pub mod schedule;

use std::panic::Location;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::config::{Config, Strategy};
use crate::machine::Bad;
use crate::search::{Search, full::Full, optimal::Optimal, pct::Pct};
pub use outcome::{Outcome, Status};
use runner::{Runner, Scenario};

/// Explores scenarios.
///
/// ```
/// use explore_engine::{Explorer, sync::Mutex, thread};
///
/// let outcome = Explorer::default().run("counter", || {
///     let counter = Mutex::new(0);
///     thread::scope(|scope| {
///         scope.spawn(|| *counter.lock().unwrap() += 1);
///         *counter.lock().unwrap() += 1;
///     });
///     assert_eq!(counter.into_inner().unwrap(), 2);
/// });
/// assert!(outcome.is_proved());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Explorer {
    config: Config,
}

/// One execution at a time in the whole process: `static`s are shared by all.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a test may look at after each execution.
#[doc(hidden)]
#[derive(Debug)]
pub struct Seen<'a> {
    pub failure: Option<&'a str>,
    pub redundant: bool,
    pub output: &'a str,
}

impl Explorer {
    /// An explorer with these bounds.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Explores a scenario: a function that makes everything it uses, and panics if something is wrong.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn run(&self, name: &str, scenario: impl Fn() + 'static) -> Outcome {
        self.run_seeing(name, scenario, &mut |_| {})
    }

    /// [`Explorer::run`], with a look at every execution.
    #[doc(hidden)]
    #[track_caller]
    pub fn run_seeing(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        see: &mut dyn FnMut(&Seen<'_>),
    ) -> Outcome {
        let at = Location::caller();
        assert!(
            !crate::machine::context::is_exploring(),
            "a scenario cannot explore another scenario"
        );
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let scenario: Scenario = Rc::new(scenario);
        let config = &self.config;
        let search: Box<dyn Search> = match config.strategy {
            Strategy::Optimal => Box::new(Optimal::new(config.fault)),
            Strategy::Full => Box::new(Full::default()),
            Strategy::Pct => Box::new(Pct::new(config.seed)),
        };
        let runner = Runner::new(config.clone(), search, Rc::clone(&scenario), at);
        let mut outcome = Outcome::new(name, config);
        let start = Instant::now();
        let mut first: Option<Bad> = None;
        loop {
            let bad = runner.execute(false);
            outcome.executions += 1;
            let more = runner.with(|machine| {
                let more = machine.finish();
                let redundant = machine.search.redundant();
                outcome.redundant += u64::from(redundant);
                let text: String =
                    machine.output.iter().map(|(_, _, text)| text.as_str()).collect();
                let failure = bad.as_ref().map(|bad| format!("{bad:?}"));
                see(&Seen { failure: failure.as_deref(), redundant, output: &text });
                more
            });
            if let Some(bad) = bad {
                outcome.failures += 1;
                first.get_or_insert(bad);
                if !config.keep_going {
                    break;
                }
            }
            if !more {
                outcome.status = Status::Proved;
                break;
            }
            if outcome.executions >= config.max_executions || start.elapsed() >= config.max_time {
                break;
            }
        }
        outcome.elapsed = start.elapsed();
        if let Some(bad) = first {
            outcome.status = Status::Failed;
            outcome.summary = format!("{bad:?}");
        }
        outcome
    }
}
