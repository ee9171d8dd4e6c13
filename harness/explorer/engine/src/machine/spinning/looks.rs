//! What a thread has looked at, and whether that has changed.

use super::bounds;
use crate::machine::channels;
use crate::machine::choices::WEAK_FAILURE;
use crate::machine::object::State;
use crate::machine::op::{Loc, Obj, Op, Tid};
use crate::machine::past::looks_back;
use crate::machine::perform::Done;
use crate::machine::thread::Thread;
use crate::machine::{FIRST_SHARED, Machine, arena, end_of, shared};
use crate::search::QUIESCENT_ALT;
use crate::search::{Footprint, Kind};

/// So many looks are kept.
const KEPT: usize = 4096;

/// One look of a thread at something that another could change.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// What was looked at, by its number in footprints.
    pub place: u32,
    aspect: Aspect,
    /// How often that had changed.
    seen: u32,
    /// The line that looked.
    pub(super) at: Loc,
    /// Which store it read, if it looked at an atomic.
    pub(super) store: u16,
}

impl PartialEq for Look {
    fn eq(&self, other: &Self) -> bool {
        let what = |look: &Self| (look.place, look.aspect, look.seen);
        what(self) == what(other)
    }
}

/// What a loop wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aspect {
    /// What is there.
    Contents,
    /// Whether a lock can be had.
    Availability,
}

impl Machine {
    /// Whether something that a spinning thread looked at has changed.
    pub(super) fn sees_change(&self, thread: &Thread) -> bool {
        thread.spin.round.iter().any(|look| self.changes(look.place, look.aspect) != look.seen)
    }

