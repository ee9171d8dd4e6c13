//! A search that several processes share.
//!
//! Each gets a piece at a time: it is a copy of this process, searches its piece, and says what came of it. A piece that is long comes back unfinished, and
//! is divided.
//!
//! What comes of a piece is heard in the order in which pieces are given out, and a piece is given out as soon as there is one and fewer than [`window::MOST`] are not heard
//! of. So which piece is the next follows from what came of those before, as if one process did one after the other: however many work on them and whoever is first,
//! the pieces are the same, and so is what comes of each, and of all. Who is first only decides who waits.
//!
//! A search may consist of several [`Part`]s, each of which is such a search by itself. They share the processes, and nothing else.

use std::collections::VecDeque;
use std::time::Instant;

use super::journal::{Journal, Key};
use super::minimise::Found;
use super::worker::{self, Worker};
use super::{Exploration, Progress, Resume, Sharding, Stopped};
use crate::config::{Fault, Strategy};
use crate::search::optimal::Optimal;
use crate::search::optimal::board::{At, Board};
use crate::search::optimal::pieces::{Begins, Piece, Stood};

mod piece;
mod report;
mod window;

use report::{How, Report};
use window::{Slot, State, Window};

/// So many executions are made before a search is shared. Most are at their end by then.
const ALONE: u64 = 2000;
/// A piece is stopped after so many executions, doubled each time that it is what another was divided into.
const LEAST: u64 = 2000;
/// A piece is not longer than that.
const MOST: u64 = 32_000;

/// A search, or one of several that are independent of each other: its pieces, and those that are under way.
struct Part {
    board: Board,
    window: Window,
}

/// How far a part can be moved on.
enum Moved {
    /// It waits for somebody who is at work, or is to be.
    Waits,
    /// There is nothing left of it.
    Done,
    /// Its budget is spent.
    Enough,
    Stopped(Stopped),
}

