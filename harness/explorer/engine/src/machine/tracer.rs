//! The story of one execution, for people. Only told when an execution is run again for its trace.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use trace::{
    ChannelOutcome, Choice, LockMode, Operation, Output, Read, Stale, Step, Stream, ThreadId,
};

use super::Machine;
use super::channels::outcome;
use super::choices::{BEHIND, LONG, SPURIOUS, TIMED_OUT, WEAK_FAILURE};
use super::object::State;
use super::op::{Obj, Op, Tid};
use super::panics::Told;
use super::past::looks_back;
use super::perform::Done;
use super::plain::atomics::COUNTER;
use super::thread::Woken;
use crate::search::QUIESCENT_ALT;

/// The steps so far.
#[derive(Debug, Default)]
pub struct Tracer {
    pub steps: Vec<Step>,
    pub output: Vec<Output>,
    /// Which stack leads to a step, where one was kept.
    pub callers: BTreeMap<usize, u32>,
    /// For each step of the machine, its place in the story, which also tells who was blocked.
    places: Vec<usize>,
    /// Switches away from a thread that could have gone on.
    pub preemptions: u32,
    /// Whether the step to come is one.
    preempts: bool,
}

impl Tracer {
    /// The story for the reader.
    pub fn story(&self) -> (Vec<Step>, Vec<Output>) {
        (self.steps.clone(), self.output.clone())
    }

    /// Which stack leads to the step to come.
    fn led_to(&mut self, caller: Option<u32>) {
        self.callers.extend(caller.map(|caller| (self.steps.len(), caller)));
    }

    /// How far the story is.
    pub(super) fn told(&self) -> Told {
        let (steps, output) = (self.steps.len(), self.output.len());
        Told { steps, output, preemptions: self.preemptions }
    }

    /// The rest is no part of the story.
    pub(super) fn end_at(&mut self, told: Told) {
        self.steps.truncate(told.steps);
        self.output.truncate(told.output);
        self.preemptions = told.preemptions;
    }
}

pub(super) fn thread_id(tid: Tid) -> ThreadId {
    ThreadId(tid as u32)
}

fn threads_of(mask: u64) -> Vec<ThreadId> {
    (0..64).filter(|tid| mask >> tid & 1 == 1).map(|tid| ThreadId(tid as u32)).collect()
}

impl Machine {
    /// Keeps whether the step that was chosen takes the turn from a thread that could have gone on.
    pub(super) fn trace_choice(&mut self, chosen: u8) {
        let last = self.last;
        let can_go_on = self.choices.iter().any(|choice| usize::from(choice.thread) == last);
        let yields = matches!(self.threads[last].pending, Op::Yield | Op::SpinYield | Op::Sleep(_));
        if let Some(tracer) = &mut self.tracer {
            tracer.preempts =
                usize::from(chosen) != last && can_go_on && !yields && !self.quiescent;
            tracer.preemptions += u32::from(tracer.preempts);
        }
    }

    /// Tells that a thread could not go on, if it could not.
    pub fn show_blocked(&mut self, tid: Tid) {
        if self.tracer.is_none() || self.threads[tid].shown_blocked {
            return;
        }
        let op = self.threads[tid].pending;
        // Whose time-out can fire, and nothing else, waits all the same.
        let waits = matches!(op, Op::Receive { .. } | Op::Park { .. }) && !self.is_enabled(tid);
        if !waits && self.choices.iter().any(|choice| usize::from(choice.thread) == tid) {
            return;
        }
        // The first half of these has been told, and says that the thread waits.
        if matches!(op, Op::Wake { .. } | Op::Pass { .. } | Op::SendTaken { .. }) {
            return;
        }
        let Some(waits_for) = self.waits_for(tid) else { return };
        self.threads[tid].shown_blocked = true;
        let Some(operation) = self.operation(tid, op, 0, &Done::default()) else { return };
        let mut step = self.step(tid, operation);
        step.blocked = Some(waits_for);
        let caller = self.threads[tid].caller;
        if let Some(tracer) = &mut self.tracer {
            tracer.led_to(caller);
            tracer.steps.push(step);
        }
    }

