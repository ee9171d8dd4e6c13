//! Explorations: many executions of one scenario, and what came of them.

pub mod addresses;
mod called;
pub mod driver;
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
use std::time::{Duration, Instant};

use crate::config::{Config, Strategy};
use crate::machine::op::Loc;
use crate::machine::{Bad, Machine, debugger, plain, watchdog};
use crate::search::bounded::Bounded;
use crate::search::full::Full;
use crate::search::guided::{Guided, Turn};
use crate::search::optimal::Optimal;
use crate::search::random::at_random;
use crate::search::{Choice, Next, Search};
use journal::Journal;
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

/// So many random executions are made if none of them comes to an end either.
const HOPELESS: u64 = 20;

/// An exploration under way.
struct Exploration<'a> {
    config: &'a Config,
    runner: &'a Runner,
    outcome: Outcome,
    see: &'a mut dyn FnMut(&Progress<'_>),
    found: Option<Found>,
    /// The first execution of the exhaustive search that was too long.
    long: Option<Found>,
    /// The search is confined to runs that begin in a given way, so it cannot begin again.
    confined: bool,
    /// It would have had to.
    noticed: bool,
    /// It is a piece of another, and ends when it would have to.
    piece: bool,
    /// What is said of a program that ran on in another process, and was ended with it.
    stuck: Option<String>,
    journal: Option<Journal>,
    sharding: Sharding,
    start: Instant,
}

/// After so many executions the exhaustive search pauses, for [`SAMPLE`] random ones.
const FIRST: u64 = 500;
/// See [`FIRST`].
const SAMPLE: u64 = 300;

/// Why a search stopped.
enum Stopped {
    Exhausted,
    Failed,
    /// By an execution with more steps than it may have. What comes after them cannot be covered, nor the executions that
    /// differ from it there, of which there are too many.
    TooLong,
    OutOfBudget,
    /// What a piece has seen means that all must begin again.
    Noticed,
    /// Somebody to whom a piece was given has died.
    Died,
}

