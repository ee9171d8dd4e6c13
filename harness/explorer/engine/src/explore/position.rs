//! Where a run stands after a schedule, and every way in which it can go on; and what can still come of it.
//!
//! To see where a run stands, it is made again from its beginning, and stopped there. To see what a way would do, one execution more is made, with
//! that step as its last. So what is said of a step before it is taken is what is told of it afterwards.

use std::panic::Location;
use std::rc::Rc;

use super::runner::Scenario;
use super::{Exploration, Explorer, Outcome, Progress, ScheduleError, Status, replayed};
use crate::config::Config;
use crate::machine::choices::{BEHIND, LONG};
use crate::machine::op::{Loc, Op};
use crate::machine::{Bad, Machine};
use crate::search::guided::Turn;
use crate::search::optimal::Optimal;
use crate::search::{Choice, QUIESCENT_ALT};
use protocol::{Position, Untold, Way, schedule};
use trace::ThreadId;

/// So many executions are made to see what the program does that std leaves open.
const ACQUAINTANCE: u64 = 300;

impl Explorer {
    /// Where a run stands after a schedule, and every way to go on. Without a schedule: at the beginning of the program, after a few executions that
    /// show which choices it leaves open; the schedule in the answer names them.
    ///
    /// # Errors
    ///
    /// If the schedule is not one. One that was found in another program gives a refused outcome.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn position(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        schedule: Option<&str>,
    ) -> Result<Position, ScheduleError> {
        let at = Location::caller();
        let scenario: Scenario = Rc::new(scenario);
        let mut config = self.config.clone();
        let turns = match schedule {
            Some(schedule) => schedule::read(schedule, &mut config)?,
            None => {
                config = self.acquainted(name, Rc::clone(&scenario), at);
                Vec::new()
            }
        };
        let seen = |turns: Vec<Turn>| {
            let config = Config { max_steps: turns.len() as u32, ..config.clone() }.within_limits();
            let body = Rc::clone(&scenario);
            let (one, runner) = self.prepare(&config, move || body(), at);
            let _watchdog = self.watch(&runner, name);
            let (mut outcome, bad) = replayed(&runner, name, &config, turns);
            let stopped = bad == Some(Bad::TooLong);
            if stopped {
                outcome.summary.clear();
                outcome.too_long = 0;
                if let Some(trace) = &mut outcome.trace {
                    trace.verdict.outcome = trace::Outcome::Ended;
                }
            }
            runner.with(|machine| {
                outcome.schedule = Some(schedule::write(&config, &machine.schedule));
            });
            (outcome, stopped, runner, one)
        };
        let (outcome, goes_on, runner, one) = seen(turns.clone());
        let mut position =
            Position { over: !goes_on, outcome, stands: Vec::new(), ways: Vec::new() };
        if position.over || position.outcome.status == Status::Refused {
            position.over = true;
            return Ok(position);
        }
        let (stands, offered) = runner.with(|machine| (machine.standing(), offered(machine)));
        position.stands = stands;
        // Each execution is made by a machine of its own, one after the other.
        drop((runner, one));
        for (turn, quiet, untold) in offered {
            let (outcome, ..) = seen([&turns[..], &[turn]].concat());
            let thread = ThreadId(turn.0.into());
            let after = outcome.run_or_verdict();
            position.ways.push(Way { thread, alternative: turn.1, quiet, after, untold });
        }
        Ok(position)
    }

    /// Searches the runs that begin as a schedule says. "Proved" means that none of them fails.
    ///
    /// # Errors
    ///
    /// If the schedule is not one. One that was found in another program gives a refused outcome.
    ///
    /// # Panics
    ///
    /// If it is called inside a scenario.
    #[track_caller]
    pub fn run_from(
        &self,
        name: &str,
        scenario: impl Fn() + 'static,
        schedule: &str,
        see: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Outcome, ScheduleError> {
        // A run with fewer preemptions begins in another way.
        let mut config = Config { minimise: false, random_executions: 0, ..self.config.clone() };
        config.outputs = false;
        config.preemptions = None;
        let turns = schedule::read(schedule, &mut config)?;
        let (_one, runner) = self.prepare(&config, scenario, Location::caller());
        let search = Optimal::below(turns);
        let misfit = Rc::clone(&search.misfit);
        runner.with(|machine| machine.search = Box::new(search));
        let _watchdog = self.watch(&runner, name);
        let mut exploration = Exploration::new(&config, &runner, name, see);
        exploration.confined = true;
        exploration.search();
        if let Some(step) = misfit.get() {
            return Ok(Outcome::refused(name, super::misfits(step)));
        }
        let noticed = exploration.noticed;
        let mut outcome = exploration.conclude();
        if noticed && outcome.status == Status::Proved {
            outcome.status = Status::NotProved;
            outcome.summary = "the program does something here that std leaves open, and the way to here was chosen without it".to_owned();
        }
        if outcome.status == Status::Failed {
            // With every turn, for who looks at the steps of this run one by one.
            runner.with(|machine| {
                outcome.schedule = Some(schedule::write(&config, &machine.schedule));
            });
        }
        Ok(outcome)
    }

    /// The bounds, with what a few executions show that the program can notice.
    fn acquainted(&self, name: &str, scenario: Scenario, at: Loc) -> Config {
        let max_executions = ACQUAINTANCE.min(self.config.max_executions);
        let config = Config {
            max_executions,
            random_executions: 0,
            minimise: false,
            keep_going: true,
            preemptions: None,
            ..self.config.clone()
        };
        let (_one, runner) = self.prepare(&config, move || scenario(), at);
        let _watchdog = self.watch(&runner, name);
        Exploration::new(&config, &runner, name, &mut |_| {}).search();
        let found = runner.with(|machine| machine.config.clone());
        let Config { queues, readers, tokens, left, long_sleeps, past, .. } = found;
        let Config { results, poisons, streams, counters, every_round, .. } = found;
        Config {
            queues,
            readers,
            tokens,
            left,
            long_sleeps,
            past,
            results,
            poisons,
            streams,
            counters,
            every_round,
            ..self.config.clone()
        }
    }
}

