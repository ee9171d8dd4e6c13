//! Local variables that other threads use, as the nodes of a list of waiters: when the function returns, or the thread ends, whose they are, it must
//! know of each of these uses. The end of a frame is no access, and one that comes before it in this run may come after it in another one, with no step
//! between the two.

use std::cell::Cell;

use super::faults::{Fault, keep_stack};
use super::{Plain, with};
use crate::machine::op::Tid;
use crate::machine::{Bad, Machine, context, debugger};
use crate::search::MAX_THREADS;

thread_local! {
    /// For each thread, the lowest of its local variables that others have used.
    static LOWEST: [Cell<usize>; MAX_THREADS] = const { [const { Cell::new(usize::MAX) }; MAX_THREADS] };
}

/// Forgets all.
pub(super) fn clear(plain: &mut Plain) {
    for (owner, _) in plain.lent.drain(..) {
        LOWEST.with(|lowest| lowest[owner].set(usize::MAX));
    }
}

/// Another thread has used local variables of `owner`.
pub(super) fn lent(plain: &mut Plain, owner: Tid, (start, size): (usize, usize)) {
    for granule in (start >> 3)..=((start + size.max(1) - 1) >> 3) {
        if plain.lent.last() != Some(&(owner, granule)) {
            plain.lent.push((owner, granule));
        }
    }
    LOWEST.with(|lowest| lowest[owner].set(lowest[owner].get().min(start & !7)));
}

/// A function of a thread has returned: what lies deeper on the stack than this is gone. Does not return if another may use it still.
#[inline]
pub(super) fn returned(owner: Tid, stack: usize) {
    if LOWEST.with(|lowest| lowest[owner].get()) < stack {
        gone(stack);
    }
}

#[cold]
#[inline(never)]
fn gone(stack: usize) {
    if context::with(|machine| machine.locals_go(stack)) == Some(true) {
        debugger::faulted();
        keep_stack();
        context::give_up_here();
    }
}

impl Machine {
    /// Local variables of the current thread that lie deeper on the stack than this are gone. Whether another may use one still, which is a failure.
    pub fn locals_go(&mut self, stack: usize) -> bool {
        let owner = self.current;
        let is_gone = |&(whose, granule): &(Tid, usize)| whose == owner && granule << 3 < stack;
        if !super::is_on() || self.failure.is_some() {
            return false;
        }
        let fault = with(|plain| {
            let knows = self.knows(None);
            let mut unknown = None;
            for &(_, granule) in plain.lent.iter().filter(|lent| is_gone(lent)) {
                let mut seen = plain.shadow.seen(granule).iter();
                unknown = unknown.or_else(|| {
                    let by_another = |seen: &&super::shadow::Seen| {
                        usize::from(seen.tid) != owner && !knows(seen.tid.into(), seen.epoch)
                    };
                    seen.find(by_another).copied()
                });
            }
            plain.lent.retain(|lent| !is_gone(lent));
            let left = plain.lent.iter().filter(|lent| lent.0 == owner);
            let lowest = left.map(|lent| lent.1 << 3).min().unwrap_or(usize::MAX);
            LOWEST.with(|all| all[owner].set(lowest));
            unknown.map(|seen| {
                plain.witnesses.seek(Some(seen), None);
                Fault::goes(seen, self.now())
            })
        });
        let Some(fault) = fault.flatten() else { return false };
        self.fail(Bad::Memory(Box::new(fault)));
        self.chosen = None;
        true
    }
}
