//! What loads and stores of atomics do, by the memory model.

use std::sync::atomic::Ordering;

use super::choices::WEAK_FAILURE;
use super::memory::Stored;
use super::object::State;
use super::op::{Obj, Tid};
use super::perform::Done;
use super::{FIRST_SHARED, Machine};
use crate::config::Memory;
use crate::search::QUIESCENT_ALT;

impl Machine {
    /// The newest store of an atomic.
    pub(super) fn newest(&self, atomic: Obj) -> u16 {
        match &self.objects[atomic as usize].state {
            State::Atomic(state) => (state.stores.len() - 1) as u16,
            other => unreachable!("{other:?} is not an atomic"),
        }
    }

    pub(super) fn stored(&self, atomic: Obj, place: u16) -> &Stored {
        match &self.objects[atomic as usize].state {
            State::Atomic(state) => &state.stores[usize::from(place)],
            other => unreachable!("{other:?} is not an atomic"),
        }
    }

    /// Which store an alternative of a load reads.
    pub(super) fn read_place(&self, atomic: Obj, alt: u16) -> u16 {
        if alt == QUIESCENT_ALT { self.newest(atomic) } else { alt & !WEAK_FAILURE }
    }

    pub(super) fn learn_read(&mut self, tid: Tid, atomic: Obj, place: u16, order: Ordering) {
        let order = self.effective(order);
        let State::Atomic(state) = &self.objects[atomic as usize].state else { return };
        self.threads[tid].views.load(state.index, place, &state.stores[usize::from(place)], order);
    }

    pub(super) fn load(&mut self, tid: Tid, atomic: Obj, place: u16, order: Ordering) -> Done {
        self.learn_read(tid, atomic, place, order);
        let stored = self.stored(atomic, place);
        let value = stored.value;
        // Two `SeqCst` accesses depend on each other in either order; then the store is no precondition of the load.
        let ordered = stored.sc && self.effective(order) == Ordering::SeqCst;
        let step = stored.step.filter(|_| !ordered);
        self.after.extend(step);
        Done { value, ok: true }
    }

    pub(super) fn store(
        &mut self,
        tid: Tid,
        atomic: Obj,
        order: Ordering,
        value: u64,
        step: u32,
        read: Option<u16>,
    ) {
        let order = self.effective(order);
        let State::Atomic(state) = &mut self.objects[atomic as usize].state else { return };
        let place = state.stores.len() as u16;
        let read = read.map(|read| &state.stores[usize::from(read)]);
        let view = self.threads[tid].views.store(state.index, place, order, read);
        let since = read.filter(|read| read.value == value).map_or(place, |read| read.since);
        if order == Ordering::SeqCst {
            self.sc.raise(state.index, place);
        }
        let sc = order == Ordering::SeqCst;
        state.stores.push(Stored { value, view, step: Some(step), sc, since });
    }

    pub(super) fn effective(&self, order: Ordering) -> Ordering {
        if self.config.memory == Memory::SeqCst { Ordering::SeqCst } else { order }
    }

    /// A spinning thread that goes on sees the newest of what it waited for: stores become visible in the end.
    pub(super) fn see_newest(&mut self, tid: Tid) {
        if self.config.past {
            for at in 0..self.threads[tid].spin.round.len() {
                self.see_newest_of(tid, self.threads[tid].spin.round[at]);
            }
        }
        let thread = &mut self.threads[tid];
        for look in &thread.spin.round {
            let object = look.place.checked_sub(FIRST_SHARED);
            let object = object.map(|object| &self.objects[object as usize].state);
            if let Some(State::Atomic(state)) = object {
                let newest = (state.stores.len() - 1) as u16;
                thread.views.current.raise(state.index, newest);
            }
        }
    }
}
