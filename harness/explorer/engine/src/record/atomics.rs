//! What atomics call where they do the real thing.

use std::fmt::Debug;
use std::sync::atomic::Ordering;

use trace::{Object, ObjectId, ObjectKind, Operation, Read};

use super::{Tape, step, with};
use crate::machine::op::Loc;

/// The atomic at an address, which is known by what it contains: if that is not what was written there last, it is another one.
fn atomic(tape: &mut Tape, address: usize, value: &str, at: Loc) -> ObjectId {
    if let Some((known, newest)) = tape.atomics.get(&address)
        && newest == value
    {
        return *known;
    }
    tape.objects.push(Object {
        kind: ObjectKind::Atomic,
        name: None,
        created: Some(at.into()),
        initial: Some(value.to_owned()),
    });
    let new = ObjectId(tape.objects.len() as u32 - 1);
    tape.atomics.insert(address, (new, value.to_owned()));
    new
}

fn wrote(tape: &mut Tape, address: usize, atomic: ObjectId, value: String, place: usize) {
    tape.stores.insert(atomic, place);
    tape.atomics.insert(address, (atomic, value));
}

fn text(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// Reads an atomic.
pub(crate) fn load<T: Debug>(address: usize, order: Ordering, at: Loc, f: impl FnOnce() -> T) -> T {
    let mut f = Some(f);
    let done = with(|tape| {
        let value = f.take().map(|f| f())?;
        let atomic = atomic(tape, address, &text(&value), at);
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
    address: usize,
    order: Ordering,
    value: &T,
    at: Loc,
    old: impl FnOnce() -> T,
    f: impl FnOnce(),
) {
    let mut f = Some(f);
    with(|tape| {
        let atomic = atomic(tape, address, &text(&old()), at);
        if let Some(f) = f.take() {
            f();
        }
        let place = tape.push(step(
            Operation::Store { atomic, ordering: order.into(), value: text(value) },
            "",
            at,
        ));
        wrote(tape, address, atomic, text(value), place);
    });
    if let Some(f) = f {
        f();
    }
}

/// Reads and writes an atomic; `f` returns what was read and what was written.
pub(crate) fn update<T: Debug>(
    address: usize,
    order: Ordering,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> (T, Option<T>),
) -> T {
    let mut f = Some(f);
    let done = with(|tape| {
        let (old, new) = f.take().map(|f| f())?;
        let atomic = atomic(tape, address, &text(&old), at);
        let read = Read::newest(text(&old), tape.stores.get(&atomic).copied());
        let value = new.as_ref().map(text);
        let written = value.clone();
        let place = tape.push(step(
            Operation::Update { atomic, ordering: order.into(), read, value },
            call,
            at,
        ));
        if let Some(value) = written {
            wrote(tape, address, atomic, value, place);
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
    address: usize,
    order: Ordering,
    call: &'static str,
    at: Loc,
    new: &T,
    f: impl FnOnce() -> Result<T, T>,
) -> Result<T, T> {
    let mut result = None;
    update(address, order, call, at, || {
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
