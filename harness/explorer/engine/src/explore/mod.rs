//! Explorations: many executions of one scenario, and what came of them.

pub mod addresses;
mod called;
mod conclusion;
pub mod driver;
mod exploration;
mod journal;
mod memory;
mod minimise;
mod multiplied;
mod not_checked;
mod outcome;
mod position;
mod report;
pub(crate) mod runner;
mod runs;
mod shards;
mod shared;
mod swapped;
mod worker;

use std::panic::Location;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::config::{Config, Strategy};
use crate::machine::op::Loc;
use crate::machine::{Bad, Machine, debugger, watchdog};
use crate::search::Search;
use crate::search::bounded::Bounded;
use crate::search::full::Full;
use crate::search::guided::{Guided, Turn};
use crate::search::optimal::Optimal;
use crate::search::random::at_random;
use exploration::{Exploration, Stopped};
use minimise::Found;
pub use outcome::{Outcome, Printed, Status};
use protocol::schedule;
pub use protocol::{Resume, ScheduleError};
use runner::Runner;
pub use runs::NoRuns;
use shards::Sharding;

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
    resume: Option<Resume>,
}

/// One exploration at a time in the whole process: `static`s are shared by all.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What can be seen of an exploration under way.
#[derive(Debug)]
pub struct Progress<'a> {
    /// How many executions were made.
    pub executions: u64,
    /// How many steps the last one had.
    pub steps: u32,
    /// Whether the exhaustive search has given way to the random one.
    pub random: bool,
    /// Which share of the exhaustive search is done, in millionths, by what is known of it so far. Reckoned every 256 executions.
    pub covered: Option<u32>,
    /// How many executions the exhaustive search will make in all: a guess. Made every 256 executions.
    pub estimate: Option<u64>,
    /// Whether the last execution repeated another.
    pub redundant: bool,
    /// What went wrong in the last execution.
    pub failure: Option<&'a str>,
    /// What the last execution printed to standard output.
    pub stdout: &'a str,
    /// Names the Mazurkiewicz trace of the last execution: equivalent executions have the same name. For tests.
    #[doc(hidden)]
    pub class: Option<u64>,
}

impl Explorer {
    /// An explorer with these bounds.
    pub fn new(config: Config) -> Self {
        Self { config: config.within_limits(), resume: None }
    }

    /// An explorer that writes down what it has done, and goes on from there if it is in the file already. What it comes to is the same, and so is the number of
    /// executions, however often it was killed. For [`run`](Self::run) and [`run_watched`](Self::run_watched), and exhaustive searches.
    ///
    /// A search that it cannot go on with is refused: one of another program, by another compiler, within other bounds; and a file that is
    /// damaged, something else, or written to by another process.
    ///
    /// ```no_run
    /// use explore_engine::{Explorer, Resume};
    ///
    /// let file = "search.journal".to_owned();
    /// let explorer = Explorer::default().resuming(Resume { file, ..Resume::default() });
    /// assert!(explorer.run("nothing", || ()).is_proved());
    /// ```
    #[must_use]
    pub fn resuming(self, resume: Resume) -> Self {
        Self { resume: Some(resume), ..self }
    }

