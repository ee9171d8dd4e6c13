//! Spin loops: how they are recognised, and what becomes of them.
//!
//! A loop that sees the same again and again, and does nothing else, would make a run endless. Once it has gone round a few times
//! in vain, its thread waits (an `Op::SpinYield`) until something that it looked at is changed. That leaves out runs in which a loop that
//! ends by itself gives up earlier; the outcome names the bound. It is a heuristic about loops, not about memory: whatever was changed, the
//! thread goes on.
//!
//! To fail is to look: a `try_lock` that finds the lock taken, a compare-exchange that does not write. So is an update that writes what it
//! has read (`swap(true)` of a lock that is taken): another loop that waits for the same value need not go round for it. And so is a
//! critical section that leaves what it found.

use super::op::{Loc, Obj, Op, Tid};
use super::perform::Done;
use super::thread::Thread;
use super::{FIRST_SHARED, Machine, arena, end_of, shared};
use crate::machine::object::State;
use crate::search::QUIESCENT_ALT;

/// How often a spinning thread is let go on when nothing else can happen, before that is called a livelock.
pub(super) const RELEASES: u32 = 32;
/// How much longer a loop without a yield goes on before it counts as spinning: it may be a loop that ends by itself.
const BARE: u8 = 2;
/// Likewise for a loop that also takes locks: what it does under them cannot be seen.
const LOCKED: u8 = 1;
/// The most looks in one round of a loop without a yield.
const LONGEST_ROUND: usize = 6;
/// So many looks are kept.
const KEPT: usize = 4096;

/// One look of a thread at something that another could change.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The line that looked.
    at: Loc,
    /// What was looked at, by its number in footprints.
    pub place: u32,
    aspect: Aspect,
    /// How often that had changed.
    seen: u32,
}

impl PartialEq for Look {
    fn eq(&self, other: &Self) -> bool {
        let what = |look: &Self| (look.place, look.aspect, look.seen);
        std::ptr::eq(self.at, other.at) && what(self) == what(other)
    }
}

/// What a loop wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aspect {
    /// The value of an atomic or under a lock; the state of a channel, a cell, a thread.
    Contents,
    /// Whether a lock can be had.
    Availability,
}

impl Machine {
    /// Whether a thread waits in a spin loop for something to change.
    pub(super) fn spins(&self, tid: Tid) -> bool {
        let thread = &self.threads[tid];
        thread.exists && thread.ended.is_none() && thread.pending == Op::SpinYield
    }

    /// Whether something that a spinning thread looked at has changed.
    pub(super) fn sees_change(&self, thread: &Thread) -> bool {
        thread.last_reads.iter().any(|look| self.changes(look.place, look.aspect) != look.seen)
    }

    /// Counts the changes that a look could notice.
    fn changes(&self, place: u32, aspect: Aspect) -> u32 {
        let Some(object) = place.checked_sub(FIRST_SHARED) else {
            let ended =
                |(tid, thread): (Tid, &Thread)| end_of(tid) == place && thread.ended.is_some();
            return u32::from(self.threads.iter().enumerate().any(ended));
        };
        let object = &self.objects[object as usize];
        match (&object.state, aspect) {
            (State::Atomic(atomic), _) => {
                atomic.stores.last().map_or(0, |stored| stored.since.into())
            }
            (State::Lock(lock), Aspect::Availability) => lock.releases,
            _ => object.version,
        }
    }

    /// Whether the current thread, before it does `op`, has to wait until something that it looks at in its loop changes.
    pub(super) fn goes_round(&mut self, op: Op, at: Loc) -> bool {
        let rounds = self.config.spin_rounds;
        let thread = &self.threads[self.current];
        if thread.reads.is_empty() || !may_look(op) {
            return false;
        }
        let reads = &thread.reads;
        let again = |length: &usize| {
            let round = &reads[reads.len() - length..];
            let patience = self.patience(rounds.saturating_add(BARE), round);
            let times = usize::from(patience) + 1;
            std::ptr::eq(round[0].at, at)
                && reads.len() >= length * times
                && reads[reads.len() - length * times..]
                    .chunks_exact(*length)
                    .all(|other| other == round)
        };
        let Some(length) = (1..=LONGEST_ROUND.min(reads.len())).find(again) else { return false };
        let thread = &mut self.threads[self.current];
        let round = thread.reads.len() - length;
        thread.last_reads = thread.reads.split_off(round);
        thread.reads.clear();
        true
    }

