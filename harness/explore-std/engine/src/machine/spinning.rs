//! Spin loops: how they are recognised, and what becomes of them.
//!
//! A loop that reads the same values again and again, and does nothing else, would make a run endless. Once it has gone round a
//! few times in vain, its thread waits until something that it read is changed. That leaves out runs in which a loop that ends by
//! itself gives up earlier; the outcome names the bound. It is a heuristic about loops, not about memory: whatever was
//! changed, the thread goes on.

use super::Machine;
use super::object::State;
use super::op::{Obj, Op, Tid};
use super::perform::Done;
use super::thread::Thread;
use crate::search::QUIESCENT_ALT;

/// How often a spinning thread is let go on when nothing else can happen, before that is called a livelock.
pub(super) const RELEASES: u32 = 32;
/// How much longer a loop of nothing but loads goes on before it counts as spinning: it may be a loop that ends by itself.
const BARE_LOADS: u8 = 2;
/// Likewise for a loop that also takes locks: what it does under them cannot be seen.
const LOCKED_ROUNDS: u8 = 4;

impl Machine {
    /// The atomic that a thread reads again and again at one place, and the store that it reads.
    pub(super) fn stuck_on(&self, thread: &Thread) -> Option<(Obj, u32)> {
        let (Op::Load { atomic, .. } | Op::Compare { atomic, .. }) = thread.pending else {
            return None;
        };
        let (at, object, seen, times) = thread.repeat?;
        let same = std::ptr::eq(at, thread.at) && object == atomic;
        (same && times > self.config.spin_rounds.saturating_add(BARE_LOADS))
            .then_some((atomic, seen))
    }

    /// Whether a thread waits in a spin loop for something to change.
    pub(super) fn spins(&self, tid: Tid) -> bool {
        let thread = &self.threads[tid];
        let alive = thread.exists && thread.ended.is_none();
        alive && (thread.pending == Op::SpinYield || self.stuck_on(thread).is_some())
    }

    /// Counts the changes of an object that a failed attempt could notice.
    pub(super) fn version(&self, object: Obj) -> u32 {
        let object = &self.objects[object as usize];
        match &object.state {
            State::Atomic(atomic) => (atomic.stores.len() - 1) as u32,
            _ => object.version,
        }
    }

    /// Turns a yield into a wait, at the end of a spin round that read what the round before had read.
    pub(super) fn spinning(&mut self, op: Op, at: super::op::Loc) -> Op {
        let rounds = self.config.spin_rounds;
        let locks = |reads: &[(Obj, u32)], objects: &[super::object::Object]| {
            reads
                .iter()
                .any(|(object, _)| matches!(objects[*object as usize].state, State::Lock(_)))
        };
        let thread = &mut self.threads[self.current];
        if !matches!(op, Op::Yield | Op::Sleep(_)) {
            return op;
        }
        thread.repeat = None;
        thread.reads.dedup();
        let same = !thread.reads.is_empty()
            && thread.reads == thread.last_reads
            && thread.spin_at.is_some_and(|before| std::ptr::eq(before, at));
        thread.rounds = if same { thread.rounds.saturating_add(1) } else { 0 };
        thread.spin_at = Some(at);
        std::mem::swap(&mut thread.reads, &mut thread.last_reads);
        thread.reads.clear();
        let patience =
            if locks(&thread.last_reads, &self.objects) { rounds + LOCKED_ROUNDS } else { rounds };
        if thread.rounds >= patience.max(1) { Op::SpinYield } else { op }
    }

    /// Keeps what tells a spin loop: what was read, and whether anything was done.
    pub(super) fn remember(&mut self, tid: Tid, op: Op, done: &Done, alt: u16) {
        let reads = match op {
            Op::Load { atomic, .. } | Op::Compare { atomic, .. }
                if !done.ok || matches!(op, Op::Load { .. }) =>
            {
                let seen = u32::from(self.read_place(atomic, alt));
                let thread = &mut self.threads[tid];
                let at = thread.at;
                thread.repeat = match thread.repeat {
                    Some((place, object, before, times))
                        if std::ptr::eq(place, at) && object == atomic && before == seen =>
                    {
                        Some((at, atomic, seen, times.saturating_add(1)))
                    }
                    _ => Some((at, atomic, seen, 1)),
                };
                if alt == QUIESCENT_ALT {
                    thread.released += 1;
                    thread.repeat = Some((at, atomic, seen, 1));
                }
                Some((atomic, seen))
            }
            Op::TryLock(object) | Op::TryRead(object) if !done.ok => {
                Some((object, self.version(object)))
            }
            Op::TryReceive(object) | Op::TrySend(object) if !done.ok => {
                Some((object, self.version(object)))
            }
            Op::OnceGet(object) if !done.ok => Some((object, self.version(object))),
            Op::Lock(object) | Op::Read(object) | Op::IsPoisoned(object) => {
                Some((object, self.version(object)))
            }
            Op::SpinYield if alt == QUIESCENT_ALT => {
                self.threads[tid].released += 1;
                return;
            }
            // A fence changes nothing that the loop could read: crossbeam's channels put one into their loops.
            Op::Fence { .. }
            | Op::Yield
            | Op::SpinYield
            | Op::Sleep(_)
            | Op::Unlock(_)
            | Op::Unread(_) => return,
            _ => None,
        };
        match reads {
            Some(read) => {
                if !matches!(op, Op::Load { .. } | Op::Compare { .. }) {
                    self.threads[tid].repeat = None;
                }
                self.threads[tid].reads.push(read);
            }
            None => self.threads[tid].acted(),
        }
    }
}
