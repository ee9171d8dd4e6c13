//! What the stand-ins call where they do the real thing.

use std::fmt::Debug;
use std::sync::atomic::Ordering;

use trace::{Choice, LockMode, ObjectId, ObjectKind, Operation, Read, Step, ThreadId, WaitsFor};

use super::{Key, MYSELF, Tape, is_on, myself, number, step, with};
use crate::machine::id::Id;
use crate::machine::op::Loc;

/// An object, for a step.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    id: &'a Id,
    kind: ObjectKind,
}

impl<'a> Object<'a> {
    pub fn new(id: &'a Id, kind: ObjectKind) -> Self {
        Self { id, kind }
    }

    fn number(self, tape: &mut Tape) -> ObjectId {
        tape.object(self.id, self.kind)
    }
}

/// Notes a step that never waits, before it is done.
pub(crate) fn note(
    operation: impl FnOnce(&mut dyn FnMut(crate::thread::ThreadId) -> ThreadId) -> Operation,
    call: &'static str,
    at: Loc,
) {
    with(|tape| {
        let operation = operation(&mut |id| tape.known.get(&id).copied().unwrap_or(ThreadId(0)));
        let target = match operation {
            Operation::Unpark { thread } => Some(thread),
            _ => None,
        };
        let place = tape.push(step(operation, call, at));
        if let Some(thread) = target {
            tape.enablers.insert(Key::Token(thread), place);
        }
    });
}

/// The number of a thread; that of the main thread, if it is not known.
pub(crate) fn thread_of(id: crate::thread::ThreadId) -> ThreadId {
    with(|tape| tape.known.get(&id).copied()).flatten().unwrap_or(ThreadId(0))
}

/// Does something that waits: once noted as blocked, once as done.
pub(crate) fn blocking<R>(
    operation: Operation,
    waits_for: WaitsFor,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> R,
) -> R {
    if !is_on() {
        return f();
    }
    let key = match (&operation, &waits_for) {
        (Operation::Join { child }, _) => Some(Key::End(*child)),
        (Operation::Park { .. }, _) => Some(Key::Token(myself())),
        _ => None,
    };
    with(|tape| {
        let mut asked = step(operation.clone(), call, at);
        asked.blocked = Some(waits_for);
        tape.push(asked);
    });
    let result = f();
    with(|tape| {
        if let Some(key) = key {
            tape.woken_by(key, myself());
        }
        tape.push(step(operation, call, at));
    });
    result
}

/// A thread that is about to start: its recording and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth(u32, ThreadId);

/// Notes that a thread is spawned.
pub(crate) fn birth(name: Option<String>, at: Loc) -> Birth {
    let child = with(|tape| {
        let child = ThreadId(tape.threads.len() as u32);
        tape.threads.push(trace::Thread { name, parent: Some(myself()), spawned: Some(at.into()) });
        tape.push(step(Operation::Spawn { child }, "", at));
        child
    });
    match child {
        Some(child) => Birth(number(), child),
        None => Birth(0, ThreadId(0)),
    }
}

/// The first thing that a spawned thread does.
pub(crate) fn begin(Birth(recording, thread): Birth) {
    if recording == 0 {
        return;
    }
    MYSELF.set((recording, thread.0));
    with(|tape| {
        tape.known.insert(crate::thread::current().id(), thread);
        tape.push(Step::new(thread, Operation::Start));
    });
}

/// Notes which thread of the program was born.
pub(crate) fn born(Birth(recording, thread): Birth, id: crate::thread::ThreadId) {
    if recording != 0 {
        with(|tape| tape.known.insert(id, thread));
    }
}

/// The last thing that a spawned thread does. `panic`: its message, if it panicked.
pub(crate) fn end(panic: Option<String>) {
    with(|tape| {
        let me = myself();
        if let Some(message) = panic {
            tape.push(Step::new(me, Operation::Panic { message }));
        }
        let place = tape.push(Step::new(me, Operation::End));
        tape.enablers.insert(Key::End(me), place);
    });
}

