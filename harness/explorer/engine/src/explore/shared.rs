//! A search that several processes share.
//!
//! Each gets a piece at a time: it is a copy of this process, searches its piece, and says what came of it. A piece that is long comes back unfinished, and
//! is divided.
//!
//! What comes of a piece is heard in the order in which pieces are given out, and a piece is given out as soon as there is one and fewer than [`WINDOW`] are not heard
//! of. So which piece is the next follows from what came of those before, as if one process did one after the other: however many work on them and whoever is first,
//! the pieces are the same, and so is what comes of each, and of all. Who is first only decides who waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::journal::{Journal, Key};
use super::minimise::Found;
use super::worker::{self, Worker};
use super::{Exploration, Progress, Resume, Stopped};
use crate::config::{Fault, Strategy};
use crate::search::optimal::Optimal;
use crate::search::optimal::board::{At, Board};
use crate::search::optimal::pieces::Piece;

mod piece;
mod report;

use report::{How, Report};

/// So many executions are made before a search is shared. Most are at their end by then.
const ALONE: u64 = 2000;
/// A piece is stopped after so many executions, doubled each time that it is what another was divided into.
const LEAST: u64 = 2000;
/// A piece is not longer than that.
const MOST: u64 = 32_000;
/// So many pieces may be given out and not heard of. More processes than that would have nothing to do; with fewer, none waits for one that is slow.
const WINDOW: usize = 64;

/// A piece that was given out.
struct Slot {
    at: At,
    piece: Piece,
    /// So many executions it may make.
    most: u64,
    state: State,
    /// Somebody has died at it.
    again: bool,
}

enum State {
    Ready,
    Under(Worker),
    Said(Box<Report>),
}

impl Slot {
    /// Whether the search ends here, as far as this piece is concerned.
    fn ends_all(&self) -> bool {
        match &self.state {
            State::Said(report) => !matches!(report.how, How::Done | How::Divided | How::OutOfTime),
            _ => false,
        }
    }
}

/// What is under way.
#[derive(Default)]
struct Window {
    slots: VecDeque<Slot>,
    /// So many of the next processes die as soon as they begin, for a test.
    killed: u32,
}

impl Window {
    /// How many executions those that are not heard of may make.
    fn given(&self) -> u64 {
        self.slots.iter().map(|slot| slot.most).sum()
    }

    /// How many executions were made that are not counted yet.
    fn made(&self) -> u64 {
        let made = |slot: &Slot| match &slot.state {
            State::Said(report) => report.counts[0],
            _ => 0,
        };
        self.slots.iter().map(made).sum()
    }
}

