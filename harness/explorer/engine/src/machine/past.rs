//! Old states of std's own objects.
//!
//! A lock, a cell that is initialised once, the flag of a poisoned lock and the counter that tells the end of a thread are atomics in std. Who waits for one of them acquires what was
//! stored. Who only looks may find what was before, as long as nothing makes the change happen before the look: a `try_lock` that fails reads the lock `Relaxed`, and so does `is_poisoned` the flag;
//! `is_completed` and `get` acquire what they find, and need not find the newest. (The state of a channel is read after a `SeqCst` fence, and what that means is not explored.)
//!
//! A look at what was before is an alternative of the look, and touches nothing: whatever comes after the change, it finds the same. It is only offered if the change comes before the look in every
//! equivalent run. Otherwise there is a run in which the look comes first, and finds the same.

use super::Machine;
use super::object::State;
use super::op::{Obj, Op, Tid};
use super::perform::Done;
use super::spinning::looks::Look;
use crate::search::clock::Clock;

/// What was before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// A thread had the lock alone.
    Held,
    /// A thread had it with others.
    Shared,
    /// The cell was not initialised; the thread had not ended.
    Unfinished,
    /// The lock was poisoned.
    Poisoned,
    /// It was not.
    Sound,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    was: Was,
    by: Tid,
    step: u32,
    /// Which step of its thread it was, if that is known.
    count: Option<u16>,
}

/// The changes of one thing that can be looked at.
#[derive(Clone, Debug)]
pub struct Past {
    /// In views: how many of its changes a thread knows.
    slot: usize,
    changes: Vec<Change>,
}

/// The number of a past, where the machine keeps any.
pub type Number = Option<usize>;

impl Machine {
    /// A new object, or thread, has a past, if that is explored.
    pub(super) fn new_past(&mut self) -> Number {
        self.config.past.then(|| {
            self.pasts.push(Past { slot: self.atomics, changes: Vec::new() });
            self.atomics += 1;
            self.pasts.len() - 1
        })
    }

    /// The step that a thread takes changes something.
    pub(super) fn changes_past(&mut self, tid: Tid, past: Number, was: Was) {
        let taken = self.search.known_steps(tid as u8, tid as u8);
        self.note_change(tid, past, was, taken.map(|taken| taken + 1));
    }

    /// The step that a thread has taken changes something more. Returns what all know who learn of it.
    pub(super) fn has_changed_past(&mut self, tid: Tid, past: Number, was: Was) -> (usize, u16) {
        let taken = self.search.known_steps(tid as u8, tid as u8);
        self.note_change(tid, past, was, taken)
    }

    fn note_change(&mut self, by: Tid, past: Number, was: Was, count: Option<u16>) -> (usize, u16) {
        let Some(past) = past.and_then(|past| self.pasts.get_mut(past)) else { return (0, 0) };
        past.changes.push(Change { was, by, step: self.steps - 1, count });
        let known = past.changes.len() as u16;
        self.threads[by].views.current.raise(past.slot, known);
        (past.slot, known)
    }

    /// A thread has seen the newest.
    pub(super) fn knows_all(&mut self, tid: Tid, past: Number) {
        if let Some(past) = past.and_then(|past| self.pasts.get(past)) {
            self.threads[tid].views.current.raise(past.slot, past.changes.len() as u16);
        }
    }

    /// Whether a look of a thread may find what was.
    pub(super) fn may_find_what_was(&self, tid: Tid) -> bool {
        self.finds_what_was(tid).is_some()
    }

    /// The last change that a look of a thread need not see.
    fn finds_what_was(&self, tid: Tid) -> Option<Change> {
        if !self.config.past {
            return None;
        }
        let (past, wanted): (Number, &[Was]) = match self.threads[tid].pending {
            Op::TryLock(lock) => (self.lock(lock).past, &[Was::Held, Was::Shared]),
            Op::TryRead(lock) => (self.lock(lock).past, &[Was::Held]),
            Op::IsPoisoned(lock) => (self.lock(lock).poison_past, &[Was::Poisoned, Was::Sound]),
            Op::IsFinished(other) => (self.threads[other].past, &[Was::Unfinished]),
            Op::OnceGet(once) => match &self.objects[once as usize].state {
                State::Once(once) => (once.past, &[Was::Unfinished]),
                _ => return None,
            },
            _ => return None,
        };
        let past = &self.pasts[past?];
        let known = usize::from(self.threads[tid].views.current.get(past.slot));
        let comes_before = |change: &Change| {
            let steps = self.search.known_steps(change.by as u8, tid as u8);
            change.by != tid
                && match (steps, change.count) {
                    (Some(steps), Some(count)) => steps >= count,
                    _ => true,
                }
        };
        let unknown = past.changes.iter().skip(known).rev();
        let mut unknown = unknown.filter(|change| wanted.contains(&change.was));
        unknown.find(|change| comes_before(change)).copied()
    }