    /// Counts the changes that a look could notice.
    fn changes(&self, place: u32, aspect: Aspect) -> u32 {
        let Some(object) = place.checked_sub(FIRST_SHARED) else {
            // `is_finished` asks for no more.
            let ended =
                |(tid, thread): (Tid, &Thread)| end_of(tid) == place && thread.has_returned();
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

    /// Whether a thread holds a lock that it has looked at.
    pub(super) fn holds_any(&self, tid: Tid, looks: &[Look]) -> bool {
        let is_held = |object: u32| match &self.objects[object as usize].state {
            State::Lock(lock) => lock.owner == Some(tid) || lock.readers.contains(&tid),
            _ => false,
        };
        looks.iter().filter_map(|look| look.place.checked_sub(FIRST_SHARED)).any(is_held)
    }

    /// What the end of a round in vain depends on: all that was looked at.
    pub(in crate::machine) fn round_footprint(&self, thread: &Thread) -> Footprint {
        let names = |place: u32| {
            let object =
                place.checked_sub(FIRST_SHARED).map(|object| &self.objects[object as usize]);
            let channel = object.is_some_and(|object| matches!(object.state, State::Channel(_)));
            place..place + if channel { channels::NAMES } else { 1 }
        };
        let mut places: Vec<u32> =
            thread.spin.round.iter().flat_map(|look| names(look.place)).collect();
        places.sort_unstable();
        places.dedup();
        places.iter().fold(Footprint::EMPTY, |all, &place| all.and(place, Kind::Read))
    }

    /// Keeps what tells a spin loop: what was seen, and whether anything was done.
    pub(in crate::machine) fn remember(&mut self, tid: Tid, op: Op, done: &Done, alt: u16) {
        self.threads[tid].spin.went_on |=
            !matches!(op, Op::Yield | Op::Sleep(_) | Op::SleepEnds(_) | Op::SpinYield);
        let contents = |object: Obj| Some((shared(object), Aspect::Contents));
        // A failure for no reason is used up: the next round can come out otherwise.
        let weak = alt != QUIESCENT_ALT && alt & WEAK_FAILURE != 0;
        let look = match op {
            Op::Load { .. } => contents(op.object()),
            Op::Compare { .. } if weak => None,
            Op::Compare { atomic, .. } if !done.ok || self.wrote_back(atomic) => contents(atomic),
            Op::Update { atomic, .. } if self.wrote_back(atomic) => contents(atomic),
            Op::TryLock(object) | Op::TryRead(object) if !done.ok => {
                Some((shared(object), Aspect::Availability))
            }
            Op::TryReceive(object) | Op::TrySend(object) | Op::OnceGet(object) if !done.ok => {
                contents(object)
            }
            // A time-out has fired.
            Op::Receive { channel, timeout: Some(_) } if !done.ok => contents(channel),
            Op::Lock(object)
            | Op::Read(object)
            | Op::ReadBehind(object)
            | Op::TryLock(object)
            | Op::TryRead(object)
            | Op::IsPoisoned(object) => contents(object),
            Op::IsFinished(other) if !done.ok => Some((end_of(other), Aspect::Contents)),
            // What was done under the lock counts, and is noticed when the lock is given back.
            Op::Unlock(_) if !self.section_changed => return,
            // A fence changes nothing that the loop could see: crossbeam's channels put one into their loops.
            Op::SpinYield | Op::Fence { .. } | Op::Yield | Op::Sleep(_) | Op::Unread(_) => return,
            Op::SleepEnds(_)
            | Op::Queue(_)
            | Op::QueueRead(_)
            | Op::RestIn { .. }
            | Op::RestScope(_) => return,
            _ => None,
        };
        self.remember_alone(tid, op, done, alt);
        let Some((place, aspect)) = look else {
            arena::note_change(tid);
            return self.threads[tid].acted();
        };
        let (seen, store) = match op {
            Op::Load { atomic, .. } | Op::Compare { atomic, .. } => {
                let store = self.read_place(atomic, alt);
                (self.stored(atomic, store).since.into(), store)
            }
            // What it has found is not so any more.
            _ if looks_back(op, alt) => {
                (self.changes(place, aspect).wrapping_sub(1), bounds::NO_STORE)
            }
            _ => (self.changes(place, aspect), bounds::NO_STORE),
        };
        let thread = &mut self.threads[tid];
        if thread.spin.reads.len() >= KEPT {
            thread.spin.reads.clear();
            thread.spin.arrivals.clear();
        }
        let at = thread.at;
        thread.spin.reads.push(Look { place, aspect, seen, at, store });
    }

    /// What a thread reads that has gone long alone.
    fn remember_alone(&mut self, tid: Tid, op: Op, done: &Done, alt: u16) {
        if looks_back(op, alt) {
            self.threads[tid].spin.alone.stale.push(self.steps - 1);
        }
        let (Op::Load { atomic, .. } | Op::Compare { atomic, .. } | Op::Update { atomic, .. }) = op
        else {
            return;
        };
        let stale = match op {
            Op::Update { .. } => false,
            Op::Compare { .. } if done.ok => false,
            _ => self.read_place(atomic, alt) != self.newest(atomic),
        };
        if stale {
            self.circle.spoil();
        }
        let counts = self.counts_others();
        let thread = &mut self.threads[tid];
        let alone = &mut thread.spin.alone;
        if stale {
            alone.stale.push(self.steps - 1);
        }
        if counts && alone.reads.len() < KEPT {
            let place = shared(atomic);
            let (aspect, at) = (Aspect::Contents, thread.at);
            alone.reads.push(Look { place, aspect, seen: 0, at, store: bounds::NO_STORE });
        }
    }

    /// Whether the newest store of an atomic is an update that wrote what it had read.
    fn wrote_back(&self, atomic: Obj) -> bool {
        self.stored(atomic, self.newest(atomic)).since != self.newest(atomic)
    }
}

/// Whether an operation can be the first of a round of a spin loop.
pub(super) fn may_look(op: Op) -> bool {
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
            | Op::Receive { timeout: Some(_), .. }
            | Op::OnceGet(_)
            | Op::IsPoisoned(_)
            | Op::IsFinished(_)
    )
}
