//! Every order, without any reduction: the yardstick that the tests hold the other searches to.

use super::log::Log;
use super::{Choice, Diverged, Pending, Search, Taken, View};

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Full {
    /// For each depth, what is possible there, and which of it is being tried.
    nodes: Vec<(Vec<Choice>, usize)>,
    depth: usize,
    log: Log,
}

impl Search for Full {
    fn begin(&mut self) {
        self.depth = 0;
        self.log.begin();
    }

    fn forced(&mut self) -> Option<Choice> {
        let (choices, current) = self.nodes.get(self.depth)?;
        self.depth += 1;
        choices.get(*current).copied()
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        self.nodes.push((view.choices.to_vec(), 0));
        self.depth += 1;
        view.choices[0]
    }

    fn taken(&mut self, step: &Taken<'_>) -> Result<(), Diverged> {
        self.log.add(step)
    }

    fn finish(&mut self, _pending: &[Pending], _places: &[u32]) -> bool {
        while let Some((choices, current)) = self.nodes.last_mut() {
            *current += 1;
            if *current < choices.len() {
                self.log.truncate(self.nodes.len() - 1);
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    fn class(&self) -> Option<u64> {
        Some(self.log.class())
    }
}
