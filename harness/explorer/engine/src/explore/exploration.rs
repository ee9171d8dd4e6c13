//! An exploration under way: the exhaustive search, the random one after it, and when it must begin again.

use std::time::{Duration, Instant};

use super::journal::Journal;
use super::minimise::{self, Found};
use super::outcome::{self, Outcome, Printed, Status};
use super::runner::Runner;
use super::shards::Sharding;
use super::{Progress, multiplied, report, swapped};
use crate::config::{Config, Strategy};
use crate::machine::{Bad, plain};
use crate::search::guided::Guided;
use crate::search::random::at_random;
use crate::search::{Choice, Next, Search};
use protocol::schedule;

/// So many random executions are made if none of them comes to an end either.
pub(super) const HOPELESS: u64 = 20;

/// An exploration under way.
pub(super) struct Exploration<'a> {
    pub(super) config: &'a Config,
    pub(super) runner: &'a Runner,
    pub(super) outcome: Outcome,
    pub(super) see: &'a mut dyn FnMut(&Progress<'_>),
    pub(super) found: Option<Found>,
    /// The first execution of the exhaustive search that was too long.
    pub(super) long: Option<Found>,
    /// The search is confined to runs that begin in a given way, so it cannot begin again.
    pub(super) confined: bool,
    /// It would have had to.
    pub(super) noticed: bool,
    /// It is a piece of another, and ends when it would have to.
    pub(super) piece: bool,
    /// What is said of a program that ran on in another process, and was ended with it.
    pub(super) stuck: Option<String>,
    pub(super) journal: Option<Journal>,
    pub(super) sharding: Sharding,
    pub(super) start: Instant,
}

/// After so many executions the exhaustive search pauses, for [`SAMPLE`] random ones.
pub(super) const FIRST: u64 = 500;
/// See [`FIRST`].
pub(super) const SAMPLE: u64 = 300;

/// Why a search stopped.
pub(super) enum Stopped {
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
    pub(super) fn new(
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
    pub(super) fn search(&mut self) {
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
    pub(super) fn sample(&mut self) -> bool {
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

    pub(super) fn run(&mut self, executions: u64, time: Duration) -> Stopped {
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
    pub(super) fn too_long(&mut self) -> Stopped {
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
    pub(super) fn with_more(&mut self) -> bool {
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
    pub(super) fn sees_streams(&self) -> bool {
        self.runner.with(|machine| machine.policies.streams && !machine.config.streams)
    }

    /// Whether a loop waits in a way of which it is not known that its rounds can be left out.
    pub(super) fn doubts(&self) -> bool {
        self.runner.with(|machine| machine.policies.doubts && !machine.config.every_round)
    }

    /// Begins anew, with what was noticed of the locks of standard streams, and if so with the operations of `Arc`'s counters as steps.
    pub(super) fn begin_with(&mut self, counters: bool) {
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
    pub(super) fn begin_again(&mut self) -> bool {
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
    pub(super) fn again(&self, bad: Bad) -> Option<Found> {
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
    pub(super) fn instead(&self, choices: Vec<Choice>) -> Option<Found> {
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
    pub(super) fn look(&mut self, incomplete: bool, random: bool, deadline: Instant) -> Next {
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
}
