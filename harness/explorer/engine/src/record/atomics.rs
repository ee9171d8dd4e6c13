//! What atomics call where they do the real thing.

use std::fmt::Debug;
use std::sync::atomic::Ordering;

use trace::{ObjectId, Operation, Read};

use super::calls::Object;
use super::{Tape, step, with};
use crate::machine::op::Loc;

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
