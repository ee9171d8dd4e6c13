//! What each operation does to the state.

use super::choices::{BEHIND, LONG, SPURIOUS, STRAY, TIMED_OUT, WEAK_FAILURE, eats, leaves};
use super::object::{OncePhase, State};
use super::op::{Obj, Op, Tid};
use super::past::{self, Was};
use super::symmetry::tids;
use super::thread::Woken;
use super::{Bad, Machine};
use crate::config::{Fault, Memory};
use crate::search::{Choice, QUIESCENT_ALT};
use std::sync::atomic::Ordering;

/// What came of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The value read, or what else the operation returns.
    pub value: u64,
    /// Whether a `try_…` or a compare-exchange succeeded, a wait did not time out.
    pub ok: bool,
}

impl Done {
    const OK: Self = Self { value: 0, ok: true };
}

impl Machine {
    /// Does what the current thread announced, in the alternative that was chosen. `update` computes what an `Op::Update` writes.
    pub fn perform(&mut self, update: &dyn Fn(u64) -> u64) -> Done {
        let tid = self.current;
        let alt = self.chosen.map_or(0, |choice| choice.alt);
        let choice = Choice { thread: tid as u8, alt };
        if self.last != tid {
            self.runs_since = self.steps - 1;
        }
        self.last = tid;
        self.note_look(tid);
        self.after.clear();
        self.freed.clear();
        self.observed = None;
        self.section_changed = false;
        let op = self.threads[tid].pending;
        let (footprint, widest) = self.footprints(tid, alt);
        let step = self.steps - 1;
        let mut woken = 0;
        let idle = op.only_ends() || self.threads[tid].has_returned() || self.only_counts(tid);
        if !idle {
            self.threads[tid].last_act = step;
        }
        self.note_policies(tid, op);
        self.threads[tid].taken += 1;
        let done = self.execute(tid, op, alt, step, update, &mut woken);
        self.count_step(tid);
        if self.threads[tid].spin.tied.is_some() {
            // Whatever came meanwhile, it would have read this.
            self.observed = None;
        }
        self.note_move(tid, op, &done, step);
        if op.parks() {
            self.settle_tokens(tid, alt, &done);
        }
        if matches!(op, Op::Receive { .. } | Op::SendTaken { .. } | Op::JoinScoped(_)) {
            self.threads[tid].rests = false;
        }
        self.remember(tid, op, &done, alt);
        self.report(tid, choice, op, footprint, widest);
        if self.tracer.is_some() {
            self.trace_step(tid, op, alt, &done, woken);
        }
        done
    }

