//! Whether a critical section has changed anything.
//!
//! A loop that takes a lock to look is a spin loop like any other, if it leaves what it found. What is under a lock may be anywhere in memory, so all of
//! memory is held against what it was when the lock was taken. A section during which others have moved counts as one that has changed
//! something.

use super::closeness::Closeness;
use super::state;
use crate::machine::Machine;
use crate::machine::op::Tid;

/// What was in memory when a lock was taken.
#[derive(Clone, Debug, Default)]
pub struct Section {
    step: u32,
    /// Hashes of the heap, and of the stacks of the other threads.
    heap: u64,
    stacks: Vec<(Tid, u64)>,
}

impl Machine {
    /// The current thread takes a lock.
    pub(in crate::machine) fn enter_section(&self) -> Option<Section> {
        (self.closeness >= Closeness::Memory).then(|| Section {
            step: self.steps,
            heap: state::heap(),
            stacks: self.stacks_of_others().collect(),
        })
    }

    /// The current thread gives the lock back. Whether anything else is in memory now, as far as is looked.
    pub(in crate::machine) fn has_section_changed(&self, taken: Option<&Section>) -> bool {
        let Some(taken) = taken else { return false };
        if self.mover.since >= taken.step {
            return true;
        }
        // The stack of who has only looked meanwhile is another one.
        let same = |&(tid, now): &(Tid, u64)| {
            let before = taken.stacks.iter().find(|(other, _)| *other == tid);
            before.is_some_and(|&(_, before)| before == now)
                || self.threads[tid].spin.ran >= taken.step
        };
        let stacks: Vec<_> = self.stacks_of_others().collect();
        taken.heap != state::heap() || !stacks.iter().all(same)
    }
}
