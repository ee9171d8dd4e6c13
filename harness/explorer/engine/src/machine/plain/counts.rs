//! The counters of `Arc` and `Weak`.
//!
//! `Arc` is compiled with the user's crate and uses the real atomics; they come through the hooks. Most programs never look at a counter: they
//! clone, and drop, and whoever is last frees. Then the order in which a counter changes makes no difference that can be seen, and its
//! operations are no steps. That is right as long as four things hold, and the first time that one does not, the search begins anew with
//! the operations of all counters as steps ([`look_at_all`]):
//!
//! - nobody reads a counter: `strong_count`, `try_unwrap`, `upgrade`, `get_mut`, `downgrade` load it, or compare and exchange it; `into_inner` is an
//!   operation that makes it 0 and no last drop follows;
//! - the last drop does nothing that others can notice, or that depends on them: no visible operation, no use of memory that outlives it, no question
//!   which thread it is, no panic;
//! - nobody counts without an `Arc` (`increment_strong_count`, `from_raw`), so that a counter might have been 0 before it was raised: a raise is
//!   *safe* if among what its thread knows there are more raises than all drops that do not come after it;
//! - what orders: the last drop comes after all others and sees what they did, but what follows it in its thread does not, for in another
//!   order somebody else would have been the last. So the clock that it borrows is given back ([`frames`](super::frames)).
//!
//! To let drops commute as steps (two of them, unless one is the last) is not enough, and was tried: the last one goes on with other steps than the
//! others, the drop of the value. A plan that names a step by its thread would lead to another step.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::shadow::Fast;
use crate::machine::op::{Obj, Tid};
use crate::search::clock::Clock;

/// A raise, by whom and when.
#[derive(Debug)]
struct Raise {
    tid: Tid,
    epoch: u16,
    /// The raises that its thread knows of.
    known: Known,
    /// So many drops need not come after it, of references of which it does not know that they were made.
    drops: usize,
    /// A drop is paired with it.
    paired: bool,
}

impl Raise {
    /// Whether there is a reference whatever the order, the first one or one that it knows of.
    ///
    /// Say that `before` are the raises and drops that have come before it in some order. All raises that it knows of are among them. A drop that is paired with a raise
    /// comes after that raise, so it takes away what was added for it: only the other drops take from what is known.
    fn is_safe(&self) -> bool {
        self.drops <= self.known.count
    }
}

/// Some of the raises of a counter.
#[derive(Debug, Default)]
struct Known {
    count: usize,
    /// Bit by bit; more than a word of them is rare.
    first: u64,
    rest: Vec<u64>,
}

impl Known {
    fn insert(&mut self, raise: usize) {
        self.count += 1;
        let (word, bit) = (raise / 64, 1 << (raise % 64));
        if word == 0 {
            self.first |= bit;
        } else {
            self.rest.resize(self.rest.len().max(word), 0);
            self.rest[word - 1] |= bit;
        }
    }

    fn has(&self, raise: usize) -> bool {
        let word = match raise / 64 {
            0 => self.first,
            word => self.rest.get(word - 1).copied().unwrap_or(0),
        };
        word & 1 << (raise % 64) != 0
    }
}

/// What happened to a counter while its operations are no steps.
#[derive(Debug, Default)]
struct Counter {
    raises: Vec<Raise>,
    /// Those with which no drop is paired.
    unpaired: Vec<usize>,
    drops: usize,
    /// What those knew who dropped.
    knew: Clock,
}

impl Counter {
    /// Which raise made the reference that a thread drops: one of its own, or else the last one that it knows of. Any of them would be right; it is only
    /// that some leave more to others.
    fn pair(&mut self, tid: Tid, knows: impl Fn(Tid, u16) -> bool) -> Option<usize> {
        let last = |fits: &dyn Fn(&Raise) -> bool| {
            self.unpaired.iter().rposition(|&raise| fits(&self.raises[raise]))
        };
        let place = last(&|raise| raise.tid == tid)
            .or_else(|| last(&|raise| knows(raise.tid, raise.epoch)))?;
        let raise = self.unpaired.remove(place);
        self.raises[raise].paired = true;
        Some(raise)
    }
}

/// The counters of an execution.
#[derive(Debug, Default)]
pub struct Counts {
    counters: HashMap<usize, Counter, BuildHasherDefault<Fast>>,
    /// If their operations are steps.
    objects: HashMap<usize, Obj, BuildHasherDefault<Fast>>,
}