    fn execute(
        &mut self,
        tid: Tid,
        op: Op,
        alt: u16,
        step: u32,
        update: &dyn Fn(u64) -> u64,
        woken: &mut u64,
    ) -> Done {
        if past::looks_back(op, alt) {
            return self.look_back(tid);
        }
        match op {
            Op::RestIn { channel, sends } => {
                self.threads[tid].rests = self.must_rest(channel, sends);
            }
            Op::RestScope(other) => {
                self.threads[tid].rests = !self.threads[other].has_returned();
            }
            Op::Start => self.after.extend(self.threads[tid].spawned_by),
            Op::BeginExit => self.exiting = Some(tid),
            Op::Return => {
                self.main_returns(tid);
                self.locals_go(usize::MAX);
                self.changes_past(tid, self.threads[tid].past, Was::Unfinished);
                let knows = self.threads[tid].views.current.clone();
                self.threads[tid].returned = Some((step, knows));
            }
            Op::End => {
                self.main_returns(tid);
                self.locals_go(usize::MAX);
                if self.threads[tid].returned.is_none() {
                    self.changes_past(tid, self.threads[tid].past, Was::Unfinished);
                }
                self.end(tid, step);
            }
            Op::LetGo(other) => self.let_go(tid, other),
            Op::Spawn => {}
            Op::Join(other) => {
                for other in self.joined_with(other) {
                    self.after.extend(self.threads[other].ended);
                }
                self.join(tid, other, false);
            }
            Op::JoinScoped(other) => {
                for other in self.joined_with(other) {
                    let returned = self.threads[other].returned.as_ref().map(|returned| returned.0);
                    self.after.extend(returned.or(self.threads[other].ended));
                }
                self.join(tid, other, true);
            }
            Op::IsFinished(other) => {
                // It loads a counter `Relaxed`, and so teaches nothing of what the thread has done.
                let ended = self.threads[other].has_returned();
                if ended {
                    self.knows_all(tid, self.threads[other].past);
                }
                if ended && self.config.memory == Memory::SeqCst {
                    self.learn_from_return(tid, other);
                } else if ended {
                    let other = &self.threads[other];
                    let returned = other.returned.as_ref().map(|returned| returned.1.time);
                    self.is_not_before(tid, returned.unwrap_or(other.views.current.time));
                }
                return Done { value: 0, ok: ended };
            }
            // What a poisoned lock changes is noted when its flag is set.
            Op::Yield | Op::Print(_) | Op::Input | Op::Poison(_) => {}
            Op::IsPoisoned(lock) => {
                self.is_not_before(tid, self.lock(lock).poison_time);
                self.knows_all(tid, self.lock(lock).poison_past);
            }
            Op::ClearPoison(lock) => {
                let now = self.threads[tid].views.current.time;
                self.objects[lock as usize].version += 1;
                self.changes_past(tid, self.lock(lock).poison_past, Was::Poisoned);
                let state = self.lock_mut(lock);
                state.poison_time = state.poison_time.max(now);
            }
            Op::LockStream(stream) => self.enter_stream(tid, stream),
            Op::UnlockStream(stream) => self.leave_stream(tid, stream),
            Op::SpinYield => self.spin_on(tid),
            Op::Sleep(_) if alt == LONG => return Done { value: 1, ok: true },
            Op::Sleep(time) | Op::SleepEnds(time) => {
                let thread = &mut self.threads[tid];
                thread.slept = thread.slept.max(time);
                let now = &mut thread.views.current.time;
                *now = now.saturating_add(time);
            }
            Op::Park { timeout } => return self.park(tid, timeout, alt),
            Op::Unpark(other) => {
                let view = self.threads[tid].views.current.clone();
                let other = &mut self.threads[other];
                if !other.token {
                    other.token_by = step;
                }
                other.token = true;
                other.token_view.join(&view);
                if matches!(other.pending, Op::Park { .. }) {
                    *woken |= 1 << self.unparked(op);
                }
            }
            Op::Lock(lock) => self.take(tid, lock),
            Op::TryLock(lock) => {
                let free = self.lock(lock).is_free();
                if free {
                    self.take(tid, lock);
                } else {
                    self.is_not_before(tid, self.lock(lock).time);
                }
                return Done { value: 0, ok: free };
            }
            Op::Unlock(lock) => *woken = self.release(tid, lock),
            Op::Queue(lock) => {
                if !self.lock(lock).is_free() {
                    self.lock_mut(lock).queued |= 1 << tid;
                    self.note_time(tid, lock);
                }
            }
            Op::QueueRead(lock) => {
                if self.lock(lock).owner.is_some() {
                    self.lock_mut(lock).waiting |= 1 << tid;
                }
            }
            Op::Read(lock) if alt == BEHIND => {
                self.lock_mut(lock).waiting |= 1 << tid;
                return Done { value: 1, ok: false };
            }
            Op::Read(lock) | Op::ReadBehind(lock) => self.share(tid, lock),
            Op::TryRead(lock) => {
                let free = self.lock(lock).owner.is_none() && alt != BEHIND;
                if free {
                    self.share(tid, lock);
                } else {
                    self.is_not_before(tid, self.lock(lock).time);
                }
                return Done { value: 0, ok: free };
            }
            Op::Unread(lock) => {
                self.changes_past(tid, self.lock(lock).past, Was::Shared);
                let view = self.threads[tid].views.current.clone();
                let state = self.lock_mut(lock);
                // A guard may have come from another thread: std's locks on Linux do not ask who gives them back.
                let own = state.readers.iter().position(|&reader| reader == tid);
                let reader =
                    (!state.readers.is_empty()).then(|| state.readers.remove(own.unwrap_or(0)));
                state.is_left();
                state.releases += 1;
                state.read_view.join(&view);
                if let Some(reader) = reader {
                    self.threads[reader].reading -= 1;
                    self.policies.hands_on |= own.is_none();
                }
                *woken = self.waiting_for(lock);
            }
            Op::Downgrade(lock) => {
                *woken = self.release(tid, lock);
                self.share(tid, lock);
                // All readers are woken.
                self.lock_mut(lock).waiting = 0;
            }
            Op::Wait { condvar, lock, .. } => {
                *woken = self.release(tid, lock);
                self.threads[tid].woken = match alt {
                    SPURIOUS => Woken::Spuriously,
                    TIMED_OUT => Woken::InTime,
                    _ => Woken::No,
                };
                if alt == SPURIOUS {
                    self.threads[tid].spurious_left -= 1;
                }
                if alt == TIMED_OUT {
                    self.threads[tid].fired_early(op.timeout());
                }
                if alt == 0 {
                    *self.waiting(condvar) |= 1 << tid;
                }
            }
            Op::Wake { condvar, lock, timeout } => {
                let reason = std::mem::take(&mut self.threads[tid].woken);
                if let Woken::By(_) = reason {
                    self.is_not_before(tid, self.threads[tid].woken_at);
                }
                self.threads[tid].awoken = reason;
                if reason == Woken::No && alt != QUIESCENT_ALT && self.has_late_spurious_wakeups() {
                    self.threads[tid].spurious_left -= 1;
                }
                if let Woken::By(step) = reason
                    && self.config.fault != Some(Fault::NoNotifyEdge)
                {
                    self.after.push(step);
                }
                *self.waiting(condvar) &= !(1 << tid);
                let timed_out = alt == QUIESCENT_ALT || reason == Woken::InTime;
                if timed_out {
                    self.pass_time(tid, timeout);
                }
                // Last: the time-out counts from the wait, not from when the lock was free.
                self.take(tid, lock);
                return Done { value: 0, ok: !timed_out };
            }
            Op::NotifyOne(condvar) => {
                if alt > 0 {
                    let waiter = usize::from(alt - 1);
                    *self.waiting(condvar) &= !(1 << waiter);
                    self.threads[waiter].woken = Woken::By(step);
                    self.threads[waiter].woken_at = self.threads[tid].views.current.time;
                    *woken = 1 << waiter;
                }
            }
            Op::NotifyAll(condvar) => {
                *woken = std::mem::take(self.waiting(condvar));
                let now = self.threads[tid].views.current.time;
                for waiter in (0..64).filter(|waiter| *woken >> waiter & 1 == 1) {
                    self.threads[waiter].woken = Woken::By(step);
                    self.threads[waiter].woken_at = now;
                }
            }
            Op::Arrive { barrier, threads } => {
                return self.arrive(tid, barrier, threads, step, woken);
            }
            Op::Pass { barrier, generation } => {
                if let State::Barrier { opened, .. } = &self.objects[barrier as usize].state
                    && let Some((knew, by)) = opened.get(generation as usize)
                {
                    self.threads[tid].views.learn(knew);
                    self.after.push(*by);
                }
            }
            Op::OnceEnter { once, ignore_poison } => {
                return self.once_enter(tid, once, ignore_poison);
            }
            Op::OnceLeave { once, poisoned } => {
                let past = match &self.objects[once as usize].state {
                    State::Once(state) if !poisoned => state.past,
                    _ => None,
                };
                self.changes_past(tid, past, Was::Unfinished);
                let view = self.threads[tid].views.current.clone();
                self.objects[once as usize].version += 1;
                let by = self.poisons();
                if let State::Once(state) = &mut self.objects[once as usize].state {
                    state.phase = if poisoned { OncePhase::Poisoned } else { OncePhase::Done };
                    state.poisoned_by = by;
                    state.view = view;
                }
                *woken = self.waiting_for(once);
            }
            Op::OnceWait { once, .. } => {
                let State::Once(state) = &self.objects[once as usize].state else {
                    return Done::OK;
                };
                self.threads[tid].views.learn(&state.view);
                let (ok, by) = (state.phase == OncePhase::Done, state.poisoned_by);
                self.found_poisoned(if ok { 0 } else { by });
                return Done { value: 0, ok };
            }
            Op::OnceGet(once) => {
                let State::Once(state) = &self.objects[once as usize].state else {
                    return Done::OK;
                };
                let ready = state.phase == OncePhase::Done;
                if ready {
                    self.threads[tid].views.learn(&state.view);
                }
                return Done { value: 0, ok: ready };
            }
            Op::Send(_)
            | Op::TrySend(_)
            | Op::SendTaken { .. }
            | Op::Receive { .. }
            | Op::TryReceive(_)
            | Op::Await(_)
            | Op::DropSender(_)
            | Op::DropReceiver(_) => {
                return self.perform_channel(tid, op, alt, step, woken);
            }
            Op::Load { atomic, order } => {
                return self.load(tid, atomic, self.read_place(atomic, alt), order);
            }
            Op::Store { atomic, order, value } => self.store(tid, atomic, order, value, step, None),
            Op::Update { atomic, order } => {
                let read = self.newest(atomic);
                // What counts one more, or one less and not the last, cannot tell who did so before: there is no order to learn from.
                if !self.counts_blindly(tid, atomic) {
                    self.learn_read(tid, atomic, read, order);
                }
                let value = self.stored(atomic, read).value;
                self.store(tid, atomic, order, update(value), step, Some(read));
                return Done { value, ok: true };
            }
            Op::Compare { atomic, expected, new, success, failure, .. } => {
                if alt != QUIESCENT_ALT && alt & WEAK_FAILURE != 0 {
                    self.threads[tid].weak_left -= 1;
                }
                let place = self.read_place(atomic, alt);
                let newest = self.newest(atomic);
                let value = self.stored(atomic, place).value;
                let weak = alt != QUIESCENT_ALT && alt & WEAK_FAILURE != 0;
                if place == newest && value == expected && !weak {
                    self.learn_read(tid, atomic, place, success);
                    self.store(tid, atomic, success, new, step, Some(place));
                    return Done { value, ok: true };
                }
                let made = self.stored(atomic, place).step;
                let read = self.load(tid, atomic, place, failure);
                // Before the store that it read, it might have succeeded: the order counts, in both directions.
                self.after.clear();
                self.observed = made;
                return Done { ok: false, ..read };
            }
            Op::Fence { order } => {
                let sc =
                    if self.config.memory == Memory::SeqCst { Ordering::SeqCst } else { order };
                self.fence(tid, sc);
            }
            Op::Exit(code) => {
                self.exited = true;
                if code != 0 {
                    self.fail(Bad::Exit { thread: tid, code: Some(code) });
                }
            }
            Op::Abort => {
                self.exited = true;
                self.fail(Bad::Exit { thread: tid, code: None });
            }
        }
        Done::OK
    }