impl<'a> Exploration<'a> {
    fn new(
        config: &'a Config,
        runner: &'a Runner,
        name: &str,
        see: &'a mut dyn FnMut(&Progress<'_>),
    ) -> Self {
        let outcome = outcome::new(name, config);
        let (found, long, stuck, start) = (None, None, None, Instant::now());
        let (confined, noticed, piece) = (false, false, false);
        let (journal, sharding) = (None, Sharding { part: 0, parts: config.parts });
        Self {
            config,
            runner,
            outcome,
            see,
            found,
            long,
            confined,
            noticed,
            piece,
            stuck,
            journal,
            sharding,
            start,
        }
    }

    /// The exhaustive search, and the random one after it.
    fn search(&mut self) {
        if self.sharding.parts > 0 {
            return self.search_in_parts();
        }
        let config = self.config;
        // What is shared is shared after so many.
        let alone = self.alone().unwrap_or(u64::MAX).min(config.max_executions);
        let first = alone.min(FIRST);
        let mut stopped = self.run(first, config.max_time);
        if first < config.max_executions
            && matches!(stopped, Stopped::OutOfBudget)
            && self.outcome.executions == first
        {
            if self.sample() {
                return;
            }
            if first < alone {
                stopped = self.run(alone, config.max_time);
            }
            while matches!(stopped, Stopped::OutOfBudget)
                && (alone..config.max_executions).contains(&self.outcome.executions)
                && self.start.elapsed() < config.max_time
            {
                stopped = match self.share() {
                    Some(stopped) => stopped,
                    None => self.run(alone, config.max_time),
                };
                if self.outcome.processes > 0 {
                    break;
                }
            }
        }
        let tried = match stopped {
            Stopped::Failed => return,
            Stopped::Exhausted if self.found.is_some() => return,
            Stopped::Exhausted if self.outcome.too_long > 0 => {
                format!("no end within {} steps in some executions", config.max_steps)
            }
            Stopped::TooLong => format!("no end within {} steps", config.max_steps),
            Stopped::Exhausted => match config.preemptions {
                None if config.strategy != Strategy::Random => {
                    self.outcome.status = Status::Proved;
                    return;
                }
                None => "random executions never cover everything".to_owned(),
                Some(bound) => {
                    format!(
                        "the search for runs with at most {bound} preemptions has ended, which proves nothing"
                    )
                }
            },
            Stopped::OutOfBudget => "the search did not end within its budget".to_owned(),
            Stopped::Died => {
                "two processes that shared the search died at the same piece of it; were they killed, or is there too little memory?".to_owned()
            }
            Stopped::Noticed => "the program does something that std leaves open".to_owned(),
        };
        if matches!(stopped, Stopped::OutOfBudget) && self.outcome.processes == 0 {
            (self.outcome.covered, self.outcome.estimate) =
                self.runner.with(|machine| (machine.search.covered(), machine.search.estimate()));
        }
        self.outcome.summary = tried;
        if config.random_executions > 0
            && config.preemptions.is_none()
            && config.strategy == Strategy::Optimal
        {
            self.name_threads_again();
            self.runner.with(|machine| machine.search = at_random(config));
            let before = self.outcome.executions;
            self.run(before + config.random_executions, self.start.elapsed() + config.random_time);
            self.outcome.random = self.outcome.executions - before;
            if self.found.is_none() {
                self.outcome.summary +=
                    &format!("; of the executions, {} were random", self.outcome.random);
                if self.long.is_none() && self.outcome.too_long > 0 {
                    self.outcome.summary += &format!(
                        ", and {} of those were stopped after {} steps",
                        self.outcome.too_long, config.max_steps
                    );
                }
            }
        }
        if matches!(stopped, Stopped::OutOfBudget) && self.found.is_none() {
            // One execution more, for its story.
            self.runner.with(|machine| machine.search = Box::new(Guided::new(Vec::new())));
            self.runner.execute(true);
            if let Some(what) = self.runner.with(|machine| multiplied::by(machine)) {
                self.outcome.summary += &format!("; {what}");
            }
        }
    }

    /// A few random executions in the midst of the exhaustive search: it goes through the runs that are alike one after the other, and a failure that
    /// every hundredth run shows may be the last that it comes to. Whether there was one; if not, they are not counted.
    fn sample(&mut self) -> bool {
        let config = self.config;
        let usual = config.strategy == Strategy::Optimal && config.preemptions.is_none();
        if !usual || config.keep_going || config.outputs || config.random_executions == 0 {
            return false;
        }
        let random = at_random(config);
        let search = self.runner.with(|machine| std::mem::replace(&mut machine.search, random));
        let swaps = self.swap(false);
        let before = self.outcome.clone();
        self.outcome.summary = "at random".to_owned();
        self.run(before.executions + SAMPLE, config.max_time);
        if self.found.is_some() {
            self.outcome.random = self.outcome.executions - before.executions;
            return true;
        }
        self.swap(swaps);
        self.outcome = before;
        self.runner.with(|machine| machine.search = search);
        false
    }

    fn run(&mut self, executions: u64, time: Duration) -> Stopped {
        let deadline = self.start + time;
        let mut steps = 0;
        let exhaustive = self.outcome.summary.is_empty();
        let (before, long_before) = (self.outcome.executions, self.outcome.too_long);
        loop {
            let bad = self.runner.execute(
                self.config.outputs || self.runner.with(|machine| machine.search.forgets()),
            );
            if self.with_more() {
                continue;
            }
            self.outcome.executions += 1;
            let too_long = bad == Some(Bad::TooLong);
            if self.tells_apart(bad.as_ref()) {
                continue;
            }
            if too_long {
                self.outcome.too_long += 1;
                if exhaustive && !self.config.keep_going {
                    return self.too_long();
                }
            }
            let bad = bad.filter(|bad| !matches!(bad, Bad::TooLong | Bad::CutOff));
            let left_behind = self.runner.with(|machine| machine.left_behind());
            let failed = bad.is_some() || left_behind.is_some();
            if exhaustive && (self.config.keep_going || !failed) && self.begin_again() {
                continue;
            }
            if self.piece && self.noticed {
                return Stopped::Noticed;
            }
            self.outcome.failures += u64::from(failed);
            if self.found.is_none() {
                self.found = match (bad, left_behind) {
                    (Some(bad), _) => self.again(bad),
                    (None, Some(choices)) => self.instead(choices),
                    (None, None) => None,
                };
            }
            let next = self.look(failed || too_long, !exhaustive, deadline);
            if failed && !self.config.keep_going {
                return Stopped::Failed;
            }
            match next {
                Next::Another => {}
                Next::Exhausted => return Stopped::Exhausted,
                Next::OutOfTime => return Stopped::OutOfBudget,
            }
            // The clock is not looked at every time: that costs as much as a short execution.
            steps += 16 + self.runner.with(|machine| machine.steps);
            let late = steps >= 2048 && {
                steps = 0;
                Instant::now() >= deadline
            };
            let made = self.outcome.executions - before;
            let hopeless =
                made == HOPELESS && self.outcome.too_long - long_before == made && !exhaustive;
            if self.outcome.executions >= executions || late || hopeless {
                return Stopped::OutOfBudget;
            }
        }
    }

    /// Keeps the execution that has just been stopped.
    fn too_long(&mut self) -> Stopped {
        match self.again(Bad::TooLong) {
            Some(long) if long.bad == Bad::TooLong => {
                self.long = Some(long);
                Stopped::TooLong
            }
            refused => {
                self.found = refused;
                Stopped::Failed
            }
        }
    }

    /// Somebody has looked at a counter of an `Arc`, or could have: begins the search anew, with their operations as steps. Likewise with the locks of standard
    /// streams.
    fn with_more(&mut self) -> bool {
        // Whatever came of this execution: what it took for unordered may be ordered by a counter, or by such a lock.
        let counters = plain::looked();
        if !counters && !self.sees_streams() && !self.doubts() {
            return false;
        }
        if self.confined {
            self.noticed = true;
            return false;
        }
        self.begin_with(counters);
        true
    }

    /// Whether the program could notice that the locks of standard streams keep nobody out.
    fn sees_streams(&self) -> bool {
        self.runner.with(|machine| machine.policies.streams && !machine.config.streams)
    }

    /// Whether a loop waits in a way of which it is not known that its rounds can be left out.
    fn doubts(&self) -> bool {
        self.runner.with(|machine| machine.policies.doubts && !machine.config.every_round)
    }

    /// Begins anew, with what was noticed of the locks of standard streams, and if so with the operations of `Arc`'s counters as steps.
    fn begin_with(&mut self, counters: bool) {
        let (streams, doubts) = (self.sees_streams(), self.doubts());
        self.runner.with(|machine| {
            machine.config.counters |= counters;
            machine.config.streams |= streams;
            machine.config.every_round |= doubts;
            swapped::search_anew(machine);
        });
        self.outcome.executions = 0;
    }

    /// If the program turns out to notice what was not explored so far: explores it from the start.
    fn begin_again(&mut self) -> bool {
        let noticed = self.runner.with(|machine| {
            let config = &mut machine.config;
            let met = &machine.policies;
            let found = [met.queues(), met.readers(), met.tokens(), met.results, met.sees_poison()];
            let explored =
                [config.queues, config.readers, config.tokens, config.results, config.poisons];
            // Where time-outs fire at any moment, they fire before a sleep ends as well.
            let all_fire = config.eager_timeouts && !config.only_naps;
            let sleeps = if all_fire { 0 } else { met.long_sleeps() };
            if found == explored && sleeps == config.long_sleeps {
                return false;
            }
            if self.confined {
                let more = found.iter().zip(explored).any(|(found, explored)| *found && !explored);
                let known = config.long_sleeps;
                let shorter = sleeps != 0 && (known == 0 || sleeps < known);
                self.noticed |= more || shorter;
                return false;
            }
            config.long_sleeps = sleeps;
            [config.queues, config.readers, config.tokens, config.results, config.poisons] = found;
            swapped::search_anew(machine);
            true
        });
        if !noticed {
            return false;
        }
        let Outcome { name, bounds, not_checked, symmetry, .. } = std::mem::take(&mut self.outcome);
        self.outcome = Outcome { name, bounds, not_checked, symmetry, ..Outcome::default() };
        self.found = None;
        true
    }

    /// Runs the execution again that has just failed, for its schedule, unless that was kept.
    fn again(&self, bad: Bad) -> Option<Found> {
        let found = |bad| self.runner.with(|machine| Found::of(machine, bad));
        if matches!(bad, Bad::Refused(_)) || self.runner.with(|machine| machine.tracer.is_some()) {
            return Some(found(bad));
        }
        match self.runner.execute(true) {
            Some(bad) => Some(found(bad)),
            None => Some(found(Bad::Refused(
                "it is not deterministic: an execution that failed did not fail again with the same choices".to_owned(),
            ))),
        }
    }

    /// Runs an equivalent of the execution that has just ended, and that one again.
    fn instead(&self, choices: Vec<Choice>) -> Option<Found> {
        let guide: Box<dyn Search> = Box::new(Guided::exact(choices));
        let swaps = self.swap(false);
        let search = self.runner.with(|machine| std::mem::replace(&mut machine.search, guide));
        let found = minimise::run(self.runner);
        self.runner.with(|machine| machine.search = search);
        self.swap(swaps);
        self.runner.execute(false);
        found
    }

    /// Looks at the execution that has just ended. Says whether there is another.
    fn look(&mut self, incomplete: bool, random: bool, deadline: Instant) -> Next {
        let (outcome, config) = (&mut self.outcome, self.config);
        let see = &mut self.see;
        self.runner.with(|machine| {
            let class = config.classes.then(|| machine.search.class()).flatten();
            let next = machine.finish(deadline);
            let cut_off = machine.failure == Some(Bad::CutOff);
            let redundant = machine.search.redundant() || cut_off;
            outcome.redundant += u64::from(redundant);
            let stdout: String = machine
                .output
                .iter()
                .filter(|(_, stream, _)| *stream == trace::Stream::Stdout)
                .map(|(_, _, text)| text.as_str())
                .collect();
            if config.outputs && !incomplete {
                match outcome.outputs.iter_mut().find(|printed| printed.stdout == stdout) {
                    Some(printed) => printed.executions += 1,
                    None => {
                        let schedule =
                            schedule::write(&machine.config, &machine.schedule[..machine.telling]);
                        outcome.outputs.push(Printed {
                            stdout: stdout.clone(),
                            schedule,
                            executions: 1,
                        });
                    }
                }
            }
            let reckoned = outcome.executions.is_multiple_of(256) && !random;
            let failure = machine.failure.as_ref().filter(|_| !cut_off);
            let failure = failure.map(|bad| report::summary(machine, bad));
            see(&Progress {
                executions: outcome.executions,
                steps: machine.steps,
                random,
                covered: reckoned.then(|| machine.search.covered()).flatten(),
                estimate: reckoned.then(|| machine.search.estimate()).flatten(),
                redundant,
                failure: failure.as_deref(),
                stdout: &stdout,
                class,
            });
            next
        })
    }

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
    fn conclude(mut self) -> Outcome {
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
