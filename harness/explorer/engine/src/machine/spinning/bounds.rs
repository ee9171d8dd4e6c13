//! What is cut off, and how the search says so.
//!
//! A loop that counts its looks never comes back to where it was, and ends by itself: it is followed, which costs an execution for each
//! look that could be the first to see a change. On request a change is seen in one of the first looks or not at all, see
//! [`Config::looks`](crate::Config::looks). A loop that changes something in each round and gives the turn away has no end as long as nobody takes it: at
//! some number of yields somebody must, see [`Config::yields`](crate::Config::yields).

use crate::machine::object::State;
use crate::machine::op::{Loc, Op};
use crate::machine::{Machine, shared};

/// Which bounds have cut something off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// [`Config::looks`](crate::Config::looks).
    pub looks: bool,
    /// [`Config::yields`](crate::Config::yields).
    pub yields: bool,
    /// [`Config::early_timeouts`](crate::Config::early_timeouts).
    pub timeouts: bool,
    /// Two volatile accesses race, and are seen in one order only.
    pub volatiles: bool,
    /// Which of [`Config::accept`](crate::Config::accept) occurred, as a bit mask. What races so is seen in one order only.
    pub accepted: u64,
}

impl Met {
    /// What has cut something off in another process as well.
    pub fn join(&mut self, other: Self) {
        self.looks |= other.looks;
        self.yields |= other.yields;
        self.timeouts |= other.timeouts;
        self.volatiles |= other.volatiles;
        self.accepted |= other.accepted;
    }
}

/// The store of a look that read none.
pub(super) const NO_STORE: u16 = u16::MAX;

impl Machine {
    /// After some rounds that saw the same, a loop that only looks sees the same until it is left, if the search is bounded so. Such a look depends
    /// on nothing.
    pub(in crate::machine) fn tie(&mut self, op: Op, at: Loc) {
        let most = self.config.looks.map_or(usize::MAX, |looks| usize::from(looks.max(1)));
        let thread = &self.threads[self.current];
        let tied = match op {
            Op::Load { atomic, .. } => Some((atomic, None)),
            Op::Compare { atomic, expected, weak: false, .. } => Some((atomic, Some(expected))),
            _ => None,
        }
        .and_then(|(atomic, expected)| {
            let &last = thread.spin.reads.last().filter(|last| last.place == shared(atomic))?;
            let here = |look: &&super::looks::Look| **look == last && std::ptr::eq(look.at, at);
            let rounds = thread.spin.reads.iter().rev().take_while(here).count();
            let fails =
                |store| expected.is_none_or(|value| self.stored(atomic, store).value != value);
            // It is as if it came right after the look before. But what the thread itself has learnt since may forbid it.
            let may = |store| match &self.objects[atomic as usize].state {
                State::Atomic(state) => thread.views.current.get(state.index) <= store,
                _ => false,
            };
            let reads = last.store != NO_STORE;
            Some(last.store).filter(|&store| reads && rounds >= most && may(store) && fails(store))
        });
        self.bounds_met.looks |= tied.is_some();
        self.threads[self.current].spin.tied = tied;
    }
}
