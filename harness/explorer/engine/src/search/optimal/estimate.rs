//! How many executions there will be, guessed while the search is under way.
//!
//! A depth-first search knows the sizes of the branches that are done, and guesses that those beside them are like them (Kilby, Slaney, Thiébaux, Walsh:
//! "Estimating Search Tree Size", AAAI 2006). Here that alone says far too little: a branch is known only when a race was seen that asks for it, and near
//! the root these come late. So there are two guesses:
//!
//! - *What is known*: each branch is as large as those beside it, and there are no others ([`Search::covered`](crate::search::Search::covered)). Mostly too small.
//! - *What is foreseen*: at each depth, each thread of which a later step conflicts with the step there will ask to go first, and a branch is as
//!   large as the mean of those beside it. Mostly too large: the later ones are smaller, since what was tried before sleeps in them.
//!
//! What is said is the geometric mean of the two. How near it comes is measured by `tests/estimates.rs`.

use super::{Node, Optimal};
use crate::search::footprint::Footprint;

/// A step of the last execution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    thread: u8,
    footprint: Footprint,
}

impl Step {
    /// Whether it matters which of the two comes first, or a load would have another store to read.
    fn races(&self, later: &Self, places: &[u32]) -> bool {
        let reads = |load: &Self, store: &Self| {
            let stores = |object| {
                let mut accesses = store.footprint.iter();
                accesses.any(|access| access.kind().is_store() && access.object() == object)
            };
            let mut accesses = load.footprint.iter();
            accesses.any(|access| access.kind().is_load() && stores(access.object()))
        };
        self.footprint.conflicts(&later.footprint, places) || reads(self, later)
    }
}

impl Optimal {
    /// Keeps what the guess needs of an execution that has ended.
    pub(super) fn remember(&mut self, places: &[u32]) {
        let steps = self.log.events().iter();
        let steps =
            steps.map(|event| Step { thread: event.choice.thread, footprint: event.footprint });
        self.last_steps.clear();
        self.last_steps.extend(steps);
        self.last_places.clear();
        self.last_places.extend_from_slice(places);
    }

    /// How many branches are to be expected at a node beside those that are known.
    fn foreseen(&self, depth: usize, node: &Node) -> usize {
        let Some(step) = self.last_steps.get(depth) else { return 0 };
        let mut firsts: Vec<&Step> = Vec::new();
        for later in &self.last_steps[depth + 1..] {
            let thread = later.thread;
            let can_go = || node.choices.iter().any(|choice| choice.thread == thread);
            let is_known = || {
                node.asleep.iter().any(|sleeper| sleeper.choice.thread == thread)
                    || node.tree.iter().any(|branch| branch.choice.thread == thread)
            };
            // Two that do not notice each other go first in one branch.
            let goes_with =
                |first: &&Step| !first.footprint.conflicts(&later.footprint, &self.last_places);
            if thread != step.thread
                && firsts.iter().all(|first| first.thread != thread)
                && step.races(later, &self.last_places)
                && can_go()
                && !is_known()
                && !firsts.iter().any(goes_with)
            {
                firsts.push(later);
            }
        }
        firsts.len()
    }

    /// See the [module](self).
    pub(super) fn guess(&self) -> Option<u64> {
        let mut below = None;
        for (depth, node) in self.nodes.iter().enumerate().rev() {
            let (tried, in_them) =
                (f64::from(node.done), node.current.saturating_sub(node.before) as f64);
            let current = match below {
                Some(below) => below,
                None if node.done > 0 => in_them / tried,
                None => 1.0,
            };
            let left = node.tree.len().saturating_sub(1) + self.foreseen(depth, node);
            let like_them = (in_them + current) / (tried + 1.0);
            below = Some(in_them + current + left as f64 * like_them);
        }
        let foreseen = below?;
        let known = match self.share() {
            0.0 => foreseen,
            share => self.made as f64 / share,
        };
        let guess = (known * foreseen).sqrt();
        guess.is_finite().then_some((guess as u64).max(self.made + 1))
    }

    /// Which share is done, if each branch is as large as those beside it and there are no others.
    pub(super) fn share(&self) -> f64 {
        let (mut share, mut weight) = (0.0, 1.0);
        for node in &self.nodes {
            let branches = f64::from(node.done) + node.tree.len().max(1) as f64;
            share += weight * f64::from(node.done) / branches;
            weight /= branches;
        }
        share
    }
}
