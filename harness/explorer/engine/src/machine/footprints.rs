//! What each operation touches.

use super::choices::{BEHIND, eats};
use super::object::{OncePhase, State};
use super::op::{Obj, Op, Tid};
use super::spinning::Waits;
use super::thread::Woken;
use super::{FENCES, Machine, SPAWNS, end_of, result_of, shared, token_of};
use crate::config::Memory;
use crate::search::{Footprint, Kind};
use std::sync::atomic::Ordering;

impl Machine {
    /// What an operation touches, as `alt` of it in this state; and what it could touch in another state.
    pub(super) fn footprints(&self, tid: Tid, alt: u16) -> (Footprint, Footprint) {
        let (touched, widest) = self.usual_footprints(tid, alt);
        let thread = &self.threads[tid];
        if super::past::looks_back(thread.pending, alt) {
            return (Footprint::EMPTY, widest);
        }
        if !self.config.tokens || !thread.rests || !thread.pending.parks() {
            return (touched, widest);
        }
        // Whether there was a token to eat, the call looks; or it takes it.
        let kind = if eats(alt) { Kind::Write } else { Kind::Read };
        (touched.and(token_of(tid), kind), widest.and(token_of(tid), Kind::Write))
    }

    fn usual_footprints(&self, tid: Tid, alt: u16) -> (Footprint, Footprint) {
        let thread = &self.threads[tid];
        let ambient = |number, kind| Footprint::EMPTY.and(number, kind);
        let one = |object, kind| Footprint::EMPTY.and(shared(object), kind);
        let same = |footprint| (footprint, footprint);
        let fence = |footprint: Footprint, sc| {
            if sc { footprint.and(FENCES, Kind::Read) } else { footprint }
        };
        match thread.pending {
            Op::Start
            | Op::Join(_)
            | Op::JoinScoped(_)
            | Op::Yield
            | Op::Sleep(_)
            | Op::SleepEnds(_)
            | Op::Pass { .. }
            | Op::SendTaken { .. } => same(Footprint::EMPTY),
            Op::SpinYield if thread.spin.waits != Waits::Change => same(Footprint::EMPTY),
            Op::SpinYield => same(self.round_footprint(thread)),
            // Who asks whether the thread has ended asks whether its closure has returned.
            Op::End if self.threads[tid].returned.is_some() => same(Footprint::EMPTY),
            Op::End | Op::Return => same(ambient(end_of(tid), Kind::Release)),
            Op::IsFinished(other) => same(ambient(end_of(other), Kind::Read)),
            Op::LetGo(other) => same(ambient(result_of(other), Kind::Write)),
            Op::Spawn => same(ambient(SPAWNS, Kind::Write)),
            Op::Park { .. } => same(ambient(token_of(tid), Kind::Write)),
            Op::Unpark(other) => same(ambient(token_of(other), Kind::Write)),
            Op::Lock(lock) => same(one(lock, Kind::Acquire)),
            Op::Wake { lock, .. } => same(one(lock, Kind::Acquire)),
            Op::Unlock(lock) => same(one(lock, Kind::Release)),
            // Whoever reads already keeps all writers out: reading once more, and once less, depends on nobody.
            Op::Read(lock) | Op::TryRead(lock)
                if self.lock(lock).readers.contains(&tid) && !self.config.queues =>
            {
                same(Footprint::EMPTY)
            }
            Op::Read(lock) | Op::TryRead(lock) if alt == BEHIND => same(one(lock, Kind::Write)),
            Op::Queue(lock) | Op::QueueRead(lock) => same(one(lock, Kind::Write)),
            // It depends on who queues, and it waits for the lock: whoever took that is a candidate for a race, whatever lies between.
            Op::ReadBehind(lock) => same(one(lock, Kind::Share).and(shared(lock), Kind::Write)),
            Op::Read(lock) if self.config.queues => {
                let widest = one(lock, Kind::Share).and(shared(lock), Kind::Write);
                let queued = self.lock(lock).queued != 0;
                (if queued { widest } else { one(lock, Kind::Share) }, widest)
            }
            Op::Unread(lock)
                if self.lock(lock).readers.iter().filter(|&&reader| reader == tid).count() > 1
                    && !self.config.queues =>
            {
                same(Footprint::EMPTY)
            }
            Op::Read(lock) => same(one(lock, Kind::Share)),
            Op::Unread(lock) => same(one(lock, Kind::ReleaseShared)),
            Op::Downgrade(lock) | Op::ClearPoison(lock) | Op::Poison(lock) => {
                same(one(lock, Kind::Write))
            }
            Op::IsPoisoned(lock) => same(one(lock, Kind::Read)),
            Op::TryLock(lock) => {
                let taking = one(lock, Kind::Acquire).and(shared(lock), Kind::Read);
                // A failure because of readers depends on them as well.
                let failing = if self.lock(lock).owner.is_some() {
                    one(lock, Kind::Read)
                } else {
                    one(lock, Kind::Write)
                };
                (if self.lock(lock).is_free() { taking } else { failing }, one(lock, Kind::Write))
            }
            Op::TryRead(lock) => {
                let free = self.lock(lock).owner.is_none();
                let taking = one(lock, Kind::Share).and(shared(lock), Kind::Peek);
                let widest = if self.config.queues { one(lock, Kind::Write) } else { taking };
                // Whether it can be kept out depends on those who hold the lock for reading.
                let behind = self.config.queues && self.lock(lock).queued != 0;
                match free {
                    true if behind => {
                        (one(lock, Kind::Share).and(shared(lock), Kind::Write), widest)
                    }
                    true => (taking, widest),
                    false => (one(lock, Kind::Peek), widest),
                }
            }
            Op::Wait { condvar, lock, .. } => {
                same(one(condvar, Kind::Write).and(shared(lock), Kind::Release))
            }
            Op::NotifyOne(condvar) | Op::NotifyAll(condvar) => same(one(condvar, Kind::Write)),
            Op::Arrive { barrier, .. } => same(one(barrier, Kind::Write)),
            Op::OnceEnter { once, .. } => {
                let done = matches!(&self.objects[once as usize].state, State::Once(state) if state.phase == OncePhase::Done);
                (
                    one(once, if done { Kind::Share } else { Kind::Acquire }),
                    one(once, Kind::Acquire),
                )
            }
            Op::OnceWait { once, .. } => same(one(once, Kind::Share)),
            Op::OnceLeave { once, .. } => same(one(once, Kind::Release)),
            Op::OnceGet(once) => same(one(once, Kind::Read)),
            Op::RestScope(other) => same(ambient(end_of(other), Kind::Read)),
            Op::RestIn { .. }
            | Op::Send(_)
            | Op::TrySend(_)
            | Op::Receive { .. }
            | Op::TryReceive(_)
            | Op::Await(_)
            | Op::DropSender(_)
            | Op::DropReceiver(_) => self.channel_footprints(thread),
            Op::Load { .. } | Op::Compare { .. } if thread.spin.tied.is_some() => {
                same(Footprint::EMPTY)
            }
            Op::Load { atomic, .. } | Op::Compare { atomic, .. } if self.is_counter(atomic) => {
                same(one(atomic, Kind::Write))
            }
            Op::Update { atomic, .. } if self.is_counter(atomic) => match thread.call {
                "fetch_add" => (one(atomic, Kind::CountUp), one(atomic, Kind::Write)),
                _ => same(one(atomic, Kind::Write)),
            },
            Op::Load { atomic, order } => {
                let sc = order == Ordering::SeqCst || self.config.memory == Memory::SeqCst;
                same(fence(one(atomic, if sc { Kind::LoadSc } else { Kind::Load }), sc))
            }
            Op::Store { atomic, order, .. } | Op::Update { atomic, order } => {
                let sc = order == Ordering::SeqCst || self.config.memory == Memory::SeqCst;
                same(fence(one(atomic, if sc { Kind::StoreSc } else { Kind::Store }), sc))
            }
            Op::Compare { atomic, expected, success, failure, .. } => {
                let all = self.config.memory == Memory::SeqCst;
                let sc = |order| order == Ordering::SeqCst || all;
                let any = sc(success) || sc(failure);
                // Whether it might have failed instead depends on the fences even if it succeeds.
                let store =
                    |sc| fence(one(atomic, if sc { Kind::StoreSc } else { Kind::Store }), any);
                let wide = store(any);
                let State::Atomic(state) = &self.objects[atomic as usize].state else {
                    return same(wide);
                };
                let newest = state.stores.len() - 1;
                let fails = usize::from(alt) != newest || state.stores[newest].value != expected;
                let load = |sc| fence(one(atomic, if sc { Kind::LoadSc } else { Kind::Load }), sc);
                (if fails { load(sc(failure)) } else { store(sc(success)) }, wide)
            }
            Op::Fence { order, .. } => same(if order == Ordering::SeqCst {
                ambient(FENCES, Kind::Write)
            } else {
                Footprint::EMPTY
            }),
            Op::Print(_) | Op::LockStream(_) | Op::UnlockStream(_) | Op::Input => {
                same(self.stream_footprint(thread.pending))
            }
            // Who comes first, also before main returns.
            Op::BeginExit => same(ambient(end_of(0), Kind::Write)),
            Op::Exit(_) | Op::Abort => same(Footprint::everything()),
        }
    }