    /// The process ends with main, whose thread-locals are destroyed first.
    fn main_returns(&mut self, tid: Tid) {
        if tid == 0 {
            self.exiting = Some(tid);
        }
    }

    /// Whose park token an `Op::Unpark` sets.
    fn unparked(&self, op: Op) -> Tid {
        match op {
            Op::Unpark(tid) => tid,
            _ => 0,
        }
    }

    /// What the thread does from now on, who has learnt from it so far does not know.
    pub fn count_step(&mut self, tid: Tid) {
        if super::plain::is_on() {
            let thread = &mut self.threads[tid];
            let steps = thread.views.current.get(thread.clock);
            thread.views.current.set(thread.clock, steps.saturating_add(1));
        }
    }

    /// A `SeqCst` fence shows what earlier ones saw, but by itself orders nothing: of other threads' steps it teaches no more than what was acquired.
    fn fence(&mut self, tid: Tid, order: Ordering) {
        if !super::plain::is_on() || order != Ordering::SeqCst {
            return self.threads[tid].views.fence(order, &mut self.sc);
        }
        let views = &mut self.threads[tid].views;
        let acquirable = views.acquirable.clone();
        views.current.join(&acquirable);
        let acquired = views.current.clone();
        views.fence(order, &mut self.sc);
        for other in 0..self.threads.len() {
            let clock = self.threads[other].clock;
            let views = &mut self.threads[tid].views;
            views.current.set(clock, acquired.get(clock));
            views.released.set(clock, acquired.get(clock));
        }
    }

