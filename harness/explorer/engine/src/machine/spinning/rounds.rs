//! How a round in vain is noticed: before each operation a thread is asked where it stands.

use super::looks::may_look;
use super::state::Mixed;
use super::{Alone, Waits};
use crate::machine::Machine;
use crate::machine::op::{Loc, Op, Tid};

/// So many moments are kept.
const KEPT: usize = 4096;
/// So many steps alone, and changes that are changed back are looked for as well.
const LONG: u32 = 24;
/// So many steps alone, and others go first where it does not matter.
const VERY_LONG: u32 = 64;

/// A moment at which a thread was about to do something.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Where it stood, as exactly as is looked.
    pub(super) state: u64,
    /// How much it had looked at.
    pub(super) looks: usize,
    pub(super) step: u32,
    /// How often it had read what others may write without a step.
    unseen: u64,
}

impl Machine {
    /// Whether the current thread, before it does `op`, has gone round in vain and waits. `stack` is where its stack lies: its stack pointer and its base.
    ///
    /// If that cannot be told without a closer look, [`Machine::closer`] is set, and the execution need not be gone on with.
    pub(in crate::machine) fn goes_round(
        &mut self,
        op: Op,
        at: Loc,
        stack: (usize, usize),
    ) -> bool {
        let tid = self.current;
        self.threads[tid].spin.stack = stack;
        let yields = matches!(op, Op::Yield | Op::Sleep(_));
        let decides = !yields && std::mem::take(&mut self.threads[tid].spin.vain.decides);
        let looks = may_look(op) || yields;
        let alone = self.is_long_alone(tid);
        if (!looks && !alone) || stack.0 == 0 || self.config.follow_loops {
            if decides {
                self.doubt();
            }
            return false;
        }
        let state = self.place(op, at, stack);
        if self.leaves_out(tid, op, state) {
            return false;
        }
        if decides {
            self.doubt();
        }
        if looks && let Some(waits) = self.closes_quietly(tid, state) {
            return self.is_sure() && self.wait(tid, waits);
        }
        let tried = alone && self.tries_patience(tid, yields);
        self.threads[tid].spin.went_on &= !yields;
        if alone && let Some(waits) = self.closes_alone(tid, state, tried) {
            return self.is_sure() && self.wait(tid, waits);
        }
        false
    }

    /// Whether a thread has gone long without another one moving.
    fn is_long_alone(&self, tid: Tid) -> bool {
        self.mover.thread == tid && self.counts_others()
    }

    /// Who has gone so long alone that others go first where it does not matter, as a bit mask.
    pub(in crate::machine) fn tired(&self) -> u64 {
        let long = self.steps >= self.mover.since.saturating_add(VERY_LONG);
        if long { 1 << self.mover.thread } else { 0 }
    }

    /// Notes that somebody else could have taken a step, if that may count.
    pub(in crate::machine) fn note_others(&mut self, thread: Tid) {
        if self.counts_others()
            && self.choices.iter().any(|other| usize::from(other.thread) != thread)
        {
            self.mover.others_could = self.steps + 1;
        }
    }

    /// Whether it counts what else is possible.
    pub(in crate::machine) fn counts_others(&self) -> bool {
        self.steps >= self.mover.since.saturating_add(LONG)
    }

    /// Why the thread has to wait, if it was here before since its last change: then the round is what it waits for.
    fn closes_quietly(&mut self, tid: Tid, state: u64) -> Option<Waits> {
        let steps = self.steps;
        let spin = &self.threads[tid].spin;
        let before = spin.arrivals.iter().rev().find(|before| before.state == state);
        // A lock that was taken in the round, and is held, was free in it: others could have had it.
        let before = before.map(|before| (before.looks, before.unseen));
        let before = before.filter(|&(looks, _)| !self.holds_any(tid, &spin.reads[looks..]));
        let spin = &mut self.threads[tid].spin;
        if let Some((looks, unseen)) = before {
            spin.round = spin.reads.split_off(looks);
            spin.began = unseen;
            // What has changed it may be no step. But before that its thread takes one, or has not begun.
            return Some(if spin.unseen.reads > unseen { Waits::Move } else { Waits::Change });
        }
        if spin.arrivals.len() >= KEPT {
            spin.arrivals.clear();
        }
        let unseen = spin.unseen.reads;
        spin.arrivals.push(Arrival { state, looks: spin.reads.len(), step: steps, unseen });
        None
    }

    /// Why the thread has to wait, if it has come back to where it was, and so has all that threads share, while nobody else has moved.
    fn closes_alone(&mut self, tid: Tid, state: u64, tried: bool) -> Option<Waits> {
        let shared = self.shared_state();
        let (could, steps) = (self.mover.others_could, self.steps);
        let spin = &mut self.threads[tid].spin;
        let alone = &mut spin.alone;
        let mut mixed = Mixed(state);
        mixed.add(shared);
        let before = alone.arrivals.iter().rev().find(|before| before.state == mixed.0);
        if let Some(&Arrival { looks, step, unseen, .. }) = before {
            spin.round = alone.reads.split_off(looks);
            spin.began = unseen;
            return Some(match could > step {
                _ if alone.stale.iter().any(|&at| at >= step) => Waits::Refresh,
                true => Waits::Turn,
                false => Waits::Move,
            });
        }
        if alone.arrivals.len() >= KEPT {
            alone.arrivals.clear();
        }
        let (looks, unseen) = (alone.reads.len(), spin.unseen.reads);
        alone.arrivals.push(Arrival { state: mixed.0, looks, step: steps, unseen });
        tried.then(|| {
            spin.began = unseen;
            spin.round = std::mem::take(&mut alone.reads);
            Waits::Politely
        })
    }

    /// Whether a thread that yields has done so very often alone. Yields one after the other, as those of a back-off that grows, are one: how many they are says
    /// nothing of how often the thread has looked.
    fn tries_patience(&mut self, tid: Tid, yields: bool) -> bool {
        let (since, went_on) = (self.mover.since, self.threads[tid].spin.went_on);
        let alone = &mut self.threads[tid].spin.alone;
        if alone.since != since {
            *alone = Alone { since, ..Alone::default() };
        }
        let yields = yields && went_on;
        alone.yields += u32::from(yields);
        let tried = yields && alone.yields > self.config.yields;
        self.bounds_met.yields |= tried;
        tried
    }

    /// The thread waits for another round.
    fn wait(&mut self, tid: Tid, waits: Waits) -> bool {
        if waits != Waits::Change && self.may_leave_out() && self.may_doubt() {
            self.doubt();
        }
        let memory = if waits == Waits::Change { self.memory_beside(tid) } else { 0 };
        let spin = &mut self.threads[tid].spin;
        spin.memory = memory;
        spin.round.dedup();
        spin.unseen.waits(spin.began);
        spin.waits = waits;
        if waits != Waits::Change {
            spin.moved = None;
            spin.looked = false;
        }
        // Of both kinds: else the thread that goes on would seem to come back.
        spin.reads.clear();
        spin.arrivals.clear();
        let (since, yields) = (spin.alone.since, spin.alone.yields);
        let yields = if waits == Waits::Politely { 0 } else { yields };
        spin.alone = Alone { since, yields, ..Alone::default() };
        true
    }
}
