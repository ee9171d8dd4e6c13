//! The other mode: the program runs on real threads, and each visible operation leaves a step in a trace.

use std::panic::Location;

use trace::{Operation, ThreadId, WaitsFor};

use crate::machine::op::Loc;

/// A thread that is about to start.
#[derive(Clone, Debug)]
pub(crate) struct Birth;

pub(crate) fn note(_operation: impl FnOnce(()) -> Operation, _call: &'static str, _at: Loc) {}

pub(crate) fn blocking<R>(
    _operation: Operation,
    _waits: WaitsFor,
    _call: &'static str,
    _at: &'static Location<'static>,
    f: impl FnOnce() -> R,
) -> R {
    f()
}

pub(crate) fn thread_of(_id: crate::thread::ThreadId) -> ThreadId {
    ThreadId(0)
}

pub(crate) fn birth(_name: Option<String>, _at: Loc) -> Birth {
    Birth
}

pub(crate) fn begin(_birth: Birth) {}

pub(crate) fn end() {}

/// An object, for a step.
pub(crate) struct Object<'a>(std::marker::PhantomData<&'a ()>);

impl<'a> Object<'a> {
    pub fn new(_id: &'a crate::machine::id::Id, _kind: trace::ObjectKind) -> Self {
        Self(std::marker::PhantomData)
    }
}

pub(crate) fn lock<R>(
    _o: Object<'_>,
    _m: trace::LockMode,
    _c: &'static str,
    _at: Loc,
    _t: impl FnOnce() -> Option<R>,
    f: impl FnOnce() -> R,
) -> R {
    f()
}
pub(crate) fn try_lock(_o: Object<'_>, _m: trace::LockMode, _ok: bool, _c: &'static str, _at: Loc) {
}
pub(crate) fn unlock<R>(_o: Object<'_>, _m: trace::LockMode, _at: Loc, real: Option<R>) {
    drop(real);
}
pub(crate) fn wait<R>(
    _o: Object<'_>,
    _l: Object<'_>,
    _ns: Option<u64>,
    _c: &'static str,
    _at: Loc,
    f: impl FnOnce() -> R,
) -> R {
    f()
}
pub(crate) fn notify(_o: Object<'_>, _all: bool, _at: Loc) {}
pub(crate) fn load<T>(
    _o: Object<'_>,
    _order: std::sync::atomic::Ordering,
    _at: Loc,
    f: impl FnOnce() -> T,
) -> T {
    f()
}
pub(crate) fn store<T>(
    _o: Object<'_>,
    _order: std::sync::atomic::Ordering,
    _v: &T,
    _at: Loc,
    f: impl FnOnce(),
) {
    f()
}
pub(crate) fn update<T>(
    _o: Object<'_>,
    _order: std::sync::atomic::Ordering,
    _c: &'static str,
    _at: Loc,
    f: impl FnOnce() -> (T, Option<T>),
) -> T {
    f().0
}
pub(crate) fn compare<T>(
    _o: Object<'_>,
    _order: std::sync::atomic::Ordering,
    _c: &'static str,
    _at: Loc,
    _new: &T,
    f: impl FnOnce() -> Result<T, T>,
) -> Result<T, T> {
    f()
}
pub(crate) fn barrier(_o: Object<'_>, _at: Loc, f: impl FnOnce() -> bool) -> bool {
    f()
}
pub(crate) fn once_enter<R>(
    _o: Object<'_>,
    _c: &'static str,
    _at: Loc,
    f: impl FnOnce() -> (R, bool),
) -> R {
    f().0
}
pub(crate) fn once_leave(_o: Object<'_>, _c: &'static str, _at: Loc) {}
pub(crate) fn once_get(
    _o: Object<'_>,
    _c: &'static str,
    _at: Loc,
    f: impl FnOnce() -> bool,
) -> bool {
    f()
}
pub(crate) fn channel(_at: Loc) {}
pub(crate) fn send<R>(_c: &'static str, _at: Loc, f: impl FnOnce() -> R) -> R {
    f()
}
pub(crate) fn receive<R>(_c: &'static str, _at: Loc, f: impl FnOnce() -> R) -> R {
    f()
}
pub(crate) fn printed(_stream: trace::Stream, _text: std::fmt::Arguments<'_>) {}
