//! Follows a trace step by step and knows, after each, who holds what, who waits for what, and what every atomic contains.
//!
//! The trace says what happened; this module only keeps the books. All renderings and the state graph read from it, so they
//! cannot disagree.

use std::collections::BTreeMap;

use crate::{Location, LockMode, ObjectId, Operation, Step, ThreadId, Trace, WaitsFor};

/// The state of a run after some of its steps.
///
/// ```
/// # use explore_trace::{*, replay::Replay};
/// # fn show(trace: &Trace) {
/// let mut replay = Replay::new(trace);
/// while replay.advance().is_some() {}
/// for (id, thread) in replay.threads().iter().enumerate() {
///     println!("thread {id} holds {} locks", thread.holds.len());
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Replay<'t> {
    trace: &'t Trace,
    done: usize,
    threads: Vec<ThreadState>,
    objects: Vec<ObjectState>,
    /// The newest store to each atomic.
    stored: BTreeMap<ObjectId, usize>,
}

/// Where a thread is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadState {
    /// Whether it can go on.
    pub phase: Phase,
    /// The locks that it holds, in the order in which it took them.
    pub holds: Vec<Hold>,
    /// The line of its last step.
    pub at: Option<Location>,
    /// Whether it has panicked and not ended yet.
    pub panicking: bool,
    /// For each atomic that the thread has touched: the value that it read or wrote last.
    pub seen: BTreeMap<ObjectId, String>,
    /// For each atomic: the newest store that the thread knows of (its own, or one that it read), as a step; `None` is the
    /// initial value.
    knows: BTreeMap<ObjectId, Option<usize>>,
}

/// Whether a thread can go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// It has not been spawned yet.
    #[default]
    Unborn,
    /// It can take its next step.
    Ready,
    /// It waits.
    Blocked {
        /// What it waits for.
        waits_for: WaitsFor,
    },
    /// It has returned.
    Ended,
    /// It has ended by a panic.
    Panicked,
}

/// A lock that a thread holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The lock.
    pub lock: ObjectId,
    /// Alone or shared.
    pub mode: LockMode,
    /// The step that took it.
    pub since: usize,
}

/// The state of a shared object. Fields that do not apply to its kind keep their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectState {
    /// Who holds the lock, or runs the initialiser of the cell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<ThreadId>,
    /// Whether it is held for reading.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Who waits for it, lowest thread first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiters: Vec<ThreadId>,
    /// A thread panicked while it held the lock.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub poisoned: bool,
    /// The newest value of the atomic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who stored that value; nobody if it is the initial one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_by: Option<ThreadId>,
    /// How many messages the channel holds.
    #[serde(skip_serializing_if = "is_zero")]
    pub messages: u32,
    /// One side of the channel is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The cell is initialised.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ready: bool,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A store that replaced a value which its thread had never seen, although it had read the atomic before: how updates get lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overwrite {
    /// The value that is gone.
    pub value: String,
    /// Who had stored it.
    pub by: ThreadId,
}

/// What the books say about a step beyond the step itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The unseen value that a store replaced.
    pub overwrote: Option<Overwrite>,
    /// The threads that a notification left waiting.
    pub left_waiting: Vec<ThreadId>,
}

impl<'t> Replay<'t> {
    /// The state before the first step: the first thread is ready, the others are unborn.
    pub fn new(trace: &'t Trace) -> Self {
        let mut threads = vec![ThreadState::default(); trace.threads.len()];
        if let Some(first) = threads.first_mut() {
            first.phase = Phase::Ready;
        }
        let objects = trace
            .objects
            .iter()
            .map(|object| ObjectState { value: object.initial.clone(), ..ObjectState::default() });
        Self { trace, done: 0, threads, objects: objects.collect(), stored: BTreeMap::new() }
    }

    /// How many steps were taken.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The threads' states, in the order of [`Trace::threads`].
    pub fn threads(&self) -> &[ThreadState] {
        &self.threads
    }

    /// The objects' states, in the order of [`Trace::objects`], with who waits for each.
    pub fn objects(&self) -> Vec<ObjectState> {
        let mut objects = self.objects.clone();
        for (index, thread) in self.threads.iter().enumerate() {
            let Phase::Blocked { waits_for } = &thread.phase else {
                continue;
            };
            if let Some(object) = object_of(waits_for).and_then(|id| objects.get_mut(id.0 as usize))
            {
                object.waiters.push(ThreadId(index as u32));
            }
        }
        objects
    }

    /// Takes the next step; `None` when there is none.
    pub fn advance(&mut self) -> Option<Effect> {
        let trace = self.trace;
        let step = trace.steps.get(self.done)?;
        let effect = self.apply(step);
        self.done += 1;
        Some(effect)
    }

    fn apply(&mut self, step: &Step) -> Effect {
        let mut effect = Effect::default();
        self.with_thread(step.thread, |thread| {
            if step.at.is_some() {
                thread.at.clone_from(&step.at);
            }
            thread.phase = match &step.blocked {
                Some(waits_for) => Phase::Blocked { waits_for: waits_for.clone() },
                None => Phase::Ready,
            };
        });
        if step.blocked.is_none() {
            self.happen(step, &mut effect);
        }
        for &woken in &step.wakes {
            self.with_thread(woken, |thread| thread.phase = Phase::Ready);
        }
        if let Operation::Notify { condvar, .. } = step.operation {
            effect.left_waiting = self.waiting_on(condvar);
        }
        effect
    }

