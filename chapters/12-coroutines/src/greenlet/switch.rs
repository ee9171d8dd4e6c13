//! How a greenlet gives way to another: the loop on the main greenlet's stack.
//!
//! A corosensei coroutine can go back only to whoever resumed it. So all of them
//! are resumed from one place, [`host`], on the stack of the main greenlet. A
//! switch from one greenlet to another suspends the first with a [`Departure`],
//! which names the second; `host` reads it and resumes that one.
//!
//! What is on the way of a switch is inlined into the caller. A processor
//! predicts where a `ret` goes by where the last `call` came from, and a switch
//! between the two breaks that; each call that is not inlined cost some five nanoseconds.

use super::Greenlet;
use super::core::{Core, State};
use std::any::{Any, TypeId, type_name};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::ptr;
use std::rc::Rc;

/// What a panic carries. Boxed twice: a thin pointer keeps the common arrival,
/// a value, small.
pub(super) type Payload = Box<Box<dyn Any + Send>>;

/// What a switch brings to where it goes.
pub(super) enum Arrival<T> {
    Value(T),
    Thrown(Payload),
}

/// What a greenlet leaves behind when it goes to sleep: who is next, with what.
pub(super) struct Departure<T: 'static> {
    target: Greenlet<T>,
    arrival: Arrival<T>,
}

/// Tells apart the greenlets of different types behind [`CURRENT`].
pub(crate) struct Header {
    values: TypeId,
    /// For messages.
    name: &'static str,
}

/// The running greenlet of any type, null outside all greenlets.
pub(crate) type Current = *const Header;

thread_local! {
    static CURRENT: Cell<Current> = const { Cell::new(ptr::null()) };
}

impl Header {
    pub(super) fn of<T: 'static>() -> Header {
        Header { values: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

/// Sets the running greenlet; returns the one before.
///
/// Also for the hub, whose tasks each have a running greenlet of their own.
pub(crate) fn swap_current(current: Current) -> Current {
    CURRENT.replace(current)
}

#[inline(always)]
fn current_core<T: 'static>() -> Option<*const Core<T>> {
    let header = CURRENT.get();
    // SAFETY: what CURRENT points to is alive: `host` holds a handle as long as it runs,
    // and `unwind` is called through one.
    let same = !header.is_null() && unsafe { (*header).values } == TypeId::of::<T>();
    same.then_some(header.cast())
}

/// The running greenlet, `None` for the main one.
pub(super) fn current<T: 'static>() -> Option<Rc<Core<T>>> {
    current_core().map(|core| {
        // SAFETY: the pointer came from `Rc::as_ptr`, and the core is alive (`current_core`).
        unsafe {
            Rc::increment_strong_count(core);
            Rc::from_raw(core)
        }
    })
}

/// Goes to sleep and wakes `target`, or the first of its ancestors that is not dead.
#[inline(always)]
pub(super) fn transfer<T: 'static>(target: &Greenlet<T>, arrival: Arrival<T>) -> T {
    match current_core::<T>() {
        Some(me) => sleep(me, target.clone(), arrival),
        None => host(target, arrival),
    }
    .land()
}

/// [`transfer`] that does not keep `target` alive while the caller sleeps.
#[inline(always)]
pub(super) fn transfer_weakly<T: 'static>(target: Greenlet<T>, arrival: Arrival<T>) -> T {
    match current_core::<T>() {
        Some(me) => sleep(me, target, arrival),
        None => host(&target, arrival),
    }
    .land()
}

impl<T> Arrival<T> {
    #[inline(always)]
    fn land(self) -> T {
        match self {
            Arrival::Value(value) => value,
            Arrival::Thrown(payload) => resume_unwind(*payload),
        }
    }
}

/// Suspends the running greenlet, `me`.
#[inline(always)]
fn sleep<T: 'static>(me: *const Core<T>, target: Greenlet<T>, arrival: Arrival<T>) -> Arrival<T> {
    let target = if target.is_ready() { target } else { target.first_alive() };
    // SAFETY: CURRENT said that it runs. It stays alive while it sleeps: when its last
    // handle goes, this very call unwinds.
    unsafe { (*me).sleep(Departure { target, arrival }) }
}

