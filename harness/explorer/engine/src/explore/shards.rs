//! A search in parts, on machines that know nothing of each other.
//!
//! Which pieces a search comes to is only known when others of them are done, and no machine knows what another has found. So the program is split at its first
//! choices: a tree of beginnings is made, each with *every* way on, until there are enough of them. Each beginning is searched by itself, for all runs that begin so,
//! without those that could as well begin with a way before it: these are that one's. As all ways are there, a race with a step of the beginning asks for nothing that
//! nobody does, so nothing need be asked across beginnings, and which part does which does not matter. That is as sound as pieces are, for the same reason.
//!
//! It costs what is done in vain: one execution for each node of that tree, by every part, and in beginnings that need not have been taken those that find out late
//! that they repeat another. They are counted, and the verdict says how many.

use std::collections::VecDeque;

use super::journal::{Journal, Merged};
use super::{Exploration, Found, Resume, Status, Stopped};
use crate::search::optimal::board::Board;
use crate::search::optimal::pieces::Piece;

/// So many beginnings, if there are as many. More parts than that would have nothing to do; with many for each part, none has much more than another.
const BEGINNINGS: usize = 128;
/// So many executions are made at most to find them.
const LOOKS: usize = 1000;

/// Which part of a search it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sharding {
    /// Counted from 1. 0: all of them, from what their journals say.
    pub part: u32,
    /// 0: the search is not split.
    pub parts: u32,
}

impl Exploration<'_> {
    /// Takes what the journals of all parts say.
    pub(super) fn merge(&mut self, resume: &Resume) -> Result<(), String> {
        let Merged { journal, parts } = Journal::merge(resume, &self.outcome.name, self.config)?;
        self.journal = Some(journal);
        self.sharding = Sharding { part: 0, parts };
        Ok(())
    }

    /// Searches a part, or puts together what came of all.
    pub(super) fn search_in_parts(&mut self) {
        let Sharding { part, parts } = self.sharding;
        let stopped = loop {
            let Some(pieces) = self.split() else {
                let reason =
                    "it does nothing that could be split; explore it as a whole".to_owned();
                self.found = Some(Found::refused(reason));
                return;
            };
            let looks = self.outcome.executions;
            let own = |index: usize| part == 0 || index as u32 % parts == part - 1;
            let own = pieces.into_iter().enumerate().filter(|(index, _)| own(*index));
            let boards: Vec<Board> = own.map(|(_, piece)| Board::of(piece)).collect();
            (self.outcome.parts, self.outcome.by_each) = (parts, looks);
            if let Some(stopped) = self.share_all(boards) {
                break stopped;
            }
        };
        let is_over = matches!(stopped, Stopped::Exhausted | Stopped::Failed | Stopped::TooLong);
        if let (Some(journal), true) = (&mut self.journal, is_over && part > 0)
            && let Err(problem) = journal.done()
        {
            self.found = Some(Found::refused(problem));
            return;
        }
        let config = self.config;
        self.outcome.summary = match stopped {
            Stopped::Failed => return,
            Stopped::Exhausted if self.found.is_some() => return,
            Stopped::Exhausted if self.outcome.too_long > 0 => {
                format!("no end within {} steps in some executions", config.max_steps)
            }
            Stopped::TooLong => format!("no end within {} steps", config.max_steps),
            Stopped::Exhausted if part == 0 => {
                self.outcome.status = Status::Proved;
                return;
            }
            Stopped::Exhausted => {
                self.outcome.part = part;
                format!("part {part} of {parts} is done, which proves nothing without the others")
            }
            Stopped::OutOfBudget => {
                "this part did not end within its budget; the same command with a larger one goes on".to_owned()
            }
            Stopped::Died => {
                "two processes that shared the search died at the same piece of it; were they killed, or is there too little memory?".to_owned()
            }
            Stopped::Noticed => "the program does something that std leaves open".to_owned(),
        };
    }

    /// The beginnings, in an order that is the same on every machine. Nothing if there is nothing to choose.
    fn split(&mut self) -> Option<Vec<Piece>> {
        let closeness = self.runner.with(|machine| machine.closeness);
        let mut open = VecDeque::new();
        let mut whole = Vec::new();
        let mut looks = 1;
        let all = Piece::all();
        match self.look_at(all.clone()).1 {
            Some(begins) => open.push_back((all, begins)),
            None => return None,
        }
        while open.len() + whole.len() < BEGINNINGS && looks < LOOKS {
            let Some((piece, begins)) = open.pop_front() else { break };
            let mut before = Vec::new();
            for choice in begins.ways() {
                let way = piece.way(&begins, choice, &before);
                let (step, begins) = self.look_at(way.clone());
                looks += 1;
                before.extend(step);
                match begins {
                    Some(begins) => open.push_back((way, begins)),
                    // It ends there, or all that could go on sleeps: one execution.
                    None => whole.push(way),
                }
            }
        }
        self.runner.with(|machine| machine.closeness = closeness);
        whole.extend(open.into_iter().map(|(piece, _)| piece));
        Some(whole)
    }
}