    /// What a step that is not blocked does to the books.
    fn happen(&mut self, step: &Step, effect: &mut Effect) {
        let me = step.thread;
        match &step.operation {
            Operation::Spawn { child } => {
                self.with_thread(*child, |thread| thread.phase = Phase::Ready);
            }
            Operation::Panic { .. } => self.with_thread(me, |thread| thread.panicking = true),
            Operation::End => self.with_thread(me, |thread| {
                thread.phase = if thread.panicking { Phase::Panicked } else { Phase::Ended };
                thread.panicking = false;
            }),
            Operation::Lock { lock, mode } | Operation::TryLock { lock, mode, acquired: true } => {
                self.take(me, *lock, *mode)
            }
            Operation::Unlock { lock, .. } => self.release(me, *lock),
            Operation::Wait { condvar, lock, .. } => {
                self.release(me, *lock);
                let condvar = *condvar;
                self.with_thread(me, |thread| {
                    thread.phase = Phase::Blocked { waits_for: WaitsFor::Notify { condvar } };
                });
            }
            Operation::Wake { lock, .. } => self.take(me, *lock, LockMode::Exclusive),
            Operation::OnceBegin { once } => self.take(me, *once, LockMode::Exclusive),
            Operation::OnceEnd { once } => {
                self.release(me, *once);
                self.with_object(*once, |object| object.ready = !object.poisoned);
            }
            Operation::Send { channel, outcome } if *outcome == Default::default() => {
                self.with_object(*channel, |object| {
                    object.messages = object.messages.saturating_add(1);
                });
            }
            Operation::Receive { channel, outcome, .. } if *outcome == Default::default() => {
                self.with_object(*channel, |object| {
                    object.messages = object.messages.saturating_sub(1);
                });
            }
            Operation::Close { channel } => self.with_object(*channel, |object| {
                object.closed = true;
            }),
            Operation::Load { atomic, read, .. } => self.learn(me, *atomic, read.from, &read.value),
            Operation::Store { atomic, value, .. } => {
                effect.overwrote = self.unseen(me, *atomic);
                self.store(me, *atomic, value);
            }
            Operation::Update { atomic, read, value, .. } => {
                self.learn(me, *atomic, read.from, &read.value);
                if let Some(value) = value {
                    self.store(me, *atomic, value);
                }
            }
            _ => {}
        }
    }

    fn waiting_on(&self, condvar: ObjectId) -> Vec<ThreadId> {
        let reason = Phase::Blocked { waits_for: WaitsFor::Notify { condvar } };
        let threads = self.threads.iter().enumerate();
        threads.filter(|(_, t)| t.phase == reason).map(|(i, _)| ThreadId(i as u32)).collect()
    }

    fn take(&mut self, me: ThreadId, lock: ObjectId, mode: LockMode) {
        let since = self.done;
        self.with_thread(me, |thread| thread.holds.push(Hold { lock, mode, since }));
        self.with_object(lock, |object| {
            object.held_by.push(me);
            object.shared = mode == LockMode::Shared;
        });
    }

    fn release(&mut self, me: ThreadId, lock: ObjectId) {
        let mut poisons = false;
        self.with_thread(me, |thread| {
            if let Some(last) = thread.holds.iter().rposition(|hold| hold.lock == lock) {
                let hold = thread.holds.remove(last);
                poisons = thread.panicking && hold.mode == LockMode::Exclusive;
            }
        });
        self.with_object(lock, |object| {
            if let Some(first) = object.held_by.iter().position(|&holder| holder == me) {
                object.held_by.remove(first);
            }
            object.shared &= !object.held_by.is_empty();
            object.poisoned |= poisons;
        });
    }

    fn learn(&mut self, me: ThreadId, atomic: ObjectId, store: Option<usize>, value: &str) {
        self.with_thread(me, |thread| {
            thread.knows.insert(atomic, store);
            thread.seen.insert(atomic, value.to_owned());
        });
    }

    fn store(&mut self, me: ThreadId, atomic: ObjectId, value: &str) {
        self.stored.insert(atomic, self.done);
        self.learn(me, atomic, Some(self.done), value);
        self.with_object(atomic, |object| {
            object.value = Some(value.to_owned());
            object.stored_by = Some(me);
        });
    }

    /// The newest value of an atomic, if this thread once read the atomic but does not know that value.
    fn unseen(&self, me: ThreadId, atomic: ObjectId) -> Option<Overwrite> {
        let known = self.threads.get(me.0 as usize)?.knows.get(&atomic)?;
        let newest = self.stored.get(&atomic)?;
        let object = self.objects.get(atomic.0 as usize)?;
        let by = object.stored_by.filter(|&by| by != me)?;
        (*known != Some(*newest))
            .then(|| Overwrite { value: object.value.clone().unwrap_or_default(), by })
    }

    fn with_thread(&mut self, id: ThreadId, change: impl FnOnce(&mut ThreadState)) {
        if let Some(thread) = self.threads.get_mut(id.0 as usize) {
            change(thread);
        }
    }

    fn with_object(&mut self, id: ObjectId, change: impl FnOnce(&mut ObjectState)) {
        if let Some(object) = self.objects.get_mut(id.0 as usize) {
            change(object);
        }
    }
}

/// The object that a thread queues at, if it is one.
pub(crate) fn object_of(waits_for: &WaitsFor) -> Option<ObjectId> {
    match waits_for {
        WaitsFor::Lock { lock, .. } => Some(*lock),
        WaitsFor::Notify { condvar } => Some(*condvar),
        WaitsFor::Barrier { barrier } => Some(*barrier),
        WaitsFor::Message { channel } | WaitsFor::Room { channel } => Some(*channel),
        WaitsFor::Join { .. } | WaitsFor::Unpark | WaitsFor::Change { .. } | WaitsFor::Time => None,
    }
}