    /// Tells, when nobody can go on, what the others asked for that were not shown as blocked: it was free when they asked.
    pub(super) fn show_all_blocked(&mut self) {
        for tid in 0..self.threads.len() {
            let thread = &self.threads[tid];
            if thread.exists && thread.ended.is_none() && !thread.shown_blocked {
                self.show_blocked(tid);
            }
        }
    }

    /// Tells a step that was taken.
    pub(super) fn trace_step(&mut self, tid: Tid, op: Op, alt: u16, done: &Done, woken: u64) {
        self.threads[tid].shown_blocked = false;
        let Some(operation) = self.operation(tid, op, alt, done) else {
            if let Some(tracer) = &mut self.tracer {
                tracer.places.push(tracer.steps.len().saturating_sub(1));
            }
            return;
        };
        let mut step = self.step(tid, operation);
        step.wakes = threads_of(woken);
        if let Op::End = op {
            let waits = |other: &super::thread::Thread| {
                other.shown_blocked
                    && (other.pending == Op::Join(tid) || other.pending == Op::JoinScoped(tid))
            };
            let joining = self.threads.iter().enumerate().filter(|(_, other)| waits(other));
            step.wakes = joining.map(|(other, _)| thread_id(other)).collect();
        }
        step.choice = self.choice_besides(tid, op, alt, done, &step.operation);
        if op == Op::SpinYield && alt == QUIESCENT_ALT {
            let on = if self.threads[tid].nap.is_some() { "looks again" } else { "spins on" };
            step.note = Some(format!("{on}, though nothing has changed"));
        }
        if matches!(op, Op::Park { .. }) && done.value == 1 {
            step.note = Some("finds a token that a call of std has left".to_owned());
        }
        if op == Op::Abort {
            step.note = self.why_it_aborts(tid);
        }
        let caller = self.threads[tid].caller;
        if let Some(tracer) = &mut self.tracer {
            step.preempts = std::mem::take(&mut tracer.preempts);
            tracer.led_to(caller);
            tracer.places.push(tracer.steps.len());
            tracer.steps.push(step);
        }
    }

    /// Tells of a panic, where it was raised.
    pub(super) fn trace_panic(&mut self, tid: Tid, message: String, at: Option<trace::Location>) {
        let mut step = Step::new(thread_id(tid), Operation::Panic { message });
        step.at = at;
        if let Some(tracer) = &mut self.tracer {
            tracer.steps.push(step);
        }
    }

    /// Tells that a thread has ended the process, where no operation says so.
    pub(super) fn trace_abort(&mut self, tid: Tid) {
        let mut step = self.step(tid, Operation::Abort);
        step.call = None;
        step.note = self.why_it_aborts(tid);
        if let Some(tracer) = &mut self.tracer {
            tracer.steps.push(step);
        }
    }

    /// Tells what was printed.
    pub(super) fn trace_print(&mut self, stream: Stream, text: &str) {
        let thread = thread_id(self.current);
        if let Some(tracer) = &mut self.tracer {
            let after = tracer.steps.len();
            tracer.output.push(Output { thread, stream, text: text.to_owned(), after });
        }
    }

    fn step(&self, tid: Tid, operation: Operation) -> Step {
        let thread = &self.threads[tid];
        let mut step = Step::new(thread_id(tid), operation);
        // The main thread starts nowhere in the program.
        step.at = (tid > 0 || thread.pending != Op::Start).then(|| thread.at.into());
        // What `Arc` does by itself nobody has called.
        let is_called = !thread.call.is_empty() && thread.call != COUNTER;
        step.call = is_called.then(|| thread.call.to_owned());
        step.time_ns = Some(thread.views.current.time);
        step
    }