/// Takes a lock. `try_lock` takes it if it is free.
pub(crate) fn lock<R>(
    object: Object<'_>,
    mode: LockMode,
    call: &'static str,
    at: Loc,
    try_lock: impl FnOnce() -> Option<R>,
    lock: impl FnOnce() -> R,
) -> R {
    if !is_on() {
        return lock();
    }
    let operation = |tape: &mut Tape| Operation::Lock { lock: object.number(tape), mode };
    let (real, waited) = match try_lock() {
        Some(real) => (real, false),
        None => {
            with(|tape| {
                let mut asked = step(operation(tape), call, at);
                let lock = object.number(tape);
                asked.blocked = Some(WaitsFor::Lock { lock, held_by: holders(tape, lock) });
                tape.push(asked);
            });
            (lock(), true)
        }
    };
    with(|tape| {
        let operation = operation(tape);
        if waited {
            let key = Key::Object(object.number(tape));
            tape.woken_by(key, myself());
        }
        tape.push(step(operation, call, at));
    });
    real
}

/// Who holds a lock, as far as the steps tell.
fn holders(tape: &Tape, lock: ObjectId) -> Vec<ThreadId> {
    let mut held_by = Vec::new();
    for step in tape.steps.iter().filter(|step| step.blocked.is_none()) {
        match &step.operation {
            Operation::Lock { lock: other, .. }
            | Operation::TryLock { lock: other, acquired: true, .. }
            | Operation::Wake { lock: other, .. }
                if *other == lock =>
            {
                held_by.push(step.thread);
            }
            Operation::Unlock { lock: other, .. } | Operation::Wait { lock: other, .. }
                if *other == lock =>
            {
                held_by.retain(|thread| *thread != step.thread);
            }
            _ => {}
        }
    }
    held_by
}

/// Notes an attempt at a lock.
pub(crate) fn try_lock(
    object: Object<'_>,
    mode: LockMode,
    acquired: bool,
    call: &'static str,
    at: Loc,
) {
    with(|tape| {
        let lock = object.number(tape);
        tape.push(step(Operation::TryLock { lock, mode, acquired }, call, at));
    });
}

/// Gives a lock back, which is noted before anybody else can take it.
pub(crate) fn unlock<R>(object: Object<'_>, mode: LockMode, at: Loc, real: Option<R>) {
    with(|tape| {
        let lock = object.number(tape);
        let place = tape.push(step(Operation::Unlock { lock, mode }, "", at));
        tape.enablers.insert(Key::Object(lock), place);
    });
    drop(real);
}

/// Waits on a condition variable; `f` returns whether the time-out passed.
pub(crate) fn wait<R>(
    condvar: Object<'_>,
    lock: Object<'_>,
    timeout_ns: Option<u64>,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> (R, bool),
) -> (R, bool) {
    if !is_on() {
        return f();
    }
    with(|tape| {
        let (condvar, lock) = (condvar.number(tape), lock.number(tape));
        let place = tape.push(step(Operation::Wait { condvar, lock, timeout_ns }, call, at));
        tape.enablers.insert(Key::Object(lock), place);
        // Notifications from before the wait wake nobody.
        tape.enablers.remove(&Key::Object(condvar));
    });
    let (result, timed_out) = f();
    with(|tape| {
        let (condvar, lock) = (condvar.number(tape), lock.number(tape));
        let mut woken = step(Operation::Wake { condvar, lock }, call, at);
        if timed_out {
            woken.choice = Some(Choice::Timeout);
        } else if tape.enablers.contains_key(&Key::Object(condvar)) {
            tape.woken_by(Key::Object(condvar), myself());
        } else {
            woken.choice = Some(Choice::Spurious);
        }
        tape.push(woken);
    });
    (result, timed_out)
}

/// Notes a notification.
pub(crate) fn notify(condvar: Object<'_>, all: bool, at: Loc) {
    with(|tape| {
        let condvar = condvar.number(tape);
        let place = tape.push(step(Operation::Notify { condvar, all }, "", at));
        tape.enablers.insert(Key::Object(condvar), place);
    });
}

/// Waits at a barrier; `f` returns whether this thread leads.
pub(crate) fn barrier(object: Object<'_>, at: Loc, f: impl FnOnce() -> bool) -> bool {
    with(|tape| {
        let barrier = object.number(tape);
        let mut asked = step(Operation::Barrier { barrier, leader: false }, "", at);
        asked.blocked = Some(WaitsFor::Barrier { barrier });
        tape.push(asked);
    });
    let leader = f();
    with(|tape| {
        let barrier = object.number(tape);
        tape.push(step(Operation::Barrier { barrier, leader }, "", at));
    });
    leader
}

