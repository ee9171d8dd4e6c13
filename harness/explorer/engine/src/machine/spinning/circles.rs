//! Runs that go round: threads change things, and change them back, and nobody gets on.
//!
//! A thread that does so alone is seen by its rounds ([`rounds`](super::rounds)). Of several threads that do so beside each other, as two that
//! politely give way to each other do, each sees changes. But the whole state of the program comes back: all stacks, memory, what threads share. If, since it
//! was there before, every thread that could take a step has taken one, and every load has read the newest store, then the same steps can come again,
//! for ever, and no thread is kept waiting by the order alone. That is a livelock. Other orders may lead out of it, and mostly do.
//!
//! That is looked for in long runs only. A state is kept, and held against later ones; from time to time it is replaced by a later one, as in
//! Brent's search for cycles.

use super::Waits;
use super::state::{self, Mixed};
use crate::machine::Machine;
use crate::search::{Choice, QUIESCENT_ALT};

/// After so many steps a run is long. Where a circle has been found, it is looked for from the start.
const LONG: u32 = 1000;
/// So many states are held against one that is kept.
const TRIES: u32 = 64;

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circle {
    /// The state that is kept, if there is one.
    kept: Option<Kept>,
    /// How long the next one is kept.
    span: u32,
}

/// A state, and what happened since.
#[derive(Clone, Copy, Debug)]
struct Kept {
    step: u32,
    /// What is compared first.
    outline: u64,
    state: u64,
    tries: u32,
    /// Who could have taken a step since, and who has, as bit masks.
    could: u64,
    moved: u64,
    /// Something was read that may not come again, or a time-out has fired.
    spoilt: bool,
}

impl Circle {
    /// Something has happened that need not come again after the same steps.
    pub fn spoil(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.spoilt = true;
        }
    }
}

impl Machine {
    /// Whether states are to be compared at this step.
    pub(in crate::machine) fn is_long(&self) -> bool {
        let wanted = self.steps >= LONG || self.config.circles;
        // Where a thread stands is known there only. What goes on behind the end of main, its process does not see.
        cfg!(target_arch = "x86_64")
            && wanted
            && !self.config.follow_loops
            && self.threads[0].ended.is_none()
    }

    /// A thread is about to take the step that was chosen.
    pub(in crate::machine) fn note_circle(&mut self, choice: Choice) {
        let mut could = self.choices.iter().fold(0, |all, choice| all | 1 << choice.thread);
        // Who waits for somebody to move could have gone round meanwhile, and others could have seen that.
        for tid in (0..self.threads.len()).filter(|&tid| self.spins(tid)) {
            could |= u64::from(self.threads[tid].spin.waits != Waits::Change) << tid;
        }
        if let Some(kept) = &mut self.circle.kept {
            kept.could |= could;
            kept.moved |= 1 << choice.thread;
            kept.spoilt |= choice.alt == QUIESCENT_ALT;
        }
    }

    /// Whether the program is where it was before, and may go on like this for ever.
    pub(in crate::machine) fn goes_in_circles(&mut self) -> bool {
        let outline = self.outline();
        let step = self.steps;
        let Some(kept) = self.circle.kept.filter(|kept| step < kept.step + self.circle.span) else {
            let (state, tries) = (self.whole_state(), 0);
            let (could, moved, spoilt) = (0, 0, false);
            self.circle.span = self.circle.span.max(16).saturating_mul(2);
            self.circle.kept = Some(Kept { step, outline, state, tries, could, moved, spoilt });
            return false;
        };
        if kept.outline != outline || kept.tries >= TRIES {
            return false;
        }
        if let Some(kept) = &mut self.circle.kept {
            kept.tries += 1;
        }
        let fair = kept.could & !kept.moved == 0;
        fair && !kept.spoilt && self.whole_state() == kept.state
    }

    /// Where the threads are, roughly.
    fn outline(&self) -> u64 {
        let mut mixed = Mixed(self.current as u64);
        for thread in &self.threads {
            let at = std::ptr::from_ref(thread.at).addr() as u64;
            mixed.add(at ^ state::kind(&thread.pending) << 48);
            mixed.add(u64::from(thread.ended.is_some()));
        }
        mixed.0
    }

    /// All that the program is: a hash of it.
    fn whole_state(&self) -> u64 {
        let mut mixed = Mixed(self.shared_state());
        mixed.add(state::heap());
        self.threads.iter().for_each(|thread| thread.add_to(&mut mixed));
        mixed.0
    }
}
