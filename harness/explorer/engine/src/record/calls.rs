//! What the stand-ins call where they do the real thing.

use trace::{Choice, LockMode, ObjectId, ObjectKind, Operation, ThreadId, WaitsFor};

use super::{Key, Tape, is_on, myself, step, with};
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

    pub(super) fn number(self, tape: &mut Tape) -> ObjectId {
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