/// Enters a cell; `f` also returns whether it is initialised.
pub(crate) fn once_enter<R>(
    object: Object<'_>,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> (R, bool),
) -> R {
    let (result, ready) = f();
    with(|tape| {
        let once = object.number(tape);
        let operation =
            if ready { Operation::OnceGet { once, ready } } else { Operation::OnceBegin { once } };
        tape.push(step(operation, call, at));
    });
    result
}

/// Notes that a cell's initialiser has run.
pub(crate) fn once_leave(object: Object<'_>, call: &'static str, at: Loc) {
    with(|tape| {
        let once = object.number(tape);
        tape.push(step(Operation::OnceEnd { once }, call, at));
    });
}

/// Asks a cell.
pub(crate) fn once_get(
    object: Object<'_>,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> bool,
) -> bool {
    let ready = f();
    with(|tape| {
        let once = object.number(tape);
        tape.push(step(Operation::OnceGet { once, ready }, call, at));
    });
    ready
}

/// What an atomic contained when the recording met it first.
fn first_value(tape: &mut Tape, atomic: ObjectId, value: &str) {
    if !tape.stores.contains_key(&atomic)
        && let Some(object) = tape.objects.get_mut(atomic.0 as usize)
    {
        object.initial.get_or_insert_with(|| value.to_owned());
    }
}

fn text(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// Reads an atomic.
pub(crate) fn load<T: Debug>(
    object: Object<'_>,
    order: Ordering,
    at: Loc,
    f: impl FnOnce() -> T,
) -> T {
    let mut f = Some(f);
    let done = with(|tape| {
        let value = f.take().map(|f| f())?;
        let atomic = object.number(tape);
        first_value(tape, atomic, &text(&value));
        let read = Read::newest(text(&value), tape.stores.get(&atomic).copied());
        tape.push(step(Operation::Load { atomic, ordering: order.into(), read }, "", at));
        Some(value)
    });
    match (done.flatten(), f) {
        (Some(value), _) => value,
        (None, Some(f)) => f(),
        (None, None) => unreachable!("the closure was called, and returned"),
    }
}

/// Writes an atomic. `old` reads it.
pub(crate) fn store<T: Debug>(
    object: Object<'_>,
    order: Ordering,
    value: &T,
    at: Loc,
    old: impl FnOnce() -> T,
    f: impl FnOnce(),
) {
    let mut f = Some(f);
    with(|tape| {
        let atomic = object.number(tape);
        first_value(tape, atomic, &text(&old()));
        if let Some(f) = f.take() {
            f();
        }
        let place = tape.push(step(
            Operation::Store { atomic, ordering: order.into(), value: text(value) },
            "",
            at,
        ));
        tape.stores.insert(atomic, place);
    });
    if let Some(f) = f {
        f();
    }
}

/// Reads and writes an atomic; `f` returns what was read and what was written.
pub(crate) fn update<T: Debug>(
    object: Object<'_>,
    order: Ordering,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> (T, Option<T>),
) -> T {
    let mut f = Some(f);
    let done = with(|tape| {
        let (old, new) = f.take().map(|f| f())?;
        let atomic = object.number(tape);
        first_value(tape, atomic, &text(&old));
        let read = Read::newest(text(&old), tape.stores.get(&atomic).copied());
        let value = new.as_ref().map(text);
        let wrote = value.is_some();
        let place = tape.push(step(
            Operation::Update { atomic, ordering: order.into(), read, value },
            call,
            at,
        ));
        if wrote {
            tape.stores.insert(atomic, place);
        }
        Some(old)
    });
    match (done.flatten(), f) {
        (Some(old), _) => old,
        (None, Some(f)) => f().0,
        (None, None) => unreachable!("the closure was called, and returned"),
    }
}

/// Compares and exchanges.
pub(crate) fn compare<T: Debug + Copy>(
    object: Object<'_>,
    order: Ordering,
    call: &'static str,
    at: Loc,
    new: &T,
    f: impl FnOnce() -> Result<T, T>,
) -> Result<T, T> {
    let mut result = None;
    update(object, order, call, at, || {
        let outcome = f();
        result = Some(outcome);
        match outcome {
            Ok(old) => (old, Some(*new)),
            Err(old) => (old, None),
        }
    });
    match result {
        Some(result) => result,
        None => unreachable!("update calls its closure"),
    }
}