impl Exploration<'_> {
    /// After how many executions the search is shared, if it is.
    pub(super) fn alone(&self) -> Option<u64> {
        let config = self.config;
        let usual = config.strategy == Strategy::Optimal && config.preemptions.is_none();
        let wanted = config.jobs > 1 || config.piece > 0 || self.journal.is_some();
        if !usual || !wanted || config.outputs || self.confined {
            return None;
        }
        Some(if config.piece > 0 { config.piece } else { ALONE })
    }

    /// Writes down what comes of each piece, and takes from there what is known.
    pub(super) fn write_to(&mut self, resume: &Resume) -> Result<(), String> {
        let config = self.config;
        self.journal = Some(Journal::open(resume, &self.outcome.name, config)?);
        match self.alone() {
            Some(_) => Ok(()),
            None => Err("only a search of everything can be gone on with: not one for outputs, or within so many preemptions".to_owned()),
        }
    }

    /// Shares what is left of the search. `None` if what was seen means that it must begin again.
    pub(super) fn share(&mut self) -> Option<Stopped> {
        let optimal =
            |search: &mut dyn crate::search::Search| search.as_optimal().map(Optimal::rest);
        let rest = self.runner.with(|machine| optimal(&mut *machine.search))?;
        let mut board = Board::new(rest);
        self.outcome.processes = self.config.jobs.max(1);
        let apart = self.config.jobs > 1 || self.journal.is_some();
        if apart {
            self.runner.with(|machine| machine.watch.pause(true));
        }
        let stopped = self.share_out(&mut board, apart);
        if apart {
            self.runner.with(|machine| machine.watch.pause(false));
        }
        if matches!(stopped, Stopped::Noticed) {
            let outcome = &mut self.outcome;
            (outcome.processes, outcome.redundant) = (0, 0);
            (outcome.too_long, outcome.failures) = (0, 0);
            return None;
        }
        if matches!(stopped, Stopped::OutOfBudget) {
            self.outcome.covered = Some(board.covered());
        }
        Some(stopped)
    }

    /// All pieces: several at a time, each in a process of its own, or one after the other in this one.
    fn share_out(&mut self, board: &mut Board, apart: bool) -> Stopped {
        let deadline = self.start + self.config.max_time;
        let killed = match self.config.fault {
            Some(Fault::Killed(killed)) => killed,
            _ => 0,
        };
        let mut window = Window { killed, ..Window::default() };
        let mut enough = false;
        loop {
            enough = enough || !self.give_out(board, &mut window, deadline);
            if apart && !self.start(&mut window, deadline) {
                return Stopped::Died;
            }
            let Some(first) = window.slots.front_mut() else {
                return if board.is_done() { Stopped::Exhausted } else { Stopped::OutOfBudget };
            };
            match first.state {
                State::Said(_) => {
                    let Some(Slot { at, state: State::Said(report), .. }) =
                        window.slots.pop_front()
                    else {
                        unreachable!("it was just seen")
                    };
                    let how = report.how;
                    if let Some(stopped) = self.take(*report, board, at, apart) {
                        return stopped;
                    }
                    enough = enough || how == How::OutOfTime;
                    self.tell_of_shared(window.made(), board.covered());
                }
                // There was no time left to begin with it.
                State::Ready if Instant::now() >= deadline => {
                    enough = true;
                    board.again(first.at);
                    window.slots.pop_front();
                }
                State::Ready if !apart => {
                    let (piece, most) = (first.piece.clone(), first.most);
                    // As it would be told by another process, which knows nothing of what was learned here.
                    let closeness = self.runner.with(|machine| machine.closeness);
                    let report = self.search_piece(piece, most).write();
                    self.runner.with(|machine| machine.closeness = closeness);
                    let Some(report) = Report::read(&report) else { return Stopped::Died };
                    first.state = State::Said(Box::new(report));
                }
                State::Ready | State::Under(_) => {
                    let Some(heard) = hear(&mut window) else { return Stopped::Died };
                    if let Some(problem) = heard.and_then(|index| self.keep(&window.slots[index])) {
                        self.found = Some(Found::refused(problem));
                        return Stopped::Failed;
                    }
                }
            }
        }
    }

    /// Gives out what there is, as long as it may. False if there is no budget left for more.
    fn give_out(&mut self, board: &mut Board, window: &mut Window, deadline: Instant) -> bool {
        while window.slots.len() < WINDOW {
            let given = window.given();
            if Instant::now() >= deadline || !self.look_ahead(board, given) {
                return false;
            }
            let Some((at, piece, generation)) = board.next() else { return true };
            let most = self.most(generation, given);
            if most == 0 {
                board.again(at);
                return false;
            }
            let state = match self.known(&piece, most) {
                Some(report) => State::Said(Box::new(report)),
                None => State::Ready,
            };
            window.slots.push_back(Slot { at, piece, most, state, again: false });
        }
        true
    }

    /// What came of a piece, if the journal says it.
    fn known(&mut self, piece: &Piece, most: u64) -> Option<Report> {
        let journal = self.journal.as_mut()?;
        let key = self.runner.with(|machine| Key::new(piece, most, &machine.config));
        Report::read(&journal.said(&key)?)
    }

    /// Writes down what came of a piece, if it came to its end or was divided. The rest is searched again. Returns why it cannot be written.
    fn keep(&mut self, slot: &Slot) -> Option<String> {
        let (Some(journal), State::Said(report)) = (&mut self.journal, &slot.state) else {
            return None;
        };
        if !matches!(report.how, How::Done | How::Divided) {
            return None;
        }
        let key = self.runner.with(|machine| Key::new(&slot.piece, slot.most, &machine.config));
        journal.keep(&key, &report.write()).err()
    }

    /// Puts whoever is idle to work, on what was given out first. False if there is nobody to be had.
    fn start(&mut self, window: &mut Window, deadline: Instant) -> bool {
        let under = |slot: &&Slot| matches!(slot.state, State::Under(_));
        let mut at_work = window.slots.iter().filter(under).count();
        for slot in &mut window.slots {
            if at_work >= self.config.jobs as usize || slot.ends_all() || Instant::now() >= deadline
            {
                break;
            }
            if !matches!(slot.state, State::Ready) {
                continue;
            }
            let Ok(worker) = self.send(slot.piece.clone(), slot.most, &mut window.killed) else {
                return at_work > 0;
            };
            slot.state = State::Under(worker);
            at_work += 1;
        }
        true
    }

    /// Tells who looks on how far it is, when so many executions are not counted yet.
    fn tell_of_shared(&mut self, made: u64, covered: u32) {
        (self.see)(&Progress {
            executions: (self.outcome.executions + made) / 256 * 256,
            steps: self.runner.with(|machine| machine.steps),
            random: false,
            covered: Some(covered),
            redundant: true,
            failure: None,
            stdout: "",
            class: None,
        });
    }

    /// How many executions a piece may take, when so many are given to others.
    fn most(&self, generation: u32, given: u64) -> u64 {
        let size = match self.config.piece {
            0 => LEAST.saturating_mul(1 << generation.min(16)).min(MOST),
            piece => piece,
        };
        size.min(self.config.max_executions.saturating_sub(self.outcome.executions + given))
    }

    /// Sees the first steps of ways that others are taken beside, when so many executions are given away. False if there is no budget left.
    fn look_ahead(&mut self, board: &mut Board, given: u64) -> bool {
        let deadline = self.start + self.config.max_time;
        let closeness = self.runner.with(|machine| machine.closeness);
        let mut ahead = true;
        while board.is_unseen() {
            let made = self.outcome.executions + given;
            if made >= self.config.max_executions || Instant::now() >= deadline {
                ahead = false;
                break;
            }
            let Some((at, piece)) = board.unseen() else { break };
            let fault = self.config.fault;
            self.runner.with(|machine| machine.search = Box::new(Optimal::of_piece(piece, fault)));
            self.runner.execute(false);
            self.outcome.executions += 1;
            self.outcome.redundant += 1;
            self.tell_of_shared(0, board.covered());
            let step = self.runner.with(|machine| machine.search.as_optimal()?.step_above());
            if let Some(step) = step {
                board.seen(at, step);
            }
        }
        // What was learned here, others have to learn for themselves: nothing must depend on who comes first.
        self.runner.with(|machine| machine.closeness = closeness);
        ahead
    }
}

/// Waits until somebody is done, or for a while, and says for which piece. Nothing if two have died at the same one.
fn hear(window: &mut Window) -> Option<Option<usize>> {
    let workers = window.slots.iter_mut().enumerate().filter_map(|(index, slot)| {
        let State::Under(worker) = &mut slot.state else { return None };
        Some((index, worker))
    });
    let (indices, workers): (Vec<usize>, Vec<&mut Worker>) = workers.unzip();
    let ended = worker::ended(workers.into_iter(), Duration::from_secs(1));
    let Some(index) = ended.map(|ended| indices[ended]) else { return Some(None) };
    let slot = &mut window.slots[index];
    let State::Under(worker) = std::mem::replace(&mut slot.state, State::Ready) else {
        unreachable!("it was at work")
    };
    match worker.said().and_then(|said| Report::read(&said)) {
        Some(report) => slot.state = State::Said(Box::new(report)),
        None if slot.again => return None,
        None => slot.again = true,
    }
    Some(Some(index))
}
