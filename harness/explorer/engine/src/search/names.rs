//! Which of this execution's objects a planned step touches.
//!
//! Objects are numbered in the order of their first use, so the number of an object that was not used yet means something else in
//! a run that takes another way. A planned step names such an object by the place of its creation, which others can share: two locks in
//! a `Vec`. To take them for one would be wrong in both directions. If a step is held to depend on another and does not, it becomes
//! a second branch beside it, is explored with the first asleep, and stands for sequences that it then drops, because they are equivalent to runs
//! that begin with the sleeper; and those were left to this branch.
//!
//! The current execution knows better. If it came the same way to the planned step, as far as its thread can tell, the step is the next
//! that this thread took, or waits to take; and what that touched has a number. Where the execution does not know, the step stays doubtful, and
//! the search keeps awake what may depend on it or not.

use super::Pending;
use super::footprint::{Access, Footprint};
use super::log::{Event, Log};
use super::wakeup::Planned;

/// How far the threads have come on the way through a wakeup tree.
pub(crate) struct Names<'a> {
    log: &'a Log,
    pending: &'a [Pending],
    places: &'a [u32],
    /// The steps before the tree.
    depth: u32,
    /// The steps of the execution that lie on the way, by thread.
    taken: Vec<(u8, u16)>,
    /// The threads that did something on the way which this execution has not seen.
    strange: u64,
    /// Take objects of one place for one, as a test.
    by_place: bool,
}

impl<'a> Names<'a> {
    /// At the root of the tree that stands at a depth.
    pub fn new(
        log: &'a Log,
        pending: &'a [Pending],
        places: &'a [u32],
        depth: u32,
        by_place: bool,
    ) -> Self {
        Self { log, pending, places, depth, taken: Vec::new(), strange: 0, by_place }
    }

    /// Where each object was created.
    pub fn places(&self) -> &'a [u32] {
        self.places
    }

    /// The way goes on with a step of the execution.
    pub fn take(&mut self, step: &Planned) {
        let thread = step.choice.thread;
        if step.count == 0 {
            return self.take_unseen(thread);
        }
        match self.taken.iter_mut().find(|(other, _)| *other == thread) {
            Some((_, steps)) => *steps += 1,
            None => self.taken.push((thread, 1)),
        }
    }

    /// The way goes on with a step that the execution may not have, or not so.
    pub fn take_unseen(&mut self, thread: u8) {
        self.strange |= 1 << thread;
    }

    /// What a planned step touches, by this execution's numbers. `None` if that is not known.
    pub fn resolve(&self, thread: u8, footprint: &Footprint) -> Option<Footprint> {
        if self.by_place || !footprint.iter().any(Access::is_named_by_place) {
            return Some(*footprint);
        }
        if self.strange >> thread & 1 == 1 {
            return None;
        }
        let (touched, widest) = self.next_of(thread)?;
        let mut resolved = Footprint::EMPTY;
        for access in footprint.iter() {
            let object = if access.is_named_by_place() {
                let mut alike = touched
                    .iter()
                    .chain(widest.iter())
                    .filter(|other| access.is_at_place_of(*other, self.places))
                    .map(Access::object);
                let object = alike.next()?;
                if alike.any(|other| other != object) {
                    return None;
                }
                object
            } else {
                access.object()
            };
            resolved = resolved.and(object, access.kind());
        }
        Some(resolved)
    }

    /// What the next step of a thread touched, and could touch.
    fn next_of(&self, thread: u8) -> Option<(Footprint, Footprint)> {
        let steps =
            self.taken.iter().find(|(other, _)| *other == thread).map_or(0, |taken| taken.1);
        let before = self.log.steps_before(thread, self.depth);
        let number = before + steps + 1;
        let found = |event: &Event| (event.footprint, event.widest);
        self.log.step_of(thread, number).map(found).or_else(|| {
            let waits = self.pending.iter().find(|pending| pending.thread == thread)?;
            (self.log.steps_before(thread, u32::MAX) + 1 == number)
                .then_some((waits.footprint, waits.footprint))
        })
    }
}
