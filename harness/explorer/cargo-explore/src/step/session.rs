//! Where the run stands, and what each command does.

use super::Stepped;
use super::meaning;
use super::standing::{Next, Standing};
use super::words::Words;
use crate::drive::Search;
use crate::{Progress, report};
use anyhow::bail;
use protocol::schedule::{self, Turn};
use protocol::{Config, Position, Status};
use trace::{Failure, Location, ThreadId, Told, Trace};

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// This thread takes the next step, in this way of those that it has, counted from 1.
    Go(usize, Option<usize>),
    /// Whoever went last goes on, or the first that can.
    GoOn,
    /// This thread goes on to its next step in code of one's own; without it whoever went last.
    Own(Option<usize>),
    /// One step back.
    Back,
    /// To a failure, if there is one.
    Find,
    /// What the next step of a thread means, or why it has none.
    Explain(Option<usize>),
    /// The whole run so far.
    Run,
    /// Nothing more.
    Quit,
}

/// So many steps within crates of others are taken at once.
const MANY: usize = 200;

/// What was last said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub lines: Vec<String>,
}

/// A run under somebody's hands.
pub(super) struct Session<'a> {
    stepped: Stepped<'a>,
    pub words: &'static Words,
    config: Config,
    turns: Vec<Turn>,
    position: Position,
    pub told: Told,
    pub threads: Vec<Standing>,
    /// Of this thread it is asked which of its ways it takes.
    pub asking: Option<usize>,
    pub said: Said,
}