    fn choice_besides(
        &self,
        tid: Tid,
        op: Op,
        alt: u16,
        done: &Done,
        operation: &Operation,
    ) -> Option<Choice> {
        let waits = matches!(op, Op::Wake { .. } | Op::Park { .. } | Op::Receive { .. });
        match (op, alt) {
            (_, QUIESCENT_ALT) if waits => Some(Choice::Timeout),
            (Op::Wake { .. }, _) => match self.threads[tid].awoken {
                Woken::By(_) => None,
                Woken::InTime => Some(Choice::Timeout),
                Woken::Spuriously | Woken::No => Some(Choice::Spurious),
            },
            (Op::Wait { .. }, SPURIOUS) => Some(Choice::Spurious),
            (Op::Wait { .. }, TIMED_OUT) => Some(Choice::Timeout),
            (Op::Park { .. }, SPURIOUS) => Some(Choice::Spurious),
            (Op::Park { timeout: Some(_) }, _) if !done.ok => Some(Choice::Timeout),
            (Op::NotifyOne(_), waiter) if waiter > 0 => {
                Some(Choice::Waiter { thread: thread_id(usize::from(waiter - 1)) })
            }
            (op, alt) if looks_back(op, alt) => Some(Choice::OlderStore),
            (Op::Compare { .. }, alt) if alt != QUIESCENT_ALT && alt & WEAK_FAILURE != 0 => {
                Some(Choice::WeakFailure)
            }
            _ => match operation {
                Operation::Load { read, .. } | Operation::Update { read, .. }
                    if read.stale.is_some() =>
                {
                    Some(Choice::OlderStore)
                }
                _ => None,
            },
        }
    }

    /// The step in the words of the trace format; `None` if it is the unremarkable half of another.
    fn operation(&self, tid: Tid, op: Op, alt: u16, done: &Done) -> Option<Operation> {
        let id = |object: Obj| self.trace_object(object);
        let exclusive = LockMode::Exclusive;
        let shared = LockMode::Shared;
        Some(match op {
            Op::Start => Operation::Start,
            Op::Return
            | Op::BeginExit
            | Op::Queue(_)
            | Op::QueueRead(_)
            | Op::RestIn { .. }
            | Op::RestScope(_) => {
                return None;
            }
            Op::Read(_) if alt == BEHIND => return None,
            Op::End => Operation::End,
            Op::Spawn => Operation::Spawn { child: thread_id(self.threads.len()) },
            Op::Join(child) | Op::JoinScoped(child) => Operation::Join { child: thread_id(child) },
            Op::IsFinished(_) => Operation::Other,
            Op::LetGo(_) => return None,
            Op::SpinYield if self.threads[tid].nap.is_some() => {
                Operation::Sleep { ns: self.threads[tid].nap.unwrap_or_default() }
            }
            Op::Yield | Op::SpinYield => Operation::Yield,
            Op::Sleep(_) if alt == LONG => return None,
            Op::Sleep(ns) | Op::SleepEnds(ns) => Operation::Sleep { ns },
            Op::Park { timeout } => Operation::Park { timeout_ns: timeout },
            Op::Unpark(other) => Operation::Unpark { thread: thread_id(other) },
            Op::Lock(lock) => Operation::Lock { lock: id(lock), mode: exclusive },
            Op::Read(lock) | Op::ReadBehind(lock) => {
                Operation::Lock { lock: id(lock), mode: shared }
            }
            Op::TryLock(lock) => {
                Operation::TryLock { lock: id(lock), mode: exclusive, acquired: done.ok }
            }
            Op::TryRead(lock) => {
                Operation::TryLock { lock: id(lock), mode: shared, acquired: done.ok }
            }
            Op::Unlock(lock) => Operation::Unlock { lock: id(lock), mode: exclusive },
            Op::Unread(lock) => Operation::Unlock { lock: id(lock), mode: shared },
            Op::Downgrade(_) | Op::IsPoisoned(_) | Op::ClearPoison(_) | Op::Poison(_) => {
                Operation::Other
            }
            Op::Wait { condvar, lock, timeout } => {
                Operation::Wait { condvar: id(condvar), lock: id(lock), timeout_ns: timeout }
            }
            Op::Wake { condvar, lock, .. } => {
                Operation::Wake { condvar: id(condvar), lock: id(lock) }
            }
            Op::NotifyOne(condvar) => Operation::Notify { condvar: id(condvar), all: false },
            Op::NotifyAll(condvar) => Operation::Notify { condvar: id(condvar), all: true },
            Op::Arrive { barrier, .. } => {
                Operation::Barrier { barrier: id(barrier), leader: done.ok }
            }
            Op::Pass { .. }
            | Op::SendTaken { .. }
            | Op::Await(_)
            | Op::Print(_)
            | Op::LockStream(_)
            | Op::UnlockStream(_)
            | Op::Input => {
                return None;
            }
            Op::OnceEnter { once, .. } if done.value == 1 || done.value == 2 => {
                Operation::OnceBegin { once: id(once) }
            }
            Op::OnceEnter { once, .. } | Op::OnceWait { once, .. } => {
                Operation::OnceGet { once: id(once), ready: done.ok }
            }
            Op::OnceLeave { once, .. } => Operation::OnceEnd { once: id(once) },
            Op::OnceGet(once) => Operation::OnceGet { once: id(once), ready: done.ok },
            Op::Send(channel) | Op::TrySend(channel) => {
                Operation::Send { channel: id(channel), outcome: channel_outcome(done) }
            }
            Op::Receive { channel, timeout } => Operation::Receive {
                channel: id(channel),
                outcome: channel_outcome(done),
                timeout_ns: timeout,
            },
            Op::TryReceive(channel) => Operation::Receive {
                channel: id(channel),
                outcome: channel_outcome(done),
                timeout_ns: None,
            },
            Op::DropSender(channel) if self.channel(channel).senders > 0 => return None,
            Op::DropSender(channel) | Op::DropReceiver(channel) => {
                Operation::Close { channel: id(channel) }
            }
            Op::Load { atomic, order } => Operation::Load {
                atomic: id(atomic),
                ordering: order.into(),
                read: self.read_of(atomic, alt, false),
            },
            Op::Store { atomic, order, value } => Operation::Store {
                atomic: id(atomic),
                ordering: order.into(),
                value: self.show(atomic, value),
            },
            Op::Update { atomic, order } => self.update_of(atomic, order, alt, true),
            Op::Compare { atomic, success, failure, .. } => {
                self.update_of(atomic, if done.ok { success } else { failure }, alt, done.ok)
            }
            Op::Fence { order } => Operation::Fence { ordering: order.into() },
            Op::Exit(code) => Operation::Exit { code },
            Op::Abort => Operation::Abort,
        })
        .inspect(|_| debug_assert!(tid < self.threads.len()))
    }