/// Where a greenlet of another type runs, the main greenlet for this type is that
/// one itself: a switch to it would do nothing, and is a slip.
#[cold]
fn assert_outside_greenlets<T: 'static>() {
    // SAFETY: as in `current_core`.
    if let Some(running) = unsafe { CURRENT.get().as_ref() } {
        panic!(
            "a switch to the main greenlet with a value of type {}, from a greenlet whose values are of type {}",
            type_name::<T>(),
            running.name
        );
    }
}

/// Runs `first`, and who else is departed for, until one departs for the main
/// greenlet, which is the caller.
#[inline(always)]
fn host<T: 'static>(first: &Greenlet<T>, arrival: Arrival<T>) -> Arrival<T> {
    let outer = CURRENT.get();
    match &first.core {
        Some(core) if core.state() == State::Suspended => {
            let departure = enter(core, arrival, outer);
            if departure.target.core.is_none() {
                departure.arrival
            } else {
                relay(departure, outer)
            }
        }
        _ => host_other(first, arrival, outer),
    }
}

/// [`host`] for one that is not suspended.
#[cold]
fn host_other<T: 'static>(first: &Greenlet<T>, arrival: Arrival<T>, outer: Current) -> Arrival<T> {
    if first.core.is_none() {
        assert_outside_greenlets::<T>();
    }
    relay(Departure { target: first.clone().first_alive(), arrival }, outer)
}

/// Runs one greenlet after the other, as they depart.
#[inline(never)]
fn relay<T: 'static>(departure: Departure<T>, outer: Current) -> Arrival<T> {
    let Departure { mut target, mut arrival } = departure;
    while let Some(core) = &target.core {
        let departure = if core.state() == State::Suspended {
            enter(core, arrival, outer)
        } else {
            enter_first(core, arrival, outer)
        };
        arrival = departure.arrival;
        // Lets go of the old one, which may unwind it.
        target = departure.target;
    }
    arrival
}

/// Starts one.
#[cold]
fn enter_first<T: 'static>(
    core: &Rc<Core<T>>,
    arrival: Arrival<T>,
    outer: Current,
) -> Departure<T> {
    match core.start(arrival) {
        Ok(arrival) => enter(core, arrival, outer),
        Err(arrival) => up(core, arrival),
    }
}

/// Runs a suspended one.
#[inline(always)]
fn enter<T: 'static>(core: &Rc<Core<T>>, arrival: Arrival<T>, outer: Current) -> Departure<T> {
    CURRENT.set(Rc::as_ptr(core).cast());
    // Does not unwind: whatever happens in a greenlet is caught at its top.
    let result = core.resume(arrival);
    // Before anything else, even the drop of a handle, which may unwind a greenlet.
    CURRENT.set(outer);
    match result {
        Ok(departure) => departure,
        Err(arrival) => up(core, arrival),
    }
}

/// The way out of a greenlet that has died: to its parent.
#[cold]
fn up<T: 'static>(dead: &Core<T>, arrival: Arrival<T>) -> Departure<T> {
    Departure { target: Greenlet { core: dead.parent() }.first_alive(), arrival }
}

impl<T: 'static> Greenlet<T> {
    /// Can it be resumed at once?
    #[inline(always)]
    fn is_ready(&self) -> bool {
        self.core.as_ref().is_none_or(|core| core.state() == State::Suspended)
    }

    /// This greenlet, or if it is dead the nearest ancestor that is not.
    #[cold]
    fn first_alive(self) -> Greenlet<T> {
        let mut found = self;
        while let Some(core) = &found.core {
            match core.state() {
                State::Suspended | State::Fresh => break,
                State::Dead => found = Greenlet { core: core.parent() },
                State::Active => {
                    let oneself = current_core().is_some_and(|me| ptr::eq(me, Rc::as_ptr(core)));
                    assert!(
                        oneself,
                        "this greenlet waits for one of another type and cannot be switched to"
                    );
                    break;
                }
                State::Unset => panic!("this greenlet has no code yet: call set_run first"),
            }
        }
        found
    }
}
