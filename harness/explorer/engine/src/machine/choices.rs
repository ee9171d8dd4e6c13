//! What is possible in a state.
//!
//! Whether an operation is possible may depend only on objects in its footprint, or be made so by a step that it is reported to come
//! after: the search relies on it.

use super::Machine;
use super::object::{OncePhase, State};
use super::op::{ENDLESS, Obj, Op, Tid};
use super::thread::{Thread, Woken};
use crate::config::{Fault, Memory};
use crate::search::{Choice, QUIESCENT_ALT};
use std::sync::atomic::Ordering;

/// The wait ends for no reason.
pub const SPURIOUS: u16 = 1;
/// The wait ends because its time-out passes.
pub const TIMED_OUT: u16 = 2;
/// A blocking call of std has eaten the thread's park token.
pub const EATEN: u16 = 4;
/// A blocking call of std leaves a park token; it may eat another.
pub const LEFT: u16 = 64;
/// `park` finds a token that such a call has left; or finds its own, and that one comes afterwards.
pub const STRAY: u16 = 16;
/// A sleep takes its time.
pub const LONG: u16 = 32;
/// A look at one of std's objects finds what was before.
pub const BEFORE: u16 = 8;
/// A waiting writer keeps the reader out.
pub const BEHIND: u16 = 1;
/// A `compare_exchange_weak` fails although it need not.
pub const WEAK_FAILURE: u16 = 1 << 15;

/// Whether a blocking call that goes on so has eaten a token.
pub fn eats(alt: u16) -> bool {
    alt == EATEN || alt == EATEN | LEFT
}

/// Whether it leaves one.
pub fn leaves(alt: u16) -> bool {
    alt == LEFT || alt == EATEN | LEFT
}

impl Machine {
    /// Collects everything that is possible; if nothing is, the time-outs that now fire.
    pub(super) fn collect(&mut self) {
        let mut choices = std::mem::take(&mut self.choices);
        choices.clear();
        self.quiescent = false;
        if let Some(tid) = self.who_begins() {
            choices.push(Choice { thread: tid as u8, alt: 0 });
            self.choices = choices;
            return;
        }
        for tid in 0..self.threads.len() {
            self.alternatives(tid, &mut choices);
        }
        if self.nothing_odd {
            choices.retain(|choice| !self.is_odd(*choice));
        }
        if choices.is_empty() {
            self.quiescent = true;
            if self.symmetry.is_on && self.joins_are_late() {
                self.tell_all_apart();
            }
            for tid in 0..self.threads.len() {
                if self.fires_when_quiet(tid) {
                    choices.push(Choice { thread: tid as u8, alt: QUIESCENT_ALT });
                }
            }
            self.policies.kept_back |= (0..self.threads.len()).any(|tid| self.is_kept_back(tid));
            // Only when no time-out is left does somebody go on who has waited for others.
            if choices.is_empty() {
                for tid in 0..self.threads.len() {
                    if self.may_try_again(tid) {
                        choices.push(Choice { thread: tid as u8, alt: QUIESCENT_ALT });
                    }
                }
            }
        }
        self.choices = choices;
    }

    /// Whether a choice that was made before can be made again.
    pub(super) fn is_possible(&self, choice: Choice) -> bool {
        let tid = usize::from(choice.thread);
        if tid >= self.threads.len() {
            return false;
        }
        if choice.alt == QUIESCENT_ALT {
            return self.fires_when_quiet(tid) || self.spins(tid);
        }
        let mut alternatives = Vec::new();
        match self.threads[tid].pending {
            Op::Load { .. }
            | Op::Compare { .. }
            | Op::NotifyOne(_)
            | Op::Wait { .. }
            | Op::Park { .. }
            | Op::Read(_)
            | Op::TryRead(_)
            | Op::TryLock(_)
            | Op::OnceGet(_)
            | Op::IsPoisoned(_)
            | Op::IsFinished(_)
            | Op::Receive { .. }
            | Op::Send(_)
            | Op::SendTaken { .. }
            | Op::JoinScoped(_)
            | Op::Sleep(_) => {
                self.alternatives(tid, &mut alternatives);
                alternatives.contains(&choice)
            }
            _ => {
                self.threads[tid].exists
                    && self.threads[tid].ended.is_none()
                    && self.is_enabled(tid)
            }
        }
    }

