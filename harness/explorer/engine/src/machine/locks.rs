//! Taking and giving back locks.

use super::Machine;
use super::object::{Lock, State};
use super::op::{Obj, Op, Tid};
use super::past::Was;
use super::spinning::closeness::Closeness;
use super::spinning::contents::Contents;
use crate::config::Fault;

impl Machine {
    pub(super) fn lock_mut(&mut self, lock: Obj) -> &mut Lock {
        match &mut self.objects[lock as usize].state {
            State::Lock(lock) => lock,
            other => unreachable!("{other:?} is not a lock"),
        }
    }

    /// The holder of a lock may change what is under it from now on.
    pub fn hand_out<T: ?Sized>(&mut self, lock: Obj, value: &T) {
        self.lock_mut(lock).handed_out.get_or_insert_with(|| Contents::of(value));
    }

    /// Whether what an operation asks for could be had at once.
    pub(super) fn can_be_had(&self, op: Op) -> bool {
        match op {
            Op::Lock(lock) | Op::TryLock(lock) => self.is_free(lock),
            Op::Read(lock) | Op::TryRead(lock) => self.is_readable(lock),
            Op::OnceEnter { once, .. } | Op::OnceWait { once, .. } => match &self.objects
                [once as usize]
                .state
            {
                State::Once(once) => !matches!(once.phase, super::object::OncePhase::Running(_)),
                _ => true,
            },
            _ => true,
        }
    }

    pub(super) fn take(&mut self, tid: Tid, lock: Obj) {
        let taken = self.enter_section();
        let State::Lock(state) = &mut self.objects[lock as usize].state else { return };
        state.owner = Some(tid);
        state.taken = taken;
        state.queued &= !(1 << tid);
        state.kept = false;
        self.threads[tid].views.learn(&state.view);
        self.threads[tid].views.learn(&state.read_view);
        let past = state.past;
        self.knows_all(tid, past);
        self.note_time(tid, lock);
    }

    /// Somebody takes a lock, or asks for it: who finds that later is not earlier.
    pub(super) fn note_time(&mut self, tid: Tid, lock: Obj) {
        let now = self.threads[tid].views.current.time;
        let state = self.lock_mut(lock);
        state.time = state.time.max(now);
    }

    /// A thread sees what another did at this time. It may know nothing of what that one did with memory, but no clock goes back.
    pub(super) fn is_not_before(&mut self, tid: Tid, time: u64) {
        let now = &mut self.threads[tid].views.current.time;
        *now = time.max(*now);
    }

    pub(super) fn share(&mut self, tid: Tid, lock: Obj) {
        let State::Lock(state) = &mut self.objects[lock as usize].state else { return };
        state.readers.push(tid);
        state.waiting &= !(1 << tid);
        state.kept = false;
        self.threads[tid].reading += 1;
        let State::Lock(state) = &self.objects[lock as usize].state else { return };
        // A reader learns what writers knew, not what other readers knew.
        self.threads[tid].views.learn(&state.view);
        let past = state.past;
        self.knows_all(tid, past);
        self.note_time(tid, lock);
    }

    /// Gives back a lock held alone. Returns who can have it now.
    pub(super) fn release(&mut self, tid: Tid, lock: Obj) -> u64 {
        self.changes_past(tid, self.lock(lock).past, Was::Held);
        let view = self.threads[tid].views.current.clone();
        let taken = self.lock_mut(lock).taken.take();
        let elsewhere = self.has_section_changed(taken.as_ref());
        let state = self.lock_mut(lock);
        state.owner = None;
        state.is_left();
        state.view = view;
        state.releases += 1;
        // SAFETY: the value lies in the lock, which is borrowed by the guard that gives it back; nobody else can have it.
        let changed =
            state.handed_out.take().is_some_and(|before| unsafe { before.have_changed() });
        let blind = self.config.fault == Some(Fault::SectionsChangeNothing);
        self.section_changed = (changed || elsewhere) && !blind;
        // Unless it is looked exactly, nobody waits for a change yet.
        let unknown = self.closeness < Closeness::Memory;
        self.objects[lock as usize].version += u32::from(self.section_changed || unknown);
        self.waiting_for(lock)
    }

    /// Who waits for a lock or a cell, as a bit mask.
    pub(super) fn waiting_for(&self, object: Obj) -> u64 {
        if self.tracer.is_none() {
            return 0;
        }
        let waits = |op: &Op| match *op {
            Op::Lock(o) | Op::Read(o) | Op::ReadBehind(o) => o == object,
            Op::Wake { lock, .. } => lock == object,
            Op::OnceEnter { once, .. } | Op::OnceWait { once, .. } => once == object,
            _ => false,
        };
        let threads = self.threads.iter().enumerate();
        threads
            .filter(|(_, thread)| thread.shown_blocked && waits(&thread.pending))
            .fold(0, |all, (tid, _)| all | 1 << tid)
    }
}
