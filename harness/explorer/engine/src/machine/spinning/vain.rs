//! What is left out of a search: rounds of a loop that come to nothing.
//!
//! Such a round is one look at an atomic (a load, or a compare-exchange that fails), then nothing but yields, and then the thread stands where it stood
//! before the look: the same operation, registers, stack and memory, and nobody has moved meanwhile. The thread is put back to before the look: it knows of memory what it knew then, and
//! in the search the steps depend on nothing. The store that it read is not offered to it again, as long as it stands there. So it waits for another store, as one waits for a lock,
//! and what it saw before costs no executions. Published counts leave such rounds out as well (Kokologiannakis, Ren, Vafeiadis: "Dynamic Partial Order Reductions for
//! Spinloops", FMCAD 2021).
//!
//! *Nothing is lost.* From every run such rounds can be taken out, and what is left is a run: a round changes nothing, and a thread that knows less of memory can do more. If others move between its steps, it is as if they
//! had moved after it, for yields depend on nothing. So whatever state can be come to, can be come to in a run of the program in which such looks are not possible; and that one is searched. A look that fails becomes
//! a choice that turns out not to be there. The search goes on where it made that choice, with what slept there and what else was planned there; what
//! was planned after the choice, or left to it, the runs that follow ask for again, as they would if it had begun there. And what the look could have come
//! before is tried all the same, because there it might not fail. (An exploration that can go on with any choice is complete whichever it is given: Abdulla et al. 2017, theorem 5.)
//!
//! *What goes on for ever* is not so simple. Who has read the newest store in vain cannot go back to an older one; if the round is left out, it can. So there may be a
//! run in which it waits for ever, and here it does not. That is so only where all others have come to an end, and one who waits could read an older store and go on.
//! Such an end must be come to if it is there: where one could go on by an older store only, the search lets others go first as well, and then those older stores sleep, as they were
//! tried before. (It is as if that one could not go on: then an optimal search tries at least one of the others.)
//! And a time-out fires when nothing else can happen, while in a loop something always happens. Wherever it comes to one of these, or to a loop that changes something and changes it back, there is a
//! *doubt*: the search begins again and leaves nothing out. Nor is anything left out where objects of std may be found as they were ([`Config::past`](crate::Config)), or
//! where the number of looks is bounded ([`Config::looks`](crate::Config)): then a look may be confined to the very store that was read in vain.
//!
//! A round with several looks, or one that takes a lock to look, or writes what was there, is not left out. Nor is the first look of most loops: compilers leave another value in a register or
//! a slot that is not in use when the loop is entered than when it begins again, and what is not in use cannot be told from outside.

use super::Waits;
use super::closeness::Closeness;
use super::looks::may_look;
use crate::config::Fault;
use crate::machine::memory::Views;
use crate::machine::op::{Op, Tid};
use crate::machine::{Bad, Machine};

/// So many times a thread that looks gives the turn away, and goes on all the same, until it is known whether it waits.
const YIELDS: u32 = 2;

/// The looks that a thread has made in vain.
#[derive(Clone, Debug, Default)]
pub struct Vain {
    /// It stands before such a look.
    pub is_on: bool,
    /// It is about to make another one, and if that is not in vain there is a doubt: see [`Machine::stuck`].
    pub decides: bool,
    /// Which stores it has read there.
    stores: Vec<u16>,
    /// Where.
    state: u64,
    /// Before its last load: what it knew, and where it stood.
    views: Views,
    stood: Option<u64>,
    step: u32,
    /// What is kept of its rounds.
    looks: usize,
    arrivals: usize,
    scheduled: usize,
    /// How often it has given the turn away since it did anything else than to look.
    yields: u32,
}

impl Vain {
    /// Whether a store was read in vain.
    pub fn has(&self, store: u16) -> bool {
        self.stores.contains(&store)
    }

    /// The thread has seen something since its last look that is not the same in the next round.
    pub fn spoil(&mut self) {
        self.stood = None;
    }
}

impl Machine {
    /// The thread is about to take the step that it has announced. Where it stands is known only now: others may have moved meanwhile.
    pub(in crate::machine) fn note_look(&mut self, tid: Tid) {
        let op = self.threads[tid].pending;
        let vain = &mut self.threads[tid].spin.vain;
        vain.is_on = false;
        if op == Op::Yield {
            vain.yields += 1;
            return;
        }
        if !may_look(op) {
            vain.yields = 0;
        }
        vain.stood = None;
        let (Op::Load { atomic, .. } | Op::Compare { atomic, .. }) = op else { return };
        let exact = self.closeness == Closeness::Memory;
        if !exact || !self.may_leave_out() || self.is_counter(atomic) {
            return;
        }
        let thread = &self.threads[tid];
        let arrival = thread.spin.arrivals.last().copied();
        let Some(arrival) = arrival.filter(|arrival| arrival.looks == thread.spin.reads.len())
        else {
            return;
        };
        let step = self.steps - 1;
        let state = match arrival.step == step {
            true => arrival.state,
            false => self.place(op, thread.at, thread.spin.stack),
        };
        let scheduled = self.schedule.len().saturating_sub(1);
        let thread = &mut self.threads[tid];
        let spin = &mut thread.spin;
        let vain = &mut spin.vain;
        vain.stood = Some(state);
        vain.step = step;
        vain.views.current.clone_from(&thread.views.current);
        vain.views.acquirable.clone_from(&thread.views.acquirable);
        vain.views.released.clone_from(&thread.views.released);
        vain.looks = spin.reads.len();
        vain.arrivals = spin.arrivals.len();
        vain.scheduled = scheduled;
    }