/// What parts share.
struct Shared {
    /// Each piece is searched by a process of its own.
    apart: bool,
    deadline: Instant,
    /// So many of the next processes die as soon as they begin, for a test.
    killed: u32,
    /// The budget is spent: nothing more is given out.
    enough: bool,
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
        if !resume.merge.is_empty() {
            self.merge(resume)?;
        } else {
            self.journal = Some(Journal::open(resume, &self.outcome.name, self.config)?);
            self.sharding = Sharding { part: resume.part, parts: resume.parts };
        }
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
        self.share_all(vec![Board::new(rest)])
    }

    /// Shares these searches. `None` if what was seen means that all must begin again.
    pub(super) fn share_all(&mut self, boards: Vec<Board>) -> Option<Stopped> {
        self.outcome.processes = self.config.jobs.max(1);
        let killed = match self.config.fault {
            Some(Fault::Killed(killed)) => killed,
            _ => 0,
        };
        let apart = self.config.jobs > 1 || self.journal.is_some();
        let deadline = self.start + self.config.max_time;
        if apart {
            self.runner.with(|machine| machine.watch.pause(true));
        }
        let stopped = self.share_out(boards, Shared { apart, deadline, killed, enough: false });
        if apart {
            self.runner.with(|machine| machine.watch.pause(false));
        }
        if matches!(stopped, Stopped::Noticed) {
            let outcome = &mut self.outcome;
            (outcome.processes, outcome.redundant) = (0, 0);
            (outcome.too_long, outcome.failures) = (0, 0);
            return None;
        }
        Some(stopped)
    }

    /// All pieces of all parts: several at a time, each in a process of its own, or one after the other in this one.
    fn share_out(&mut self, boards: Vec<Board>, mut shared: Shared) -> Stopped {
        let all = boards.len() as f64;
        let mut left: VecDeque<Board> = boards.into();
        let mut under: Vec<Part> = Vec::new();
        // Nobody is at work: what fails is told, though what comes before it in the order has no budget left.
        let mut all_wait = false;
        loop {
            let mut index = 0;
            while index < under.len() {
                let given = under.iter().map(|part| part.window.given()).sum();
                match self.move_on(&mut under[index], index == 0 || all_wait, given, &mut shared) {
                    Moved::Waits => index += 1,
                    Moved::Done => drop(under.remove(index)),
                    Moved::Enough => {
                        shared.enough = true;
                        index += 1;
                    }
                    Moved::Stopped(stopped) => return stopped,
                }
            }
            let done = all - (left.len() + under.len()) as f64;
            let parts = under.iter().map(|part| f64::from(part.board.covered()) / 1e6);
            let covered = ((done + parts.sum::<f64>()) / all * 1e6) as u32;
            self.tell_of_shared(under.iter().map(|part| part.window.made()).sum(), covered);
            if shared.apart && !self.start(&mut under, &mut shared) {
                return Stopped::Died;
            }
            let at_work = under.iter().map(|part| part.window.at_work()).sum::<usize>();
            let idle = at_work < self.config.jobs.max(1) as usize;
            let fails = under.iter().any(|part| part.window.ends_all());
            if idle
                && !fails
                && !shared.enough
                && Instant::now() < shared.deadline
                && (shared.apart || under.is_empty())
                && let Some(board) = left.pop_front()
            {
                under.push(Part { board, window: Window::default() });
                continue;
            }
            let ready = under.iter().any(|part| part.window.is_ready());
            all_wait = at_work == 0 && !ready;
            if at_work > 0 {
                let Some(problem) = self.hear(&mut under) else { return Stopped::Died };
                if let Some(problem) = problem {
                    self.found = Some(Found::refused(problem));
                    return Stopped::Failed;
                }
                continue;
            }
            let spent = shared.enough || Instant::now() >= shared.deadline;
            match under.is_empty() && left.is_empty() {
                true => return Stopped::Exhausted,
                false if spent && !ready => {
                    self.outcome.covered = Some(covered);
                    return Stopped::OutOfBudget;
                }
                false => {}
            }
        }
    }

    /// Moves a part on as far as can be: gives out its pieces, and takes what came of the first of them. Of two that fail the `first` in the order of the search is told.
    fn move_on(&mut self, part: &mut Part, first: bool, given: u64, shared: &mut Shared) -> Moved {
        let mut given = given;
        loop {
            let before = part.window.given();
            if !shared.enough {
                shared.enough = !self.give_out(part, given, shared.deadline);
            }
            given += part.window.given() - before;
            let late = Instant::now() >= shared.deadline;
            let Part { board, window } = part;
            let Some(slot) = window.slots.front_mut() else {
                return match board.is_done() {
                    true => Moved::Done,
                    false if shared.enough => Moved::Enough,
                    false => Moved::Waits,
                };
            };
            match slot.state {
                State::Said(_) if !first && slot.ends_all() => return Moved::Waits,
                State::Said(_) => {
                    let Some(Slot { at, most, state: State::Said(report), .. }) =
                        window.slots.pop_front()
                    else {
                        unreachable!("it was just seen")
                    };
                    given -= most;
                    match self.take(*report, board, at, shared.apart) {
                        None => {}
                        Some(Stopped::OutOfBudget) => shared.enough = true,
                        Some(stopped) => return Moved::Stopped(stopped),
                    }
                }
                // There was no time left to begin with it.
                State::Ready if late => {
                    shared.enough = true;
                    board.again(slot.at);
                    given -= slot.most;
                    window.slots.pop_front();
                }
                State::Ready if !shared.apart => {
                    let (piece, most) = (slot.piece.clone(), slot.most);
                    // As it would be told by another process, which knows nothing of what was learned here.
                    let closeness = self.runner.with(|machine| machine.closeness);
                    let report = self.search_piece(piece, most).write();
                    self.runner.with(|machine| machine.closeness = closeness);
                    let Some(report) = Report::read(&report) else {
                        return Moved::Stopped(Stopped::Died);
                    };
                    slot.state = State::Said(Box::new(report));
                }
                State::Ready | State::Under(_) => return Moved::Waits,
            }
        }
    }

    /// Gives out what there is, as long as it may, when so many executions are given away. False if there is no budget left for more.
    fn give_out(&mut self, part: &mut Part, mut given: u64, deadline: Instant) -> bool {
        let Part { board, window } = part;
        while window.slots.len() < window::MOST {
            if Instant::now() >= deadline {
                return false;
            }
            // What is given away may not be needed, and comes back then.
            if !self.look_ahead(board, given) {
                return given > 0;
            }
            let Some((at, piece, generation)) = board.next() else { return true };
            let size = self.size(generation);
            let made = self.outcome.executions + given;
            let left = self.config.max_executions.saturating_sub(made);
            if left == 0 || left < size && given > 0 {
                board.again(at);
                return given > 0;
            }
            let most = size.min(left);
            given += most;
            let known = self.known(&piece, size);
            let state = known.map_or(State::Ready, |report| State::Said(Box::new(report)));
            window.slots.push_back(Slot { at, piece, most, size, state, again: false });
        }
        true
    }

    /// What came of a piece of this size, if a journal says it.
    fn known(&mut self, piece: &Piece, size: u64) -> Option<Report> {
        let journal = self.journal.as_mut()?;
        let key = self.runner.with(|machine| Key::new(piece, size, &machine.config));
        Report::read(&journal.said(&key)?)
    }

    /// Writes down what came of a piece, unless there was no time for it or its budget was the last: then it is searched again. Returns why it cannot be written.
    fn keep(&mut self, slot: &Slot) -> Option<String> {
        let (Some(journal), State::Said(report)) = (&mut self.journal, &slot.state) else {
            return None;
        };
        let whole = match report.how {
            How::Done | How::Failed | How::TooLong => true,
            How::Divided => slot.most == slot.size,
            How::OutOfTime | How::Noticed | How::Stuck => false,
        };
        if !whole {
            return None;
        }
        let key = self.runner.with(|machine| Key::new(&slot.piece, slot.size, &machine.config));
        journal.keep(&key, &report.write()).err()
    }

    /// Puts whoever is idle to work, on what was given out first. False if there is nobody to be had.
    fn start(&mut self, parts: &mut [Part], shared: &mut Shared) -> bool {
        let mut at_work = parts.iter().map(|part| part.window.at_work()).sum::<usize>();
        for slot in parts.iter_mut().flat_map(|part| &mut part.window.slots) {
            let enough = at_work >= self.config.jobs.max(1) as usize;
            if enough || slot.ends_all() || Instant::now() >= shared.deadline {
                break;
            }
            if !matches!(slot.state, State::Ready) {
                continue;
            }
            let sent = self.send(slot.piece.clone(), slot.most, &mut shared.killed);
            let Ok(worker) = sent else { return at_work > 0 };
            slot.state = State::Under(worker);
            at_work += 1;
        }
        true
    }

    /// Waits until somebody is done, or for a while. Nothing if two have died at the same piece; and why what came of it cannot be written down, if it cannot.
    fn hear(&mut self, parts: &mut [Part]) -> Option<Option<String>> {
        let slots = parts.iter_mut().flat_map(|part| &mut part.window.slots);
        match window::hear(slots)? {
            Some(slot) => Some(self.keep(slot)),
            None => Some(None),
        }
    }

    /// Tells who looks on how far it is, when so many executions are not counted yet.
    fn tell_of_shared(&mut self, made: u64, covered: u32) {
        (self.see)(&Progress {
            executions: (self.outcome.executions + made) / 256 * 256,
            steps: self.runner.with(|machine| machine.steps),
            random: false,
            covered: Some(covered),
            estimate: None,
            redundant: true,
            failure: None,
            stdout: "",
            class: None,
        });
    }

    /// How many executions a piece may take before it is divided.
    fn size(&self, generation: u32) -> u64 {
        match self.config.piece {
            0 => LEAST.saturating_mul(1 << generation.min(16)).min(MOST),
            piece => piece,
        }
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
            if let Some(step) = self.look_at(piece).0 {
                board.seen(at, step);
            }
        }
        // What was learned here, others have to learn for themselves: nothing must depend on who comes first.
        self.runner.with(|machine| machine.closeness = closeness);
        ahead
    }

    /// Makes one execution of a piece, in vain: to see the last step above it, and where it begins, unless nothing can be done there.
    pub(super) fn look_at(&mut self, piece: Piece) -> (Option<Stood>, Option<Begins>) {
        let fault = self.config.fault;
        self.runner.with(|machine| machine.search = Box::new(Optimal::of_piece(piece, fault)));
        self.runner.execute(false);
        self.outcome.executions += 1;
        self.outcome.redundant += 1;
        self.runner.with(|machine| {
            let search = machine.search.as_optimal();
            search.map_or((None, None), |search| (search.step_above(), search.begins()))
        })
    }
}
