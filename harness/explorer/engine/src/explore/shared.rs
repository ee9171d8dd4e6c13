//! A search that several processes share.
//!
//! Each gets a piece at a time: it is a copy of this process, searches its piece, and says what came of it. A piece that is long comes back unfinished, and
//! is divided. Which pieces there are, and what comes of each, does not depend on how many work on them: only what one says can make another, and it is heard
//! in the order of the search ([`board`](crate::search::optimal::board)).

use std::io::{PipeWriter, Write};
use std::time::{Duration, Instant};

use super::minimise::{self, Found};
use super::worker::{self, Worker};
use super::{Exploration, Progress, Stopped};
use crate::config::{Fault, Strategy};
use crate::machine::Bad;
use crate::machine::plain;
use crate::search::guided::{Guided, Turn};
use crate::search::optimal::Optimal;
use crate::search::optimal::board::{At, Board};
use crate::search::optimal::pieces::{Asked, Numbers, Piece, Rest, Stood};

mod report;

use report::{How, Report};

/// So many executions are made before a search is shared. Most are at their end by then.
const ALONE: u64 = 2000;
/// A piece is stopped after so many executions, doubled each time that it is what another was divided into.
const LEAST: u64 = 2000;
/// A piece is not longer than that.
const MOST: u64 = 32_000;

/// Somebody at work.
struct Hand {
    worker: Worker,
    at: At,
    /// So many executions it may make.
    most: u64,
    /// Its piece is the so-manieth.
    number: u64,
    /// What it takes to begin once more.
    piece: Piece,
    /// Another has died at this piece.
    again: bool,
}