    /// The ways in which a thread can go on, the usual one first.
    fn alternatives(&self, tid: Tid, choices: &mut Vec<Choice>) {
        let before = choices.len();
        self.all_alternatives(tid, choices);
        let vain = &self.threads[tid].spin.vain;
        if vain.is_on {
            let mut number = 0;
            choices.retain(|choice| {
                number += 1;
                number <= before || !vain.has(choice.alt)
            });
        }
    }

    /// Which of the alternatives of its thread a choice is, also counting those that were tried in vain.
    pub(super) fn place_among_all(&self, choice: Choice) -> usize {
        let among = |choices: &[Choice]| {
            let mut of_thread = choices.iter().filter(|other| other.thread == choice.thread);
            of_thread.position(|other| other.alt == choice.alt).unwrap_or(0)
        };
        if !self.threads[usize::from(choice.thread)].spin.vain.is_on {
            return among(&self.choices);
        }
        let mut all = Vec::new();
        self.all_alternatives(choice.thread.into(), &mut all);
        among(&all)
    }

    /// [`Self::alternatives`], with those that were tried in vain.
    fn all_alternatives(&self, tid: Tid, choices: &mut Vec<Choice>) {
        let thread = &self.threads[tid];
        if !thread.exists || thread.ended.is_some() || !self.is_enabled(tid) {
            return;
        }
        let mut push = |alt| choices.push(Choice { thread: tid as u8, alt });
        if let (Op::Load { .. } | Op::Compare { .. }, Some(store)) =
            (thread.pending, thread.spin.tied)
        {
            push(store);
            return;
        }
        match thread.pending {
            Op::Load { atomic, order } => {
                for place in self.readable(thread, atomic, order).rev() {
                    push(place);
                }
            }
            Op::Compare { atomic, expected, failure, weak, .. } => {
                let State::Atomic(state) = &self.objects[atomic as usize].state else { return };
                let newest = (state.stores.len() - 1) as u16;
                push(newest);
                // A failed compare-exchange is a load: it may read an older store, if that makes it fail. A weak one may fail
                // on any store.
                let may_fail = weak && thread.weak_left > 0;
                for place in self.readable(thread, atomic, failure).rev() {
                    if state.stores[usize::from(place)].value != expected {
                        if place != newest {
                            push(place);
                        }
                    } else if may_fail {
                        push(place | WEAK_FAILURE);
                    }
                }
            }
            Op::NotifyOne(condvar) => {
                let State::Condvar { waiting } = self.objects[condvar as usize].state else {
                    return;
                };
                if waiting == 0 {
                    push(0);
                }
                for waiter in (0..64).filter(|waiter| waiting >> waiter & 1 == 1) {
                    push(waiter + 1);
                }
            }
            Op::Wait { timeout, .. } => {
                push(0);
                if thread.spurious_left > 0 && !self.has_late_spurious_wakeups() {
                    push(SPURIOUS);
                }
                if thread.fires_early(timeout) {
                    push(TIMED_OUT);
                }
            }
            Op::Park { timeout } => {
                if thread.token || thread.fires_early(timeout) {
                    push(0);
                }
                if thread.spurious_left > 0 && !thread.token {
                    push(SPURIOUS);
                }
                if thread.stray.is_some() {
                    push(STRAY);
                }
            }
            Op::Read(lock) | Op::TryRead(lock) => {
                push(0);
                let kept = self.lock(lock).kept && matches!(thread.pending, Op::TryRead(_));
                if self.may_be_kept_out(lock) || kept {
                    push(BEHIND);
                }
                if self.may_find_what_was(tid) {
                    push(BEFORE);
                }
            }
            op if super::past::may_look_back(op) => {
                push(0);
                if self.may_find_what_was(tid) {
                    push(BEFORE);
                }
            }
            Op::Sleep(_) => {
                push(0);
                if thread.pending.branches(&self.config) {
                    push(LONG);
                }
            }
            op if op.parks() => {
                push(0);
                let eats = self.config.tokens && thread.rests && thread.token;
                // The last thread of a scope may wake its owner before that has come to the end; others are woken only where they wait.
                let waits = thread.rests || matches!(op, Op::JoinScoped(_));
                let leaves = waits && thread.stray.is_none() && self.minds_left(tid);
                if eats {
                    push(EATEN);
                }
                if leaves {
                    push(LEFT);
                }
                if eats && leaves {
                    push(EATEN | LEFT);
                }
            }
            _ => push(0),
        }
    }