    fn update_of(&self, atomic: Obj, order: Ordering, alt: u16, wrote: bool) -> Operation {
        let State::Atomic(state) = &self.objects[atomic as usize].state else {
            return Operation::Other;
        };
        let value =
            state.stores.last().filter(|_| wrote).map(|stored| self.show(atomic, stored.value));
        let read = self.read_of(atomic, alt, wrote);
        Operation::Update { atomic: self.trace_object(atomic), ordering: order.into(), read, value }
    }

    /// What was read. `wrote`: the newest store is the step's own.
    fn read_of(&self, atomic: Obj, alt: u16, wrote: bool) -> Read {
        let State::Atomic(state) = &self.objects[atomic as usize].state else {
            return Read::newest("", None);
        };
        let newest = state.stores.len() - 1 - usize::from(wrote);
        let place = if wrote || alt == QUIESCENT_ALT {
            newest
        } else {
            usize::from(alt & !WEAK_FAILURE).min(newest)
        };
        let stored = &state.stores[place];
        let places = self.tracer.as_ref().map_or(&[][..], |tracer| &tracer.places);
        let from = stored.step.and_then(|step| places.get(step as usize).copied());
        let mut read = Read::newest(self.show(atomic, stored.value), from);
        if place < newest {
            let newest_value = self.show(atomic, state.stores[newest].value);
            read.stale = Some(Stale { newest: newest_value, missed: (newest - place) as u32 });
        }
        read
    }
}

fn channel_outcome(done: &Done) -> ChannelOutcome {
    match done.value & 0xFFFF_FFFF {
        outcome::DONE => ChannelOutcome::Done,
        outcome::WOULD_BLOCK => ChannelOutcome::WouldBlock,
        outcome::TIMED_OUT => ChannelOutcome::TimedOut,
        _ => ChannelOutcome::Disconnected,
    }
}