impl Exploration<'_> {
    /// After how many executions the search is shared, if it is.
    pub(super) fn alone(&self) -> Option<u64> {
        let config = self.config;
        let usual = config.strategy == Strategy::Optimal && config.preemptions.is_none();
        let wanted = config.jobs > 1 || config.piece > 0;
        if !usual || !wanted || config.outputs || self.confined {
            return None;
        }
        Some(if config.piece > 0 { config.piece } else { ALONE })
    }

    /// Shares what is left of the search. `None` if what was seen means that it must begin again.
    pub(super) fn share(&mut self) -> Option<Stopped> {
        let optimal =
            |search: &mut dyn crate::search::Search| search.as_optimal().map(Optimal::rest);
        let rest = self.runner.with(|machine| optimal(&mut *machine.search))?;
        let mut board = Board::new(rest);
        self.outcome.processes = self.config.jobs.max(1);
        let stopped = if self.config.jobs > 1 {
            self.runner.with(|machine| machine.watch.pause(true));
            let stopped = self.share_out(&mut board);
            self.runner.with(|machine| machine.watch.pause(false));
            stopped
        } else {
            self.take_turns(&mut board)
        };
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

    /// All pieces, one after the other, in this process.
    fn take_turns(&mut self, board: &mut Board) -> Stopped {
        loop {
            if !self.look_ahead(board, 0) {
                return Stopped::OutOfBudget;
            }
            let Some((at, piece, generation)) = board.next() else { return Stopped::Exhausted };
            let most = self.most(generation, 0);
            if most == 0 {
                return Stopped::OutOfBudget;
            }
            // As it would be told by another process.
            let report = self.search_piece(piece, most).write();
            let Some(report) = Report::read(&report) else { return Stopped::Died };
            if let Some(stopped) = self.take(report, board, at, false) {
                return stopped;
            }
        }
    }

    /// All pieces, several at a time.
    fn share_out(&mut self, board: &mut Board) -> Stopped {
        let deadline = self.start + self.config.max_time;
        let mut crew: Vec<Hand> = Vec::new();
        let mut number = 0;
        let mut killed = match self.config.fault {
            Some(Fault::Killed(killed)) => killed,
            _ => 0,
        };
        // Once something was found: by which piece. What comes before it in the order is waited for.
        let mut found: Option<(u64, Stopped)> = None;
        loop {
            let given = |crew: &[Hand]| crew.iter().map(|hand| hand.most).sum();
            let enough = found.is_some()
                || Instant::now() >= deadline
                || !self.look_ahead(board, given(&crew));
            while !enough && crew.len() < self.config.jobs as usize {
                let Some((at, piece, generation)) = board.next() else { break };
                let most = self.most(generation, given(&crew));
                let worker = (most > 0).then(|| self.send(piece.clone(), most, &mut killed));
                let Some(Ok(worker)) = worker else {
                    board.again(at);
                    if crew.is_empty() && most > 0 {
                        return Stopped::Died;
                    }
                    break;
                };
                number += 1;
                crew.push(Hand { worker, at, most, number, piece, again: false });
            }
            if crew.is_empty() {
                return match found {
                    Some((_, stopped)) => stopped,
                    None if board.is_done() => Stopped::Exhausted,
                    None => Stopped::OutOfBudget,
                };
            }
            let workers = crew.iter_mut().map(|hand| &mut hand.worker);
            let Some(index) = worker::ended(workers, Duration::from_secs(1)) else { continue };
            let Hand { worker, at, most, number, piece, again } = crew.swap_remove(index);
            let report = worker.said().and_then(|said| Report::read(&said));
            let Some(report) = report else {
                if again {
                    return Stopped::Died;
                }
                let Ok(worker) = self.send(piece.clone(), most, &mut killed) else {
                    return Stopped::Died;
                };
                crew.push(Hand { worker, at, most, number, piece, again: true });
                continue;
            };
            if found.as_ref().is_some_and(|(first, _)| *first < number) {
                continue;
            }
            // Of two the first in the order of the search is shown.
            let later = found.as_ref().and_then(|_| self.found.take());
            let taken = self.take(report, board, at, true);
            self.found = self.found.take().or(later);
            match taken {
                Some(Stopped::Noticed) => return Stopped::Noticed,
                Some(Stopped::OutOfBudget) | None => {}
                Some(stopped) => {
                    crew.retain(|hand| hand.number < number);
                    found = Some((number, stopped));
                }
            }
            self.tell_of_shared(board.covered());
        }
    }

    /// Tells who looks on how far it is.
    fn tell_of_shared(&mut self, covered: u32) {
        (self.see)(&Progress {
            executions: self.outcome.executions / 256 * 256,
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
            self.tell_of_shared(board.covered());
            let step = self.runner.with(|machine| machine.search.as_optimal()?.step_above());
            if let Some(step) = step {
                board.seen(at, step);
            }
        }
        // What was learned here, others have to learn for themselves: nothing must depend on who comes first.
        self.runner.with(|machine| machine.closeness = closeness);
        ahead
    }

    /// Gives a piece to a new process.
    fn send(&mut self, piece: Piece, most: u64, killed: &mut u32) -> std::io::Result<Worker> {
        let dies = *killed > 0;
        *killed = killed.saturating_sub(1);
        Worker::start(|pipe| {
            if dies {
                // SAFETY: it takes a number. The process ends.
                unsafe { libc::raise(libc::SIGKILL) };
            }
            self.search_apart(piece, most, pipe);
        })
    }

    /// Searches a piece in a process of its own, and says what came of it.
    fn search_apart(&mut self, piece: Piece, most: u64, mut pipe: PipeWriter) {
        // Who looks on does so in the process that this one is a copy of.
        self.see = Box::leak(Box::new(|_: &Progress<'_>| {}));
        let _watchdog = self.config.watchdog.and_then(|limit| {
            let mut pipe = pipe.try_clone().ok()?;
            let watch = std::sync::Arc::default();
            self.runner.with(|machine| machine.watch = std::sync::Arc::clone(&watch));
            Some(watch.start(limit, move |stuck| {
                let report = Report { summary: stuck.to_string(), ..Report::of(How::Stuck) };
                // Nobody hears it: nothing left to do.
                let _ = pipe.write_all(&report.write());
                // SAFETY: it takes a number, and does not return.
                unsafe { libc::_exit(0) }
            }))
        });
        let report = self.search_piece(piece, most);
        let _ = pipe.write_all(&report.write());
        // The watchdog waits for nobody here.
        std::mem::forget(_watchdog);
    }

    /// Searches a piece.
    fn search_piece(&mut self, piece: Piece, most: u64) -> Report {
        let config = self.config;
        let fault = config.fault;
        self.runner.with(|machine| machine.search = Box::new(Optimal::of_piece(piece, fault)));
        let before = self.outcome.clone();
        let (found_before, last) = (self.found.is_some(), before.executions + most);
        (self.confined, self.piece, self.noticed) = (true, true, false);
        let stopped = self.run(last, config.max_time);
        (self.confined, self.piece) = (false, false);
        let mut report = Report::of(match stopped {
            Stopped::Exhausted => How::Done,
            Stopped::Noticed => How::Noticed,
            Stopped::Failed => How::Failed,
            Stopped::TooLong => How::TooLong,
            _ if self.start.elapsed() < config.max_time => How::Divided,
            _ => How::OutOfTime,
        });
        let outcome = &self.outcome;
        report.counts = [
            outcome.executions - before.executions,
            outcome.redundant - before.redundant,
            outcome.too_long - before.too_long,
            outcome.failures - before.failures,
        ];
        let found = self.found.as_ref().filter(|_| !found_before).or(self.long.as_ref());
        if let Some(Found { bad, turns, .. }) = found {
            report.turns.clone_from(turns);
            if let Bad::Refused(reason) = bad {
                report.summary.clone_from(reason);
            }
        }
        self.runner.with(|machine| {
            report.policies = machine.policies;
            report.met = machine.bounds_met;
            report.read.clone_from(&machine.read);
            report.looked = plain::looked();
            let Some(search) = machine.search.as_optimal() else { return };
            report.step = search.step_above();
            if fault != Some(Fault::PiecesAskNothing) {
                report.asked = search.asked();
            }
            if report.how == How::Divided {
                report.rest = Some(search.rest());
            }
        });
        report
    }

    /// Takes what came of a piece. Says why the search stops, if it does. `counts`: it was not this process that made the executions.
    fn take(&mut self, report: Report, board: &mut Board, at: At, counts: bool) -> Option<Stopped> {
        let Report { how, counts: [executions, redundant, too_long, failures], .. } = report;
        if counts {
            self.outcome.executions += executions;
            self.outcome.redundant += redundant;
            self.outcome.too_long += too_long;
            self.outcome.failures += failures;
        }
        self.runner.with(|machine| {
            machine.policies.join(report.policies);
            machine.bounds_met.join(report.met);
            machine.read.join(report.read);
        });
        if how == How::Noticed && (report.looked || self.sees_streams()) {
            self.begin_with(report.looked);
            return Some(Stopped::Noticed);
        }
        if how != How::Failed && self.begin_again() {
            return Some(Stopped::Noticed);
        }
        if counts && (!report.turns.is_empty() || !report.summary.is_empty()) {
            self.keep(how, report.turns, report.summary);
        }
        match how {
            How::Done | How::Divided => {
                board.come_back(at, report.step, report.asked, report.rest);
                None
            }
            How::OutOfTime => Some(Stopped::OutOfBudget),
            How::Failed | How::Stuck => Some(Stopped::Failed),
            How::TooLong => Some(Stopped::TooLong),
            How::Noticed => None,
        }
    }

    /// Keeps the run that another process has found.
    fn keep(&mut self, how: How, turns: Vec<Turn>, summary: String) {
        if how == How::Stuck {
            self.stuck = Some(summary);
            return;
        }
        if self.found.is_some() && how != How::TooLong {
            return;
        }
        let refused = |reason: String| Found {
            bad: Bad::Refused(reason),
            turns: Vec::new(),
            telling: 0,
            preemptions: 0,
        };
        let again = match summary.is_empty() {
            true => minimise::follow(self.runner, Guided::new(turns)).unwrap_or_else(|| {
                refused("it is not deterministic: an execution that failed did not fail again with the same choices".to_owned())
            }),
            false => refused(summary),
        };
        match how {
            How::TooLong => self.long = Some(again),
            _ => self.found = Some(again),
        }
    }
}