/// Every way to go on from where the machine was stopped: as a turn, whether it is a time-out that fires because nothing else can happen, and what
/// it is if the story does not say.
fn offered(machine: &Machine) -> Vec<(Turn, bool, Option<Untold>)> {
    let (choices, quiet) = machine.offered();
    let turn = |choice: &Choice| {
        let of_thread = choices.iter().filter(|other| other.thread == choice.thread);
        let alternative = of_thread.take_while(|other| *other != choice).count();
        (choice.thread, alternative as u16)
    };
    choices
        .iter()
        .map(|choice| {
            let fires = quiet && choice.alt == QUIESCENT_ALT;
            (turn(choice), fires, untold(machine, choice))
        })
        .collect()
}

/// What a step is that the story leaves out.
fn untold(machine: &Machine, choice: &Choice) -> Option<Untold> {
    Some(match machine.threads[usize::from(choice.thread)].pending {
        Op::Start => Untold::Begins,
        Op::Return => Untold::Returns,
        Op::Queue(_) | Op::QueueRead(_) | Op::RestIn { .. } | Op::RestScope(_) => Untold::Asks,
        Op::Sleep(_) if choice.alt == LONG => Untold::Asks,
        Op::Read(_) if choice.alt == BEHIND => Untold::KeptOut,
        Op::Pass { .. } | Op::SendTaken { .. } | Op::Await(_) => Untold::GoesOn,
        Op::Print(_) | Op::LockStream(_) | Op::UnlockStream(_) => Untold::Prints,
        Op::Input => Untold::Reads,
        Op::DropSender(_) | Op::LetGo(_) => Untold::GivesBack,
        _ => return None,
    })
}