    /// Whether a reader may have to wait although only readers hold the lock: a writer waits, and some systems let it go first.
    fn may_be_kept_out(&self, lock: Obj) -> bool {
        let lock = self.lock(lock);
        self.config.queues && lock.queued != 0 && lock.owner.is_none() && !lock.readers.is_empty()
    }

    /// Whether the engine is broken in this way, for its tests.
    pub(super) fn has_late_spurious_wakeups(&self) -> bool {
        self.config.fault == Some(Fault::LateSpuriousWakeup)
    }

    /// Whether a thread's operation can be done now.
    pub(super) fn is_enabled(&self, tid: Tid) -> bool {
        let thread = &self.threads[tid];
        match thread.pending {
            Op::Start => !self.waits_to_begin(tid),
            Op::Join(other) => {
                self.joined_with(other).all(|other| self.threads[other].ended.is_some())
            }
            Op::JoinScoped(other) => {
                self.joined_with(other).all(|other| self.threads[other].has_returned())
            }
            Op::Lock(lock) => self.lock(lock).is_free(),
            Op::Read(lock) => self.lock(lock).owner.is_none(),
            Op::ReadBehind(lock) => {
                let lock = self.lock(lock);
                lock.owner.is_none() && (lock.readers.is_empty() || lock.queued == 0)
            }
            Op::Wake { lock, .. } => {
                let late = self.has_late_spurious_wakeups() && thread.spurious_left > 0;
                (thread.woken != Woken::No || late) && self.lock(lock).is_free()
            }
            Op::Park { timeout } => {
                thread.token
                    || thread.stray.is_some()
                    || thread.spurious_left > 0
                    || thread.fires_early(timeout)
            }
            Op::Pass { barrier, generation } => {
                matches!(self.objects[barrier as usize].state, State::Barrier { generation: now, .. } if now != generation)
            }
            Op::OnceEnter { once, .. } => match &self.objects[once as usize].state {
                State::Once(once) => !matches!(once.phase, OncePhase::Running(_)),
                _ => true,
            },
            Op::OnceWait { once, ignore_poison } => match &self.objects[once as usize].state {
                State::Once(once) => {
                    once.phase == OncePhase::Done
                        || (once.phase == OncePhase::Poisoned && !ignore_poison)
                }
                _ => true,
            },
            Op::Send(_) | Op::SendTaken { .. } | Op::Receive { .. } => self.channel_ready(thread),
            Op::Print(stream) | Op::LockStream(stream) => self.stream_ready(tid, stream),
            Op::SpinYield => self.may_spin_on(tid),
            Op::BeginExit | Op::Exit(_) => self.may_end_the_process(tid),
            Op::Return | Op::End if tid == 0 => self.may_end_the_process(tid),
            // One that grows, as a back-off does, was not meant to be endless.
            Op::Sleep(time) => time < ENDLESS || thread.slept >= time >> 10,
            Op::SleepEnds(_) => false,
            _ => true,
        }
    }