    /// Turns a yield into a wait, at the end of a spin round that saw what the round before had seen.
    pub(super) fn spinning(&mut self, op: Op, at: Loc) -> Op {
        let rounds = self.config.spin_rounds;
        let thread = &mut self.threads[self.current];
        thread.nap = match op {
            Op::Sleep(time) => Some(time),
            _ => None,
        };
        if !matches!(op, Op::Yield | Op::Sleep(_)) {
            return op;
        }
        thread.reads.dedup();
        let same = !thread.reads.is_empty()
            && thread.reads == thread.last_reads
            && thread.spin_at.is_some_and(|before| std::ptr::eq(before, at));
        thread.rounds = if same { thread.rounds.saturating_add(1) } else { 0 };
        thread.spin_at = Some(at);
        std::mem::swap(&mut thread.reads, &mut thread.last_reads);
        thread.reads.clear();
        let thread = &self.threads[self.current];
        let patience = self.patience(rounds, &thread.last_reads);
        if thread.rounds >= patience.max(1) { Op::SpinYield } else { op }
    }

    fn patience(&self, rounds: u8, round: &[Look]) -> u8 {
        let is_lock = |look: &Look| {
            let object = look.place.checked_sub(FIRST_SHARED);
            object
                .is_some_and(|object| matches!(self.objects[object as usize].state, State::Lock(_)))
        };
        if round.iter().any(is_lock) { rounds.saturating_add(LOCKED) } else { rounds }
    }

    /// Keeps what tells a spin loop: what was seen, and whether anything was done.
    pub(super) fn remember(&mut self, tid: Tid, op: Op, done: &Done, alt: u16) {
        let contents = |object: Obj| Some((shared(object), Aspect::Contents));
        let look = match op {
            Op::Load { .. } => contents(op.object()),
            Op::Compare { atomic, .. } if !done.ok || self.wrote_back(atomic) => contents(atomic),
            Op::Update { atomic, .. } if self.wrote_back(atomic) => contents(atomic),
            Op::TryLock(object) | Op::TryRead(object) if !done.ok => {
                Some((shared(object), Aspect::Availability))
            }
            Op::TryReceive(object) | Op::TrySend(object) | Op::OnceGet(object) if !done.ok => {
                contents(object)
            }
            Op::Lock(object)
            | Op::Read(object)
            | Op::TryLock(object)
            | Op::TryRead(object)
            | Op::IsPoisoned(object) => contents(object),
            Op::IsFinished(other) if !done.ok => Some((end_of(other), Aspect::Contents)),
            Op::SpinYield => {
                self.threads[tid].released += u32::from(alt == QUIESCENT_ALT);
                return;
            }
            // What was done under the lock counts, and is noticed when the lock is given back.
            Op::Unlock(_) if !self.has_changed => return,
            // A fence changes nothing that the loop could see: crossbeam's channels put one into their loops.
            Op::Fence { .. } | Op::Yield | Op::Sleep(_) | Op::Unread(_) => return,
            _ => None,
        };
        let Some((place, aspect)) = look else {
            arena::note_change(tid);
            return self.threads[tid].acted();
        };
        let seen = match op {
            Op::Load { atomic, .. } | Op::Compare { atomic, .. } => {
                self.stored(atomic, self.read_place(atomic, alt)).since.into()
            }
            _ => self.changes(place, aspect),
        };
        let thread = &mut self.threads[tid];
        if thread.reads.len() >= KEPT {
            thread.reads.drain(..KEPT / 2);
        }
        thread.reads.push(Look { at: thread.at, place, aspect, seen });
    }

    /// Whether the newest store of an atomic is an update that wrote what it had read.
    fn wrote_back(&self, atomic: Obj) -> bool {
        self.stored(atomic, self.newest(atomic)).since != self.newest(atomic)
    }
}

/// Whether an operation can be the first of a round of a spin loop.
fn may_look(op: Op) -> bool {
    matches!(
        op,
        Op::Load { .. }
            | Op::Compare { .. }
            | Op::Update { .. }
            | Op::Lock(_)
            | Op::Read(_)
            | Op::TryLock(_)
            | Op::TryRead(_)
            | Op::TryReceive(_)
            | Op::TrySend(_)
            | Op::OnceGet(_)
            | Op::IsPoisoned(_)
            | Op::IsFinished(_)
    )
}