    /// Whether the current thread has come back to where it was before its last load, alone, and having changed nothing. Then it is as if it had not made that
    /// round.
    pub(super) fn leaves_out(&mut self, tid: Tid, op: Op, state: u64) -> bool {
        let spin = &self.threads[tid].spin;
        let vain = &spin.vain;
        let same = matches!(op, Op::Load { .. } | Op::Compare { .. }) && vain.stood == Some(state);
        if !same || self.runs_since > vain.step || spin.reads.len() != vain.looks + 1 {
            return false;
        }
        let from = vain.step;
        let Some(store) = spin.reads.last().map(|look| look.store) else { return false };
        let own = self.threads[tid].clock;
        let thread = &mut self.threads[tid];
        let now = thread.views.current.get(own);
        let spin = &mut thread.spin;
        let vain = &mut spin.vain;
        if vain.state != state {
            vain.stores.clear();
            vain.state = state;
        }
        vain.stores.push(store);
        vain.is_on = true;
        vain.stood = None;
        thread.views.current.clone_from(&vain.views.current);
        thread.views.acquirable.clone_from(&vain.views.acquirable);
        thread.views.released.clone_from(&vain.views.released);
        if crate::machine::plain::is_on() {
            thread.views.current.set(own, now);
        }
        // Why it would wait, if nobody can go on.
        spin.round = spin.reads[vain.looks..].to_vec();
        spin.reads.truncate(vain.looks);
        spin.arrivals.truncate(vain.arrivals);
        self.schedule.truncate(vain.scheduled);
        self.odd.retain(|turn| *turn < vain.scheduled);
        self.telling = self.telling.min(self.schedule.len());
        self.search.leave_out(from);
        self.tell_all_apart();
        true
    }

    /// Whether rounds may be left out.
    pub(super) fn may_leave_out(&self) -> bool {
        let is_plain = !self.config.past && self.config.looks.is_none();
        !self.config.every_round && is_plain && self.search.leaves_out()
    }

    /// The threads that have read the newest store in vain, and could perhaps read an older one, as a bit mask. A round that is left out has not happened; but had it,
    /// they could not, and would wait for another store. If all who can go on are such, and one of them gets anywhere, there is a run that this search does not make.
    pub(in crate::machine) fn stuck(&self) -> u64 {
        self.mask(|thread| match thread.pending {
            Op::Load { atomic, .. } | Op::Compare { atomic, .. } if thread.spin.vain.is_on => {
                thread.spin.vain.has(self.newest(atomic))
            }
            _ => false,
        })
    }

    /// Whether it doubts, or is broken in this way, for its tests.
    pub(in crate::machine) fn may_doubt(&self) -> bool {
        self.config.fault != Some(Fault::NeverDoubts)
    }

    /// It is not known whether rounds can be left out of this search: it must begin again, without that.
    pub(in crate::machine) fn doubt(&mut self) {
        self.policies.doubts = true;
        self.chosen = None;
        self.fail(Bad::CutOff);
    }

    /// Nobody can go on. Who has made its looks in vain waits for a change.
    pub(in crate::machine) fn say_who_waits(&mut self) {
        if !self.threads.iter().any(|thread| thread.spin.vain.is_on) {
            return;
        }
        self.waiting_for = Some(self.all_pending());
        for thread in self.threads.iter_mut().filter(|thread| thread.spin.vain.is_on) {
            thread.pending = Op::SpinYield;
            thread.spin.waits = Waits::Change;
            thread.spin.vain.is_on = false;
        }
    }

    /// The threads that wait in a loop, as a bit mask.
    pub(in crate::machine) fn who_waits(&self) -> u64 {
        self.mask(|thread| thread.spin.vain.is_on)
    }

    /// The threads that may turn out to wait, as a bit mask.
    pub(in crate::machine) fn looking(&self) -> u64 {
        if !self.may_leave_out() {
            return 0;
        }
        self.mask(|thread| thread.pending == Op::Yield && thread.spin.vain.yields < YIELDS)
    }

    /// The threads that are about to store what somebody may wait for, as a bit mask.
    pub(in crate::machine) fn storing(&self) -> u64 {
        self.mask(|thread| matches!(thread.pending, Op::Store { .. }))
    }

    fn mask(&self, of: impl Fn(&crate::machine::thread::Thread) -> bool) -> u64 {
        let numbered = self.threads.iter().enumerate();
        numbered.filter(|(_, thread)| of(thread)).fold(0, |all, (tid, _)| all | 1 << tid)
    }
}