impl Counts {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.counters.clear();
        self.objects.clear();
    }

    /// Forgets those in a block.
    pub fn forget(&mut self, start: usize, size: usize) {
        if !self.counters.is_empty() || !self.objects.is_empty() {
            for offset in (0..size.min(16)).step_by(8) {
                self.counters.remove(&(start + offset));
                self.objects.remove(&(start + offset));
            }
        }
    }

    /// The object that a counter is.
    pub fn object(&self, counter: usize) -> Option<Obj> {
        self.objects.get(&counter).copied()
    }

    /// It is this one.
    pub fn name(&mut self, counter: usize, object: Obj) {
        self.objects.insert(counter, object);
    }

    /// A counter is raised. Whether it could not have been 0 before, in another order.
    pub fn up(
        &mut self,
        counter: usize,
        (tid, epoch): (Tid, u16),
        knows: impl Fn(Tid, u16) -> bool,
    ) -> bool {
        let counter = self.counters.entry(counter).or_default();
        let mut known = Known::default();
        let mut drops = counter.drops;
        for (number, earlier) in counter.raises.iter().enumerate() {
            if earlier.tid == tid || knows(earlier.tid, earlier.epoch) {
                known.insert(number);
            } else {
                drops -= usize::from(earlier.paired);
            }
        }
        let raise = Raise { tid, epoch, known, drops, paired: false };
        let is_safe = raise.is_safe();
        counter.unpaired.push(counter.raises.len());
        counter.raises.push(raise);
        is_safe
    }

    /// A counter is lowered by a thread with this clock. Whether no raise could have come after it and found nothing.
    pub fn down(
        &mut self,
        counter: usize,
        tid: Tid,
        clock: &Clock,
        knows: impl Fn(Tid, u16) -> bool,
    ) -> bool {
        let counter = self.counters.entry(counter).or_default();
        counter.knew.join(clock);
        counter.drops += 1;
        let made_by = counter.pair(tid, &knows);
        let mut safe = true;
        for raise in &mut counter.raises {
            let comes_after = raise.tid == tid || knows(raise.tid, raise.epoch);
            if !comes_after && made_by.is_none_or(|made_by| raise.known.has(made_by)) {
                raise.drops += 1;
                safe &= raise.is_safe();
            }
        }
        safe
    }

    /// What all knew who lowered it.
    pub fn knew(&self, counter: usize) -> Option<&Clock> {
        self.counters.get(&counter).map(|counter| &counter.knew)
    }
}

/// Somebody looks at a counter, or could have: from the next execution on, operations of counters are steps. How often that was.
pub fn look_at_all() -> u32 {
    let looks = super::with(|plain| {
        plain.looked = true;
        plain.looks = plain.looks.saturating_add(1);
        plain.looks
    });
    looks.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_one_clones_safely() {
        let mut counts = Counts::default();
        // Main has one, clones it for another thread, which drops it while main clones again.
        assert!(counts.up(8, (0, 1), |_, _| false));
        assert!(counts.down(8, 1, &Clock::default(), |tid, _| tid == 0));
        assert!(counts.up(8, (0, 2), |_, _| false));
    }

    #[test]
    fn two_that_clone_and_drop_beside_each_other_do_no_harm() {
        // Both borrow main's.
        let mut counts = Counts::default();
        for _ in 0..3 {
            assert!(counts.up(8, (1, 1), |_, _| false));
            assert!(counts.up(8, (2, 1), |_, _| false));
            assert!(counts.down(8, 1, &Clock::default(), |_, _| false));
            assert!(counts.down(8, 2, &Clock::default(), |_, _| false));
        }
    }

    #[test]
    fn two_who_clone_what_they_do_not_have_excuse_nothing() {
        let nobody = |_, _| false;
        // The only reference is dropped by thread 3; whatever the order, the second or third of them finds out.
        for order in [[1, 2, 3], [1, 3, 2], [3, 1, 2]] {
            let mut counts = Counts::default();
            let mut step = |tid| match tid {
                3 => counts.down(8, 3, &Clock::default(), nobody),
                _ => counts.up(8, (tid, 1), nobody),
            };
            assert!(!order.map(&mut step).iter().all(|safe| *safe), "{order:?}");
        }
    }

    #[test]
    fn what_each_was_given_it_drops() {
        // Main clones for two threads, which drop theirs, in either order; main drops its own without waiting for them.
        for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1], [1, 0, 2]] {
            let mut counts = Counts::default();
            assert!(counts.up(8, (0, 1), |_, _| false));
            assert!(counts.up(8, (0, 2), |_, _| false));
            for tid in order {
                let knows = |_, epoch: u16| usize::from(epoch) <= tid;
                assert!(counts.down(8, tid, &Clock::default(), knows), "{order:?}: {tid}");
            }
        }
    }

    #[test]
    fn many_raises_are_told_apart() {
        let mut known = Known::default();
        for raise in [0, 63, 64, 130] {
            known.insert(raise);
        }
        let has: Vec<usize> = (0..200).filter(|&raise| known.has(raise)).collect();
        assert_eq!(has, [0, 63, 64, 130]);
    }

    #[test]
    fn who_clones_what_it_does_not_have_is_seen_in_either_order() {
        // The only reference is dropped by main, and another thread clones it.
        let mut counts = Counts::default();
        counts.down(8, 0, &Clock::default(), |_, _| false);
        assert!(!counts.up(8, (1, 1), |_, _| false));
        let mut counts = Counts::default();
        assert!(counts.up(8, (1, 1), |_, _| false));
        assert!(!counts.down(8, 0, &Clock::default(), |_, _| false));
    }
}
