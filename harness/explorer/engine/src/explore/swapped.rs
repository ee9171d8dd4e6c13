//! A search that makes one of the runs which differ only in which of several threads does what: see [`symmetry`](crate::machine::symmetry).

use super::outcome::note_told_apart;
use super::{Exploration, minimise};
use crate::config::Strategy;
use crate::machine::{Bad, Machine};
use crate::search::guided::Guided;
use protocol::Outcome;

/// Gives a machine a search that has not begun.
pub(super) fn search_anew(machine: &mut Machine) {
    machine.search = super::search(&machine.config);
    if let Some(search) = machine.search.as_optimal() {
        search.swaps = machine.symmetry.is_on && machine.symmetry.is_met;
    }
}

impl Exploration<'_> {
    /// Begins to take threads that do the same for the same.
    pub(super) fn swap_threads(&mut self) -> Result<(), String> {
        let config = self.config;
        let instead = [
            (config.jobs > 1 || config.piece > 0, "--jobs: processes that share a search"),
            (config.parts > 0, "--shard: machines that share a search"),
            (self.journal.is_some(), "--resume: a search that goes on from its file"),
            (config.preemptions.is_some(), "--preemptions: a search that swaps no threads"),
            (config.outputs, "a list of all outputs: each is to have its run"),
            (config.strategy != Strategy::Optimal, "another search than the usual one"),
        ];
        if let Some((_, what)) = instead.iter().find(|(is_wanted, _)| *is_wanted) {
            return Err(format!("--symmetry does not go together with {what}"));
        }
        self.outcome.symmetry = true;
        self.swap(true);
        Ok(())
    }

    /// Whether threads are taken for the same from now on; returns whether they were.
    pub(super) fn swap(&self, on: bool) -> bool {
        self.runner.with(|machine| std::mem::replace(&mut machine.symmetry.is_on, on))
    }

    /// If somebody has told threads apart, and they were taken for the same: begins the search anew.
    pub(super) fn tells_apart(&mut self, bad: Option<&Bad>) -> bool {
        if !self.runner.with(|machine| machine.are_told_apart(bad)) {
            return false;
        }
        self.runner.with(search_anew);
        let Outcome { name, bounds, not_checked, .. } = std::mem::take(&mut self.outcome);
        self.outcome = Outcome { name, bounds, not_checked, ..Outcome::default() };
        let (on, some) = self
            .runner
            .with(|machine| (machine.symmetry.is_on, machine.symmetry.tells_some_apart()));
        self.outcome.symmetry = on;
        if !on || some {
            note_told_apart(&mut self.outcome, !on);
        }
        (self.found, self.long) = (None, None);
        true
    }

    /// What is told, and replayed, is a run of the program as it is.
    pub(super) fn name_threads_again(&mut self) {
        if !self.swap(false) {
            return;
        }
        self.runner.with(|machine| machine.symmetry.give_up());
        if let Some(found) = self.found.take() {
            let again = minimise::follow(self.runner, Guided::new(found.turns.clone()));
            self.found = Some(again.unwrap_or(found));
        }
    }
}
