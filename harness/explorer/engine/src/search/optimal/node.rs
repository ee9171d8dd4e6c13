//! A depth of the search: what is possible there, what sleeps, and what is to be tried.

use crate::search::Choice;
use crate::search::footprint::Footprint;
use crate::search::wakeup::{self, Branch};

/// A step that need not be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sleeper {
    pub(super) choice: Choice,
    /// What it touches: it sleeps until a step depends on it.
    pub(super) footprint: Footprint,
    /// What its thread could touch in another alternative. A run that such an alternative depends on is not covered by this one.
    pub(super) widest: Footprint,
    /// It was put asleep at an earlier node, in a search that swaps threads. Then only what it can begin itself is covered, see [the module](self).
    pub(super) is_inherited: bool,
}

/// The state of the search at one depth.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Everything that is possible here.
    pub(super) choices: Vec<Choice>,
    /// What need not be tried here: an equivalent run was made.
    pub(super) asleep: Vec<Sleeper>,
    /// What is to be tried. The first branch is the current one; its children have moved to the next node.
    pub(super) tree: Vec<Branch>,
    /// Threads that can be swapped here, as bit masks.
    pub(super) twins: Vec<u64>,
    /// How many objects were known here.
    pub(super) objects: u32,
    /// How many branches were tried to their ends.
    pub(super) done: u32,
    /// How many executions were made before it was come to.
    pub(super) before: u64,
    /// How many were made before its current branch was begun.
    pub(super) current: u64,
}

impl Node {
    pub(super) fn sleeps(&self, choice: Choice) -> bool {
        self.asleep.iter().any(|sleeper| sleeper.choice == choice)
    }

    /// What the threads do that can be swapped here with that of a choice, if they do the same.
    pub(super) fn twins(&self, choice: Choice) -> impl Iterator<Item = Choice> + use<> {
        let like = |mask: &&u64| **mask >> choice.thread & 1 == 1;
        let mask = self.twins.iter().find(like).copied().unwrap_or_default();
        let others =
            (0..64).filter(move |&thread| thread != choice.thread && mask >> thread & 1 == 1);
        others.map(move |thread| Choice { thread, ..choice })
    }

    pub(super) fn awake(&self, choice: Choice) -> bool {
        self.choices.contains(&choice) && !self.sleeps(choice)
    }

    /// Brings a branch to the front that can be taken, and drops those that cannot. False if there is none.
    pub(super) fn settle(&mut self) -> bool {
        while let Some(branch) = self.tree.first() {
            if wakeup::is_open(branch) {
                let open = self.tree.remove(0);
                let same = self.choices.iter().filter(|choice| choice.thread == open.choice.thread);
                let awake: Vec<Choice> =
                    same.copied().filter(|&choice| !self.sleeps(choice)).collect();
                let planned =
                    |tree: &[Branch], choice| tree.iter().any(|branch| branch.choice == choice);
                for choice in awake.into_iter().rev() {
                    if !planned(&self.tree, choice) {
                        let awake = open.awake.clone();
                        self.tree
                            .insert(0, Branch { awake, ..Branch::new(choice, open.footprint) });
                    }
                }
            } else if self.awake(branch.choice) {
                return true;
            } else {
                // It was planned for a run that turned out to be impossible from here.
                self.tree.remove(0);
            }
        }
        false
    }
}