    /// A thread has joined another, or its closure: it learns what that one knew, and of a family what all knew, at the last join.
    fn join(&mut self, tid: Tid, other: Tid, closures: bool) {
        let (ended, returned) = self.gathers(other, closures);
        for other in tids(ended) {
            self.learn_from_end(tid, other);
        }
        for other in tids(returned) {
            self.learn_from_return(tid, other);
        }
    }

    fn learn_from_end(&mut self, tid: Tid, other: Tid) {
        let view = self.threads[other].views.current.clone();
        self.threads[tid].views.learn(&view);
    }

    fn learn_from_return(&mut self, tid: Tid, other: Tid) {
        match self.threads[other].returned.clone() {
            Some((_, view)) => self.threads[tid].views.learn(&view),
            None => self.learn_from_end(tid, other),
        }
    }

    /// A blocking call is over.
    fn settle_tokens(&mut self, tid: Tid, alt: u16, done: &Done) {
        if eats(alt) {
            self.threads[tid].token = false;
        }
        // Who serves a call unparks its thread afterwards, which need not have parked by then. Nobody serves one whose time-out passes.
        let timed_out = done.value & 0xFFFF_FFFF == super::channels::outcome::TIMED_OUT;
        if leaves(alt) && !timed_out {
            let knew = self.threads[tid].views.current.clone();
            self.threads[tid].stray = Some(knew);
        }
        self.threads[tid].has_blocked = true;
    }