    /// Whether no other thread does: who comes later pauses until the process has ended.
    pub(super) fn may_end_the_process(&self, tid: Tid) -> bool {
        self.exiting.is_none_or(|other| other == tid)
    }

    /// The stores that a load may read, oldest first.
    fn readable(
        &self,
        thread: &Thread,
        atomic: Obj,
        order: Ordering,
    ) -> impl DoubleEndedIterator<Item = u16> + use<> {
        let State::Atomic(state) = &self.objects[atomic as usize].state else { return 0..=0 };
        let newest = (state.stores.len() - 1) as u16;
        if self.config.memory == Memory::SeqCst {
            return newest..=newest;
        }
        let mut oldest = thread.views.current.get(state.index);
        if order == Ordering::SeqCst {
            oldest = oldest.max(self.sc.get(state.index));
        }
        oldest..=newest
    }

    /// Whether a thread has a time-out that fires when nothing else can happen, or a sleep that ends then.
    fn fires_when_quiet(&self, tid: Tid) -> bool {
        let Some(time) = self.passes_at(tid) else { return false };
        // A sleep that takes its time ends after the time-outs that pass before it, and before those that pass later.
        let sleeps = |tid: &Tid| matches!(self.threads[*tid].pending, Op::SleepEnds(_));
        let first = |wanted: bool| {
            let all = (0..self.threads.len()).filter(|tid| sleeps(tid) == wanted);
            all.filter_map(|tid| self.passes_at(tid)).min()
        };
        match (sleeps(&tid), first(true)) {
            (false, sleep) => sleep.is_none_or(|sleep| time <= sleep) && !self.is_kept_back(tid),
            (true, sleep) => {
                sleep == Some(time) && first(false).is_none_or(|timeout| time <= timeout)
            }
        }
    }

    /// Whether a time-out waits for another one, which passes in less than half of its time. Where everything else is fast, no call of ten milliseconds
    /// is still waiting when one of five seconds gives up that began with it. Of those that are nearly alike, either may be the first; unless the clock is exact.
    fn is_kept_back(&self, tid: Tid) -> bool {
        let Some(time) = self.passes_at(tid) else { return false };
        let is_sleep = |tid: Tid| matches!(self.threads[tid].pending, Op::SleepEnds(_));
        let outlasts = |other: Tid| {
            let (passes, length) = (self.passes_at(other), self.passes_in(other));
            let longer = |length| if self.config.due_first { 0 } else { length };
            let lasts =
                passes.zip(length).map(|(passes, length)| passes.saturating_add(longer(length)));
            lasts.is_some_and(|until| until < time)
        };
        !is_sleep(tid) && (0..self.threads.len()).any(outlasts)
    }

    /// When the time-out of a thread passes, or its sleep ends, on its clock; nothing, if it has none, or could not go on then.
    fn passes_at(&self, tid: Tid) -> Option<u64> {
        let now = self.threads[tid].views.current.time;
        self.passes_in(tid).map(|time| now.saturating_add(time))
    }

    /// After how long, as it began to wait.
    fn passes_in(&self, tid: Tid) -> Option<u64> {
        let thread = &self.threads[tid];
        if !thread.exists || thread.ended.is_some() {
            return None;
        }
        match thread.pending {
            Op::Park { timeout } | Op::Receive { timeout, .. } => timeout,
            Op::Wake { lock, timeout, .. } => timeout.filter(|_| self.lock(lock).is_free()),
            Op::SleepEnds(time) => Some(time),
            _ => None,
        }
    }

    /// A lock's state.
    pub(super) fn lock(&self, lock: Obj) -> &super::object::Lock {
        match &self.objects[lock as usize].state {
            State::Lock(lock) => lock,
            other => unreachable!("{other:?} is not a lock"),
        }
    }
}
