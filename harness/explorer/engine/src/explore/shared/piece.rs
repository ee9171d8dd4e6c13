//! One piece of a search: given to a process, searched there, and what came of it taken up here.

use std::io::{PipeWriter, Write};

use super::report::{How, Report};
use super::{At, Board, Optimal, Piece, Worker};
use crate::config::Fault;
use crate::explore::minimise::{self, Found};
use crate::explore::{Exploration, Progress, Stopped};
use crate::machine::{Bad, plain};
use crate::search::guided::{Guided, Turn};

impl Exploration<'_> {
    /// Gives a piece to a new process.
    pub(super) fn send(
        &mut self,
        piece: Piece,
        most: u64,
        killed: &mut u32,
    ) -> std::io::Result<Worker> {
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
    pub(super) fn search_piece(&mut self, piece: Piece, most: u64) -> Report {
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
    pub(super) fn take(
        &mut self,
        report: Report,
        board: &mut Board,
        at: At,
        counts: bool,
    ) -> Option<Stopped> {
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
        if how == How::Noticed && (report.looked || self.sees_streams() || self.doubts()) {
            self.begin_with(report.looked);
            return Some(Stopped::Noticed);
        }
        if how != How::Failed && self.begin_again() {
            return Some(Stopped::Noticed);
        }
        if counts && (!report.turns.is_empty() || !report.summary.is_empty()) {
            self.tell_again(how, report.turns, report.summary);
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
    fn tell_again(&mut self, how: How, turns: Vec<Turn>, summary: String) {
        if how == How::Stuck {
            self.stuck = Some(summary);
            return;
        }
        if self.found.is_some() && how != How::TooLong {
            return;
        }
        let again = match summary.is_empty() {
            true => minimise::follow(self.runner, Guided::new(turns)).unwrap_or_else(|| {
                Found::refused("it is not deterministic: an execution that failed did not fail again with the same choices".to_owned())
            }),
            false => Found::refused(summary),
        };
        match how {
            How::TooLong => self.long = Some(again),
            _ => self.found = Some(again),
        }
    }
}