    /// Whether an atomic is a counter of `Arc` or `Weak`.
    pub(super) fn is_counter(&self, atomic: Obj) -> bool {
        self.objects[atomic as usize].kind == super::plain::atomics::COUNTER
    }

    /// Whether all that a thread does next is to let go of an `Arc`.
    pub(super) fn only_counts(&self, tid: Tid) -> bool {
        let thread = &self.threads[tid];
        match thread.pending {
            Op::Update { atomic, .. } => self.is_counter(atomic),
            Op::Fence { .. } => thread.call == super::plain::atomics::COUNTER,
            _ => false,
        }
    }

    /// Whether the update that a thread does says nothing of what others did: one reference more, or one less that is not the last.
    pub(super) fn counts_blindly(&self, tid: Tid, atomic: Obj) -> bool {
        let now = self.stored(atomic, self.newest(atomic)).value;
        match self.threads[tid].call {
            _ if !self.is_counter(atomic) => false,
            "fetch_add" => true,
            "fetch_sub" => now != 1,
            _ => false,
        }
    }

    /// What the operation touches of a thread that is blocked when the execution ends.
    pub(super) fn footprint_if_blocked(&self, tid: Tid) -> Footprint {
        match self.threads[tid].pending {
            // Nobody notified it, so it could not have come earlier.
            Op::Wake { .. } if self.threads[tid].woken == Woken::No => Footprint::EMPTY,
            Op::Receive { .. } => Footprint::EMPTY,
            _ => self.footprints(tid, 0).1,
        }
    }
}
