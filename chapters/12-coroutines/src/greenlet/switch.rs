//! How a greenlet gives way to another: the loop on the main greenlet's stack.
//!
//! A corosensei coroutine can go back only to whoever resumed it. So all of them
//! are resumed from one place, [`host`], on the stack of the main greenlet. A
//! switch from one greenlet to another fills the other one's post with the value and suspends
//! the first with its name; `host` reads that and resumes it. See [`Next`].
//!
//! What is on the way of a switch is inlined into the caller. A processor
//! predicts where a `ret` goes by where the last `call` came from, and a switch
//! between the two breaks that; each call that is not inlined cost some five nanoseconds.

use super::Greenlet;
use super::core::{ASIDE, Core, MAIN, Next, State};
use std::any::{Any, TypeId, type_name};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::ptr::{self, NonNull};
use std::rc::Rc;

/// What a panic carries. Boxed twice: a thin pointer keeps the common arrival,
/// a value, small.
pub(super) type Payload = Box<Box<dyn Any + Send>>;

/// What a switch brings to where it goes.
pub(super) enum Arrival<T> {
    Value(T),
    Thrown(Payload),
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
#[inline(always)]
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

/// Goes to sleep and wakes `target`, or the first of its ancestors that is not dead;
/// `None` is the main greenlet.
///
/// # Safety
///
/// An `Rc` holds `target`.
#[inline(always)]
pub(super) unsafe fn transfer<T: 'static>(target: Option<NonNull<Core<T>>>, value: T) -> T {
    // SAFETY: the caller's.
    let is_suspended =
        |core: NonNull<Core<T>>| unsafe { core.as_ref() }.state() == State::Suspended;
    let Some(me) = current_core::<T>() else {
        return match target {
            // SAFETY: the caller's.
            Some(core) if is_suspended(core) => unsafe { host(core.as_ptr(), value) },
            // SAFETY: the caller's.
            _ => host_any(unsafe { handle(target) }, Arrival::Value(value)).land(),
        };
    };
    Core::<T>::assert_can_sleep();
    // SAFETY: CURRENT said that it runs. It stays alive while it sleeps: when its last
    // handle goes, this very call unwinds.
    let me = unsafe { &*me };
    let next = match target {
        None => {
            me.put_value(value);
            ptr::without_provenance(MAIN)
        }
        Some(core) if is_suspended(core) => {
            // SAFETY: the caller's.
            unsafe { core.as_ref() }.put_value(value);
            core.as_ptr().cast_const()
        }
        // SAFETY: the caller's.
        Some(_) => return sleep_any(me, unsafe { handle(target) }, Arrival::Value(value)),
    };
    // SAFETY: it runs; posts as `Next` demands.
    unsafe { me.sleep(next) }
}

/// [`transfer`] of any arrival.
#[cold]
pub(super) fn transfer_any<T: 'static>(target: Greenlet<T>, arrival: Arrival<T>) -> T {
    match current_core::<T>() {
        Some(me) => {
            Core::<T>::assert_can_sleep();
            // SAFETY: as in `transfer`.
            sleep_any(unsafe { &*me }, target, arrival)
        }
        None => host_any(target, arrival).land(),
    }
}

/// A handle of `target`.
///
/// # Safety
///
/// As [`transfer`].
#[cold]
unsafe fn handle<T: 'static>(target: Option<NonNull<Core<T>>>) -> Greenlet<T> {
    let core = target.map(|core| {
        // SAFETY: the caller's.
        unsafe {
            Rc::increment_strong_count(core.as_ptr());
            Rc::from_raw(core.as_ptr())
        }
    });
    Greenlet { core }
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

/// Suspends the running greenlet, `me`, for any target.
#[cold]
fn sleep_any<T: 'static>(me: &Core<T>, target: Greenlet<T>, arrival: Arrival<T>) -> T {
    let target = target.first_alive();
    if target.core.as_ref().is_some_and(|core| ptr::eq(&raw const **core, me)) {
        return arrival.land();
    }
    // SAFETY: it runs.
    unsafe { me.depart(target, arrival) }
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

/// Runs `first`, which is suspended, and who else is departed for, until one departs for the main
/// greenlet, which is the caller.
///
/// # Safety
///
/// An `Rc` holds `first`.
#[inline(always)]
unsafe fn host<T: 'static>(first: *const Core<T>, value: T) -> T {
    let outer = CURRENT.get();
    // SAFETY: while `first` is active, no last handle of it goes. It is no orphan if it says
    // `MAIN`, so it still lives then.
    unsafe {
        (*first).put_value(value);
        let next = (*first).enter();
        if next.addr() == MAIN {
            CURRENT.set(outer);
            (*first).take_value()
        } else {
            relay(first, next, outer).land()
        }
    }
}

/// [`host`] for any target and arrival.
#[cold]
fn host_any<T: 'static>(first: Greenlet<T>, arrival: Arrival<T>) -> Arrival<T> {
    if first.core.is_none() {
        assert_outside_greenlets::<T>();
    }
    let outer = CURRENT.get();
    match make_ready(first, arrival) {
        Ok(first) => {
            // SAFETY: `make_ready` has filled its post, and while it is active no last handle goes.
            let next = unsafe { (*first).enter() };
            // SAFETY: `first` said that.
            unsafe { relay(first, next, outer) }
        }
        Err(arrival) => arrival,
    }
}

/// Runs one greenlet after the other, as they depart; returns what the main greenlet gets.
///
/// # Safety
///
/// `core` has just departed, or ended, for `next`.
#[inline(never)]
unsafe fn relay<T: 'static>(
    mut core: *const Core<T>,
    mut next: Next<T>,
    outer: Current,
) -> Arrival<T> {
    loop {
        while next.addr() > ASIDE {
            core = next;
            // SAFETY: whoever named it has filled its post. It lives: nothing has run since then,
            // and while it is active no last handle of it goes.
            next = unsafe { (*core).enter() };
        }
        // Before anything else, even the drop of a handle, which may unwind a greenlet.
        CURRENT.set(outer);
        if next.addr() == MAIN {
            // SAFETY: that is what it says. It is no orphan, so it lives.
            return Arrival::Value(unsafe { (*core).take_value() });
        }
        // SAFETY: it has said `ASIDE`.
        let (target, arrival) = unsafe { Core::settle(core) };
        match make_ready(target, arrival) {
            Ok(ready) => next = ready,
            Err(arrival) => return arrival,
        }
    }
}

/// Finds who is to run: `target` or an ancestor. Fills its post; or `Err`: it is the
/// main greenlet, and that is for it.
#[cold]
fn make_ready<T: 'static>(target: Greenlet<T>, arrival: Arrival<T>) -> Result<Next<T>, Arrival<T>> {
    let (mut target, mut arrival) = (target, arrival);
    loop {
        target = target.first_alive();
        let Some(core) = &target.core else { return Err(arrival) };
        if core.state() == State::Fresh {
            match core.start(arrival) {
                Ok(()) => {}
                Err(for_parent) => {
                    arrival = for_parent;
                    continue;
                }
            }
        } else {
            core.send(arrival);
        }
        let ready = Rc::as_ptr(core);
        Core::let_go(target);
        return Ok(ready);
    }
}

impl<T: 'static> Greenlet<T> {
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