    /// Explores a scenario: a function that makes everything it uses, and panics if something is wrong.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn run(&self, name: &str, scenario: impl Fn() + 'static) -> Outcome {
        self.run_watched(name, scenario, &mut |_| {})
    }

    /// [`Explorer::run`], with a look at the exploration after every execution.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn run_watched(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        see: &mut dyn FnMut(&Progress<'_>),
    ) -> Outcome {
        let mut config = self.config.clone();
        if self.resume.as_ref().is_some_and(|resume| !resume.merge.is_empty()) {
            // Each part had a budget of its own.
            config.max_executions = u64::MAX;
        }
        let (_one, runner) = self.prepare(&config, scenario, Location::caller());
        let _watchdog = self.watch(&runner, name);
        let mut exploration = Exploration::new(&config, &runner, name, see);
        if let Some(resume) = &self.resume {
            match exploration.write_to(resume) {
                Ok(()) => {}
                Err(problem) => return Outcome::refused(name, problem),
            }
        }
        if config.symmetry
            && let Err(problem) = exploration.swap_threads()
        {
            return Outcome::refused(name, problem);
        }
        exploration.search();
        exploration.conclude()
    }

    /// Runs a scenario once, as a schedule says.
    ///
    /// # Errors
    ///
    /// If the schedule is not one. One that was found in another program gives a refused outcome.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn replay(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        schedule: &str,
    ) -> Result<Outcome, ScheduleError> {
        let mut config = self.config.clone();
        let turns = schedule::read(schedule, &mut config)?;
        let (_one, runner) = self.prepare(&config, scenario, Location::caller());
        let _watchdog = self.watch(&runner, name);
        let (mut outcome, _) = replayed(&runner, name, &config, turns);
        outcome.schedule = Some(schedule.trim().to_owned());
        if let Some(search) = outcome.trace.as_mut().and_then(|trace| trace.verdict.search.as_mut())
        {
            search.schedule.clone_from(&outcome.schedule);
        }
        Ok(outcome)
    }

    /// Runs a scenario twice, as a schedule says. In the second run `explore_stops_here` is called where the first one failed: on the stack of the program's
    /// code, with the failing step before it. A debugger has a breakpoint there.
    ///
    /// # Errors
    ///
    /// As [`replay`](Self::replay).
    ///
    /// # Panics
    ///
    /// As [`replay`](Self::replay).
    #[track_caller]
    pub fn replay_and_stop(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        schedule: &str,
    ) -> Result<Outcome, ScheduleError> {
        let mut config = self.config.clone();
        let turns = schedule::read(schedule, &mut config)?;
        // Whoever stands in a debugger takes their time: nobody watches.
        let (_one, runner) = self.prepare(&config, scenario, Location::caller());
        debugger::count();
        let (outcome, bad) = replayed(&runner, name, &config, turns.clone());
        let Some(bad) = bad else { return Ok(outcome) };
        debugger::stop_at(&bad);
        Ok(replayed(&runner, name, &config, turns).0)
    }

    /// Starts the watchdog, if one is wanted.
    fn watch(&self, runner: &Runner, name: &str) -> Option<watchdog::Guard> {
        let limit = self.config.watchdog?;
        let mut outcome = outcome::new(name, &self.config);
        let watch = runner.with(|machine| std::sync::Arc::clone(&machine.watch));
        Some(watch.start(limit, move |stuck| {
            outcome.status = match stuck.within {
                Some(_) => Status::Refused,
                None => Status::Failed,
            };
            outcome.summary = stuck.to_string();
            driver::give_up(&outcome)
        }))
    }

    fn prepare(
        &self,
        config: &Config,
        scenario: impl Fn() + 'static,
        at: Loc,
    ) -> (std::sync::MutexGuard<'static, ()>, Runner) {
        assert!(
            !crate::machine::context::is_exploring(),
            "a scenario cannot explore another scenario"
        );
        let one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        (one, Runner::new(config.clone(), search(config), Rc::new(scenario), at))
    }
}

/// Runs a scenario once, as these turns say. Returns what came of it, without its schedule, and how it ended badly, if it did.
fn replayed(
    runner: &Runner,
    name: &str,
    config: &Config,
    turns: Vec<Turn>,
) -> (Outcome, Option<Bad>) {
    let guide = Guided::new(turns.clone());
    let misfit = Rc::clone(&guide.misfit);
    runner.with(|machine| machine.search = Box::new(guide));
    let start = Instant::now();
    let mut bad = runner.execute(true);
    if let Some(step) = misfit.get() {
        bad = Some(Bad::Refused(misfits(step)));
    }
    let mut outcome = outcome::new(name, config);
    outcome.executions = 1;
    outcome.elapsed = start.elapsed();
    runner.with(|machine| {
        outcome::add_what_was_met(&mut outcome, config, machine.policies);
        outcome.not_checked.extend(machine.read.not_checked());
        outcome.preemptions = machine.tracer.as_ref().map(|tracer| tracer.preemptions);
        outcome.too_long = u64::from(bad == Some(Bad::TooLong));
        match &bad {
            Some(bad) => tell(&mut outcome, machine, bad),
            None => outcome.summary = "this run ends well".to_owned(),
        }
        outcome.trace = Some(report::trace_of(machine, bad.as_ref(), &outcome));
    });
    if bad.as_ref().is_none_or(|bad| !matches!(bad, Bad::Refused(_))) {
        called::add(runner, &mut outcome, bad.as_ref(), turns);
    }
    (outcome, bad)
}

/// What is said of a schedule of another program.
fn misfits(step: usize) -> String {
    format!("the schedule does not fit this program: its step {step} is not possible here")
}

fn search(config: &Config) -> Box<dyn Search> {
    match (config.strategy, config.preemptions) {
        (Strategy::Optimal, None) => Box::new(Optimal::new(config.fault)),
        (Strategy::Optimal, Some(bound)) => Box::new(Bounded::new(bound)),
        (Strategy::Full, bound) => Box::new(Full::new(bound)),
        (Strategy::Random, _) => at_random(config),
    }
}

/// Writes down what went wrong.
fn tell(outcome: &mut Outcome, machine: &Machine, bad: &Bad) {
    outcome.status = match bad {
        Bad::Refused(_) => Status::Refused,
        Bad::TooLong | Bad::CutOff => Status::NotProved,
        _ => {
            // A failure is one, whatever else was not looked at.
            outcome.not_checked.clear();
            Status::Failed
        }
    };
    outcome.summary = report::summary(machine, bad);
}
