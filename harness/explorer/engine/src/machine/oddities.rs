//! What happens seldom, and for no reason that can be seen in the program: a load that reads an old value, a weak compare-exchange that fails although it need not, a
//! wait that ends by itself, a time-out that passes early, a token that a blocking call has eaten.
//!
//! A failing run that can do without them is easier to understand, so they are tried away before it is shown (`explore/minimise.rs`).

use super::Machine;
use super::choices::{BEFORE, BEHIND, EATEN, SPURIOUS, TIMED_OUT, WEAK_FAILURE};
use super::object::State;
use super::op::{Obj, Op};
use crate::search::{Choice, QUIESCENT_ALT};

impl Machine {
    /// Whether a choice lets such a thing happen.
    pub(super) fn is_odd(&self, choice: Choice) -> bool {
        let Some(thread) = self.threads.get(usize::from(choice.thread)) else { return false };
        let alt = choice.alt;
        if alt == QUIESCENT_ALT {
            return false;
        }
        let takes_time = |timeout: Option<u64>| timeout.is_some_and(|time| time > 0);
        match thread.pending {
            // It has read that store before, and looks again.
            Op::Load { .. } | Op::Compare { .. } if thread.spin.tied.is_some() => false,
            Op::Load { atomic, .. } => alt < self.newest_place(atomic),
            Op::Compare { atomic, .. } => {
                alt & WEAK_FAILURE != 0 || alt < self.newest_place(atomic)
            }
            Op::Wait { timeout, .. } => {
                alt == SPURIOUS || (alt == TIMED_OUT && takes_time(timeout))
            }
            Op::Park { timeout } => alt == SPURIOUS || (!thread.token && takes_time(timeout)),
            Op::Receive { channel, timeout } => {
                takes_time(timeout) && self.must_rest(channel, false)
            }
            Op::Read(_) | Op::TryRead(_) => alt == BEHIND || alt == BEFORE,
            op => alt == BEFORE && super::past::may_look_back(op) || alt == EATEN && op.parks(),
        }
    }

    /// The place of the newest store.
    fn newest_place(&self, atomic: Obj) -> u16 {
        match &self.objects[atomic as usize].state {
            State::Atomic(state) => (state.stores.len() - 1) as u16,
            _ => 0,
        }
    }
}