    fn pass_time(&mut self, tid: Tid, timeout: Option<u64>) {
        let now = &mut self.threads[tid].views.current.time;
        *now = now.saturating_add(timeout.unwrap_or(0));
    }

    fn park(&mut self, tid: Tid, timeout: Option<u64>, alt: u16) -> Done {
        if alt == SPURIOUS {
            self.threads[tid].spurious_left -= 1;
            return Done::OK;
        }
        let thread = &mut self.threads[tid];
        let has_stray = thread.stray.is_some();
        // Two tokens are one, unless the one that was left comes later.
        let comes_later = thread.token && alt == STRAY;
        if let Some(knew) = thread.stray.take_if(|_| !comes_later) {
            thread.views.learn(&knew);
            if !thread.token {
                return Done { value: 1, ok: true };
            }
        }
        let thread = &mut self.threads[tid];
        let had_token = std::mem::take(&mut thread.token);
        if had_token {
            // Without the token it would still be parked: it comes after the step that set it, in any order.
            let only_way = thread.spurious_left == 0 && timeout.is_none() && !has_stray;
            if only_way {
                self.after.push(thread.token_by);
            }
            let thread = &mut self.threads[tid];
            let view = std::mem::take(&mut thread.token_view);
            thread.views.learn(&view);
        } else {
            if alt != QUIESCENT_ALT {
                thread.fired_early(timeout);
            }
            self.pass_time(tid, timeout);
        }
        Done { value: 0, ok: had_token }
    }

    fn waiting(&mut self, condvar: Obj) -> &mut u64 {
        match &mut self.objects[condvar as usize].state {
            State::Condvar { waiting } => waiting,
            other => unreachable!("{other:?} is not a condition variable"),
        }
    }

    fn arrive(
        &mut self,
        tid: Tid,
        barrier: Obj,
        threads: usize,
        step: u32,
        woken: &mut u64,
    ) -> Done {
        let knows = self.threads[tid].views.current.clone();
        let State::Barrier { arrived, generation, view, opened } =
            &mut self.objects[barrier as usize].state
        else {
            return Done::OK;
        };
        *arrived += 1;
        view.join(&knows);
        let leader = *arrived >= threads;
        let value = u64::from(*generation);
        if leader {
            *arrived = 0;
            *generation += 1;
            let knew = std::mem::take(view);
            self.threads[tid].views.learn(&knew);
            opened.push((knew, step));
            let waiting = self.threads.iter().enumerate();
            let passes =
                |op: &Op| matches!(op, Op::Pass { barrier: other, .. } if *other == barrier);
            *woken = waiting
                .filter(|(_, thread)| passes(&thread.pending))
                .fold(0, |all, (other, _)| all | 1 << other);
        }
        Done { value, ok: leader }
    }

    /// `value` is 0 if the cell is done, 1 if this thread must initialise it, 2 if also it was poisoned, 3 if it is poisoned for good.
    fn once_enter(&mut self, tid: Tid, once: Obj, ignore_poison: bool) -> Done {
        let State::Once(state) = &mut self.objects[once as usize].state else { return Done::OK };
        let value = match state.phase {
            OncePhase::Done => 0,
            OncePhase::Poisoned if !ignore_poison => 3,
            OncePhase::Poisoned => 2,
            _ => 1,
        };
        // std reads with `Acquire` what whoever has run it, or panicked in it, stored with `Release`.
        if value != 1 {
            self.threads[tid].views.learn(&state.view);
        }
        if matches!(value, 1 | 2) {
            state.phase = OncePhase::Running(tid);
        }
        let by = state.poisoned_by;
        if value > 1 {
            self.found_poisoned(by);
        }
        Done { value, ok: value == 0 }
    }
}