    /// A look finds what was: it comes after the change all the same, for without that it would not be a look back.
    pub(super) fn look_back(&mut self, tid: Tid) -> Done {
        let change = self.finds_what_was(tid);
        self.after.extend(change.map(|change| change.step));
        self.circle.spoil();
        Done { value: 1, ok: change.is_some_and(|change| change.was == Was::Poisoned) }
    }

    /// A spinning thread that goes on sees the newest of what it waited for.
    pub(super) fn see_newest_of(&mut self, tid: Tid, look: Look) {
        let past = match look.place.checked_sub(super::FIRST_SHARED) {
            Some(object) => match &self.objects[object as usize].state {
                State::Lock(lock) => [lock.past, lock.poison_past],
                State::Once(once) => [once.past, None],
                _ => return,
            },
            None => {
                let ended = |other: &Tid| super::end_of(*other) == look.place;
                let other = (0..self.threads.len()).find(ended);
                [other.and_then(|other| self.threads[other].past), None]
            }
        };
        for past in past {
            self.knows_all(tid, past);
        }
    }

    /// A thread lets go of its result, or another of its handle: whoever is last knows what the other has done.
    pub(super) fn let_go(&mut self, tid: Tid, of: Tid) {
        if of >= self.threads.len() {
            return;
        }
        let side = usize::from(tid != of);
        if let Some(other) = self.threads[of].let_go[1 - side].clone() {
            self.threads[tid].views.learn(&other);
        }
        self.threads[of].let_go[side] = Some(self.threads[tid].views.current.clone());
    }

    /// The current thread is about to let go of a result. Returns what it knew, if it is the last and that is no step: then what it learns of the other holds while it destroys the result, and not
    /// for what comes after, which may as well be in another order.
    pub fn begins_to_let_go(&mut self, of: Tid, is_last: bool) -> Option<Clock> {
        let tid = self.current;
        self.threads[tid].destroys = is_last;
        if self.config.results {
            return None;
        }
        let knew = self.threads[tid].views.current.clone();
        self.let_go(tid, of);
        if !is_last {
            // What it does from here on, whoever is last does not know.
            self.count_step(tid);
        }
        is_last.then_some(knew)
    }

    /// It has.
    pub fn has_let_go(&mut self, knew: Option<Option<Clock>>) {
        let tid = self.current;
        self.threads[tid].destroys = false;
        // If its destructor has done something that others notice, all begins anew with that as a step.
        if let Some(mut knew) = knew.flatten().filter(|_| !self.policies.results) {
            let thread = &mut self.threads[tid];
            knew.raise(thread.clock, thread.views.current.get(thread.clock));
            thread.views.current = knew;
        }
    }

    /// Gives a new object its pasts.
    pub(super) fn give_a_past(&mut self, object: Obj) {
        if !self.config.past {
            return;
        }
        let first = self.new_past();
        let second = match self.objects[object as usize].state {
            State::Lock(_) => self.new_past(),
            _ => None,
        };
        match &mut self.objects[object as usize].state {
            State::Lock(lock) => (lock.past, lock.poison_past) = (first, second),
            State::Once(once) => once.past = first,
            _ => {}
        }
    }
}

/// Whether an alternative of an operation is a look at what was.
pub(super) fn looks_back(op: Op, alt: u16) -> bool {
    alt == super::choices::BEFORE && may_look_back(op)
}

/// Whether an operation can find what was.
pub(super) fn may_look_back(op: Op) -> bool {
    matches!(
        op,
        Op::TryLock(_) | Op::TryRead(_) | Op::OnceGet(_) | Op::IsPoisoned(_) | Op::IsFinished(_)
    )
}
