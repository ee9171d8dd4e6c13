//! Where every thread stands, and what there is to see: the state of an execution in the words of the trace format.

use trace::{Object, ObjectId, ObjectKind, Wait, WaitsFor};

use super::object::{OncePhase, State};
use super::op::{Obj, Op, Tid};
use super::tracer::thread_id;
use super::{FIRST_SHARED, Machine, end_of};

impl Machine {
    /// A value's bits, as its type prints them.
    pub(super) fn show(&self, atomic: Obj, bits: u64) -> String {
        match self.objects[atomic as usize].kind {
            "AtomicBool" => (bits != 0).to_string(),
            "AtomicPtr" if bits == 0 => "null".to_owned(),
            // Addresses differ from run to run, and mean nothing to a reader.
            "AtomicPtr" => "pointer".to_owned(),
            "AtomicI8" => (bits as i8).to_string(),
            "AtomicI16" => (bits as i16).to_string(),
            "AtomicI32" => (bits as i32).to_string(),
            "AtomicI64" | "AtomicIsize" => (bits as i64).to_string(),
            _ => bits.to_string(),
        }
    }

    /// What a thread waits for; `None` if it could go on.
    pub(super) fn waits_for(&self, tid: Tid) -> Option<WaitsFor> {
        let thread = &self.threads[tid];
        let lock = |lock: Obj| {
            let state = self.lock(lock);
            let held_by =
                state.owner.iter().chain(&state.readers).map(|&tid| thread_id(tid)).collect();
            Some(WaitsFor::Lock { lock: self.trace_object(lock), held_by })
        };
        match thread.pending {
            Op::Lock(object) | Op::Read(object) | Op::ReadBehind(object) => lock(object),
            Op::Wake { condvar, lock: mutex, .. } => {
                if thread.woken == super::thread::Woken::No {
                    Some(WaitsFor::Notify { condvar: self.trace_object(condvar) })
                } else {
                    lock(mutex)
                }
            }
            Op::Join(other) | Op::JoinScoped(other) => {
                Some(WaitsFor::Join { thread: thread_id(other) })
            }
            Op::BeginExit | Op::Exit(_) | Op::Return | Op::End => {
                self.exiting.map(|other| WaitsFor::Join { thread: thread_id(other) })
            }
            Op::Park { .. } => Some(WaitsFor::Unpark),
            Op::Sleep(_) => Some(WaitsFor::Time),
            Op::Pass { barrier, .. } => {
                Some(WaitsFor::Barrier { barrier: self.trace_object(barrier) })
            }
            Op::OnceEnter { once, .. } | Op::OnceWait { once, .. } => {
                let held_by = match &self.objects[once as usize].state {
                    State::Once(state) => match state.phase {
                        OncePhase::Running(tid) => vec![thread_id(tid)],
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                };
                Some(WaitsFor::Lock { lock: self.trace_object(once), held_by })
            }
            Op::Receive { channel, .. } => {
                Some(WaitsFor::Message { channel: self.trace_object(channel) })
            }
            Op::Send(channel) | Op::SendTaken { channel, .. } => {
                Some(WaitsFor::Room { channel: self.trace_object(channel) })
            }
            Op::SpinYield => {
                let places = || thread.spin.round.iter().map(|look| look.place);
                let is_atomic =
                    |object: &Obj| !matches!(self.objects[*object as usize].state, State::Name);
                let mut atomics: Vec<ObjectId> = places()
                    .filter_map(|place| place.checked_sub(FIRST_SHARED))
                    .filter(is_atomic)
                    .map(|object| self.trace_object(object))
                    .collect();
                atomics.sort();
                atomics.dedup();
                let other = |place| (0..self.threads.len()).find(|&tid| end_of(tid) == place);
                match places().find_map(other).filter(|_| atomics.is_empty()) {
                    Some(other) => Some(WaitsFor::Join { thread: thread_id(other) }),
                    None => Some(WaitsFor::Change { atomics }),
                }
            }
            _ => None,
        }
    }

    /// Where every thread that has not ended stands.
    pub fn standing(&self) -> Vec<Wait> {
        let threads = self.threads.iter().enumerate();
        // A leak is the fault of those who could still do something, or of all who have not ended.
        let all = self.failure != Some(super::Bad::Leak) || self.config.everybody_ends;
        let alive = threads.filter(|(_, thread)| {
            thread.exists && thread.ended.is_none() && (all || thread.could_act())
        });
        alive
            .map(|(tid, thread)| Wait {
                thread: thread_id(tid),
                at: Some(thread.at.into()),
                called_at: None,
                waits_for: if self.is_enabled(tid) { None } else { self.waits_for(tid) },
            })
            .collect()
    }

    /// The number of an object in the trace, where a channel has only one.
    pub fn trace_object(&self, object: Obj) -> ObjectId {
        let before = self.objects[..object as usize].iter();
        ObjectId(before.filter(|object| !matches!(object.state, State::Name)).count() as u32)
    }

    /// The objects, as the trace lists them.
    pub fn trace_objects(&self) -> Vec<Object> {
        let kind = |state: &State| match state {
            State::Lock(_) => Some(ObjectKind::Mutex),
            State::Condvar { .. } => Some(ObjectKind::Condvar),
            State::Barrier { .. } => Some(ObjectKind::Barrier),
            State::Once(_) => Some(ObjectKind::Once),
            State::Channel(_) => Some(ObjectKind::Channel),
            State::Atomic(_) => Some(ObjectKind::Atomic),
            State::Name => None,
        };
        let objects = self.objects.iter().enumerate();
        objects
            .filter_map(|(number, object)| {
                let kind =
                    if object.kind == "RwLock" { ObjectKind::RwLock } else { kind(&object.state)? };
                let initial = match &object.state {
                    State::Atomic(state) => {
                        state.stores.first().map(|stored| self.show(number as Obj, stored.value))
                    }
                    _ => None,
                };
                let name = super::reactor::name(object.kind).map(str::to_owned);
                Some(Object { kind, name, created: Some(object.created.into()), initial })
            })
            .collect()
    }

    /// The threads, as the trace lists them.
    pub fn trace_threads(&self) -> Vec<trace::Thread> {
        let thread = |thread: &super::thread::Thread| trace::Thread {
            name: thread.name.as_deref().map(str::to_owned),
            parent: thread.parent.map(thread_id),
            spawned: thread.parent.map(|_| thread.spawned.into()),
        };
        self.threads.iter().map(thread).collect()
    }
}