impl<'a> Session<'a> {
    /// At the beginning of the program, or after the schedule that is given.
    pub fn begin(stepped: Stepped<'a>) -> anyhow::Result<Session<'a>> {
        let mut session = Session {
            stepped,
            words: Words::of(stepped.language),
            config: stepped.search.config.clone(),
            turns: Vec::new(),
            position: Position::default(),
            told: Told::default(),
            threads: Vec::new(),
            asking: None,
            said: Said::default(),
        };
        session.look(stepped.search.schedule.as_deref())?;
        if let ([], [way]) = (session.turns.as_slice(), session.position.ways.as_slice()) {
            // Nobody else is there yet.
            session.turns.push((way.thread.0 as u8, way.alternative));
            session.go()?;
        }
        Ok(session)
    }

    /// Whether nothing comes any more.
    pub fn is_over(&self) -> bool {
        self.position.over
    }

    /// How many steps were taken, by the numbers that the run has them under.
    pub fn steps(&self) -> usize {
        self.told.steps.last().map_or(0, |step| step.number)
    }

    /// How many turns were taken: also those in which nothing happens that has a number.
    pub fn turns(&self) -> usize {
        self.turns.len()
    }

    /// What the run came to, if it is over.
    pub fn verdict(&self) -> Vec<String> {
        match self.has_failed() {
            true => [vec![self.told.headline.clone()], self.told.sentences.clone()].concat(),
            false => vec![self.words.ends_well.to_owned()],
        }
    }

    pub fn has_failed(&self) -> bool {
        self.position.outcome.status == Status::Failed
    }

    /// The schedule of the run, and after how many steps it was left, if it was not over.
    pub fn end(self) -> (String, Option<usize>) {
        let left = (!self.position.over).then_some(self.steps());
        (schedule::write(&self.config, &self.turns), left)
    }

    /// Who goes on if nobody says anything else: who went last, or the first that can.
    pub fn usual(&self) -> Option<usize> {
        let able = |number: usize| self.threads.get(number).is_some_and(|one| !one.ways.is_empty());
        let last = self.turns.last().map(|turn| usize::from(turn.0));
        last.filter(|&last| able(last)).or_else(|| (0..self.threads.len()).find(|&one| able(one)))
    }

    /// Does what a command says. `false` after the last one.
    pub fn obey(
        &mut self,
        command: Command,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> anyhow::Result<bool> {
        self.said.lines.clear();
        let asked = self.asking.take();
        match command {
            Command::Quit => return Ok(false),
            Command::Back if asked.is_some() => {}
            Command::Back if self.turns.len() <= 1 => self.say(self.words.at_the_beginning),
            Command::Back => {
                self.turns.pop();
                self.go()?;
            }
            Command::GoOn => match self.usual() {
                Some(thread) => self.take(thread, None)?,
                None => self.say(self.words.nobody_can),
            },
            Command::Go(thread, way) => self.take(thread, way)?,
            Command::Own(thread) => match thread.or(asked).or(self.usual()) {
                Some(thread) => self.reach_own_code(thread)?,
                None => self.say(self.words.nobody_can),
            },
            Command::Find => self.find(progress)?,
            Command::Explain(thread) => {
                self.explain(thread.or(asked).or(self.usual()));
                // Who asks what the ways mean has not chosen one yet.
                self.asking = asked;
            }
            Command::Run => self.said.lines = self.run(),
        }
        Ok(true)
    }

    /// The steps so far, a line each.
    pub fn run(&self) -> Vec<String> {
        let name = |id: ThreadId| self.told.threads.get(id.0 as usize).cloned();
        let step = |step: &trace::ToldStep| {
            format!("{:>4} {} {}", step.number, name(step.thread).unwrap_or_default(), step.words)
        };
        self.told.steps.iter().map(step).collect()
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.said.lines.push(text.into());
    }

    fn take(&mut self, number: usize, way: Option<usize>) -> anyhow::Result<()> {
        if self.position.over {
            self.say(self.words.is_over);
            return Ok(());
        }
        let Some(thread) = self.threads.get(number) else {
            self.say((self.words.no_such_thread)(number));
            return Ok(());
        };
        let next = match (way, thread.ways.as_slice()) {
            (_, []) => {
                let text = (self.words.cannot)(&thread.name, &thread.words);
                self.say(text);
                return Ok(());
            }
            (None, [one]) => one,
            (None, _) => {
                self.asking = Some(number);
                return Ok(());
            }
            (Some(way), ways) => match way.checked_sub(1).and_then(|way| ways.get(way)) {
                Some(next) => next,
                None => {
                    self.asking = Some(number);
                    self.say((self.words.no_such_way)(ways.len()));
                    return Ok(());
                }
            },
        };
        self.turns.push(next.turn);
        let (begins, before) = (format!("{} {}", thread.name, next.words), self.steps());
        self.go()?;
        if self.steps() == before && !self.position.over {
            // Nothing of it is in the run.
            self.say((self.words.no_number)(&begins));
        }
        Ok(())
    }

    /// A thread takes its steps within crates of others, up to where it has to be asked which way it takes, or cannot go on.
    fn reach_own_code(&mut self, number: usize) -> anyhow::Result<()> {
        for _ in 0..MANY {
            let turns = self.turns();
            self.said.lines.clear();
            self.take(number, None)?;
            let next = self.threads.get(number).map_or(&[][..], |thread| &thread.ways);
            if self.turns() == turns || self.is_over() || !next.iter().any(|way| way.within) {
                break;
            }
        }
        Ok(())
    }

    fn go(&mut self) -> anyhow::Result<()> {
        let schedule = schedule::write(&self.config, &self.turns);
        self.look(Some(&schedule))
    }

    /// Searches from here for a run that fails.
    fn find(&mut self, progress: &(dyn Fn(Progress<'_>) + Sync)) -> anyhow::Result<()> {
        if self.position.over {
            self.say(self.words.is_over);
            return Ok(());
        }
        let from = schedule::write(&self.config, &self.turns);
        let search = Search { from: Some(from), schedule: None, ..self.stepped.search.clone() };
        let mut found = None;
        let names = [self.stepped.name.to_owned()];
        self.stepped.driver.explore(&names, &search, progress, &mut |outcome| {
            found = Some(outcome);
        })?;
        let Some(outcome) = found else { return Ok(()) };
        match (&outcome.schedule, outcome.status) {
            (Some(schedule), Status::Failed) => {
                let steps = self.steps();
                self.look(Some(schedule))?;
                self.say((self.words.found)(&outcome, self.steps().saturating_sub(steps)));
            }
            _ => self.say((self.words.not_found)(&outcome)),
        }
        Ok(())
    }

    fn explain(&mut self, number: Option<usize>) {
        let Some(thread) = number.and_then(|number| self.threads.get(number)) else {
            self.say(if self.position.over { self.words.is_over } else { self.words.nobody_can });
            return;
        };
        self.said.lines = meaning::of(thread, self.words, &self.threads);
    }

    /// Looks where the run stands after a schedule.
    fn look(&mut self, schedule: Option<&str>) -> anyhow::Result<()> {
        let Stepped { driver, name, search, .. } = self.stepped;
        let position = driver.position(name, search, schedule)?;
        if position.outcome.status == Status::Refused {
            bail!("{name} cannot be explored: {}", position.outcome.summary);
        }
        let reached = position.outcome.schedule.clone().unwrap_or_default();
        self.turns = schedule::read(&reached, &mut self.config)?;
        self.position = position;
        self.tell();
        Ok(())
    }

    /// Puts the position into words.
    fn tell(&mut self) {
        let Stepped { root, language, .. } = self.stepped;
        let mut run = self.position.outcome.run_or_verdict();
        if !self.position.over {
            // So the run says where each thread stands.
            let waits = self.position.stands.clone();
            run.verdict.outcome = trace::Outcome::Failed { failure: Failure::Deadlock { waits } };
        }
        let run = report::quoted(&run, root);
        self.told = run.told(language);
        for told in &mut self.told.steps {
            if let Some(step) = run.steps.get(told.index) {
                (told.words, told.at) = own(step, &told.words);
            }
        }
        let quote = |run: &Trace, at: Option<&Location>| {
            // The call of `main` is the explorer's own.
            let at = at.filter(|at| !at.file.contains("explorer/engine/src/"))?;
            Some((at.clone(), run.source(at).unwrap_or_default().to_owned()))
        };
        let mut threads: Vec<Standing> = Vec::new();
        for (number, name) in self.told.threads.iter().enumerate() {
            let stands = self.told.stands.iter().find(|one| one.thread.0 as usize == number);
            let wait = self.position.stands.iter().find(|one| one.thread.0 as usize == number);
            threads.push(Standing {
                number,
                name: name.clone(),
                at: stands.and_then(|stands| quote(&run, stands.at.as_ref())),
                words: stands.map(|stands| stands.words.clone()).unwrap_or_default(),
                waits_for: wait.and_then(|wait| wait.waits_for.clone()),
                ways: Vec::new(),
            });
        }
        for way in &self.position.ways {
            let after = report::quoted(&way.after, root);
            let told = after.told(language);
            let new = |step: &&trace::ToldStep| {
                step.index >= run.steps.len() && step.thread == way.thread && !step.blocked
            };
            let step = told.steps.iter().find(new).filter(|_| way.untold.is_none());
            let step_of = |step: &trace::ToldStep| after.steps.get(step.index);
            let within = step.and_then(step_of).is_none_or(|step| step.called_at.is_some());
            let operation = step.and_then(step_of).map(|step| &step.operation);
            let (words, at) = match (step, way.untold) {
                (Some(step), _) => step_of(step)
                    .map_or((step.words.clone(), None), |taken| own(taken, &step.words)),
                (None, untold) => ((self.words.untold)(untold).to_owned(), None),
            };
            let at = quote(&after, at.as_ref());
            if let Some(thread) = threads.get_mut(way.thread.0 as usize) {
                let turn = (way.thread.0 as u8, way.alternative);
                let meaning = meaning::of_step(operation, way.untold, self.words);
                thread.ways.push(Next { turn, words, at, meaning, within });
            }
        }
        self.threads = threads;
    }
}

/// A step in words, and its line. What a crate of others does is best understood where it is asked for.
fn own(step: &trace::Step, words: &str) -> (String, Option<Location>) {
    let within = step.at.as_ref().and_then(|at| at.file.split('/').next());
    match (&step.called_at, within) {
        (Some(called_at), Some(within)) => (format!("{words} ({within})"), Some(called_at.clone())),
        _ => (words.to_owned(), step.at.clone()),
    }
}
