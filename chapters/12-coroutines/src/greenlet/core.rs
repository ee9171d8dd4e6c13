//! How a greenlet gives way to another: the loop on the main greenlet's stack.
//!
//! A corosensei coroutine can go back only to whoever resumed it. So all of them
//! are resumed from one place, [`host`], on the stack of the main greenlet. A
//! switch from one greenlet to another suspends the first with a [`Departure`],
//! which names the second; `host` reads it and resumes that one.

use super::Greenlet;
use crate::stack::{self, Stacks};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::any::{Any, TypeId, type_name};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::{Rc, Weak};

/// What a panic carries. Boxed twice: a thin pointer keeps the common arrival,
/// a value, small.
pub(crate) type Payload = Box<Box<dyn Any + Send>>;

type Run<T> = Box<dyn FnOnce(T) -> T>;

/// What a switch brings to where it goes.
pub(crate) enum Arrival<T> {
    Value(T),
    Thrown(Payload),
}

/// What a greenlet leaves behind when it goes to sleep: who is next, with what.
struct Departure<T: 'static> {
    target: Greenlet<T>,
    arrival: Arrival<T>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unset,
    Fresh,
    Active,
    Suspended,
    Dead,
}

enum Body<T: 'static> {
    Unset,
    Fresh(Run<T>),
    Started(Coroutine<Arrival<T>, Departure<T>, Arrival<T>>),
    Dead,
}

/// Tells apart the greenlets of different types behind [`CURRENT`].
pub(crate) struct Header {
    values: TypeId,
    /// For messages.
    name: &'static str,
}

/// The running greenlet of any type, null outside all greenlets.
pub(crate) type Current = *const Header;

/// What all handles of a greenlet share.
#[repr(C)] // The header comes first, so that a pointer to it is one to the whole.
pub(crate) struct Core<T: 'static> {
    header: Header,
    state: Cell<State>,
    yielder: Cell<*const Yielder<Arrival<T>, Departure<T>>>,
    body: RefCell<Body<T>>,
    /// `None` is the main greenlet.
    parent: RefCell<Option<Weak<Core<T>>>>,
}

thread_local! {
    static CURRENT: Cell<Current> = const { Cell::new(ptr::null()) };
    static STACKS: RefCell<Stacks> = const { RefCell::new(Stacks::of_size(stack::DEFAULT_SIZE)) };
}

/// Sets the running greenlet; returns the one before.
///
/// For the hub, whose tasks each have a running greenlet of their own.
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
pub(super) fn transfer<T: 'static>(target: Option<Rc<Core<T>>>, arrival: Arrival<T>) -> T {
    let me = current_core::<T>();
    if me.is_none() && target.is_none() {
        assert_outside_greenlets::<T>();
    }
    let target = Greenlet { core: target }.first_alive();
    let arrival = match me {
        // SAFETY: the running greenlet is alive (`current_core`), and stays so while it sleeps:
        // when its last handle goes, this very call unwinds.
        Some(me) => unsafe { &*me }.sleep(Departure { target, arrival }),
        None => host(target, arrival),
    };
    match arrival {
        Arrival::Value(value) => value,
        Arrival::Thrown(payload) => resume_unwind(*payload),
    }
}

/// Where a greenlet of another type runs, the main greenlet for this type is that
/// one itself: a switch to it would do nothing, and is a slip.
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

/// Runs greenlets, one after the other as they depart, until one departs for
/// the main greenlet, which is the caller.
#[inline(always)]
fn host<T: 'static>(mut target: Greenlet<T>, mut arrival: Arrival<T>) -> Arrival<T> {
    struct Restore(Current);
    impl Drop for Restore {
        #[inline(always)]
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    while let Some(core) = &target.core {
        let restore = Restore(CURRENT.replace(Rc::as_ptr(core).cast()));
        let departure = core.resume(arrival);
        // Before the old target is let go of: that may unwind it.
        drop(restore);
        arrival = departure.arrival;
        target = departure.target;
    }
    arrival
}

impl<T: 'static> Greenlet<T> {
    /// This greenlet, or if it is dead the nearest ancestor that is not.
    #[inline(always)]
    fn first_alive(self) -> Greenlet<T> {
        let mut found = self;
        while let Some(core) = &found.core {
            match core.state.get() {
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

impl<T: 'static> Core<T> {
    pub(super) fn new(run: Option<Run<T>>) -> Rc<Core<T>> {
        let parent = current::<T>().map(|core| Rc::downgrade(&core));
        let (state, body) = match run {
            Some(run) => (State::Fresh, Body::Fresh(run)),
            None => (State::Unset, Body::Unset),
        };
        Rc::new(Core {
            header: Header { values: TypeId::of::<T>(), name: type_name::<T>() },
            state: Cell::new(state),
            yielder: Cell::new(ptr::null()),
            body: RefCell::new(body),
            parent: RefCell::new(parent),
        })
    }

    /// False if it is too late.
    pub(super) fn set_run(&self, run: Run<T>) -> bool {
        if !matches!(self.state.get(), State::Unset | State::Fresh) {
            return false;
        }
        let old = self.body.replace(Body::Fresh(run));
        self.state.set(State::Fresh);
        drop(old);
        true
    }

    pub(super) fn is_dead(&self) -> bool {
        self.state.get() == State::Dead
    }

    pub(super) fn has_started(&self) -> bool {
        !matches!(self.state.get(), State::Unset | State::Fresh)
    }

    pub(super) fn state(&self) -> &'static str {
        match self.state.get() {
            State::Unset => "without code",
            State::Fresh => "not started",
            State::Active => "active",
            State::Suspended => "suspended",
            State::Dead => "dead",
        }
    }

    pub(super) fn parent(&self) -> Option<Rc<Core<T>>> {
        self.parent.borrow().as_ref().and_then(Weak::upgrade)
    }

    /// False if `self` is `parent` or one of its ancestors.
    pub(super) fn set_parent(&self, parent: Option<Rc<Core<T>>>) -> bool {
        let mut ancestor = parent.clone();
        while let Some(core) = ancestor {
            if ptr::eq(&*core, self) {
                return false;
            }
            ancestor = core.parent();
        }
        *self.parent.borrow_mut() = parent.as_ref().map(Rc::downgrade);
        true
    }

    /// Suspends this greenlet, the running one, until something arrives for it.
    #[inline(always)]
    fn sleep(&self, departure: Departure<T>) -> Arrival<T> {
        assert!(
            !std::thread::panicking(),
            "a destructor that runs because of a panic must not switch to another greenlet"
        );
        // SAFETY: the running greenlet has set its yielder, which lives at the base of its stack.
        unsafe { &*self.yielder.get() }.suspend(departure)
    }

    /// Runs this greenlet until it departs or ends.
    #[inline(always)]
    fn resume(&self, arrival: Arrival<T>) -> Departure<T> {
        let mut body = self.body.borrow_mut();
        let mut arrival = arrival;
        if !matches!(*body, Body::Started(_)) {
            arrival = match self.start(&mut body, arrival) {
                Ok(arrival) => arrival,
                Err(arrival) => return self.passed_on(arrival),
            };
        }
        let Body::Started(coroutine) = &mut *body else { unreachable!("started above") };
        self.state.set(State::Active);
        match coroutine.resume(arrival) {
            CoroutineResult::Yield(departure) => {
                self.state.set(State::Suspended);
                departure
            }
            CoroutineResult::Return(result) => {
                self.bury(&mut body);
                self.passed_on(result)
            }
        }
    }

    /// Gives a fresh greenlet its stack. On `Err` it is dead and the arrival
    /// belongs to its parent.
    #[cold]
    fn start(&self, body: &mut Body<T>, arrival: Arrival<T>) -> Result<Arrival<T>, Arrival<T>> {
        let Body::Fresh(run) = std::mem::replace(body, Body::Dead) else {
            unreachable!("first_alive has looked")
        };
        self.state.set(State::Dead);
        if let Arrival::Thrown(payload) = arrival {
            return Err(ended_by(*payload));
        }
        // At the end of a thread the spare stacks may be gone already.
        let spare = STACKS.try_with(|stacks| stacks.borrow_mut().take());
        let stack = match spare.unwrap_or_else(|_| DefaultStack::new(stack::DEFAULT_SIZE)) {
            Ok(stack) => stack,
            Err(error) => {
                let message = format!("no stack for a greenlet: {error}");
                return Err(Arrival::Thrown(Box::new(Box::new(message))));
            }
        };
        let me: *const Core<T> = self;
        *body = Body::Started(Coroutine::with_stack(stack, move |yielder, first| {
            // SAFETY: this runs inside `resume` of `me`, which borrows it.
            unsafe { &*me }.yielder.set(yielder);
            match first {
                // What `run` captured is dropped in here too, whatever it does.
                Arrival::Value(value) => match catch_unwind(AssertUnwindSafe(|| run(value))) {
                    Ok(value) => Arrival::Value(value),
                    Err(payload) => ended_by(payload),
                },
                thrown => thrown,
            }
        }));
        Ok(arrival)
    }

    #[cold]
    /// The way out of a dead greenlet: to its parent.
    fn passed_on(&self, arrival: Arrival<T>) -> Departure<T> {
        Departure { target: Greenlet { core: self.parent() }.first_alive(), arrival }
    }

    /// Ends a suspended greenlet by unwinding its stack.
    #[cold]
    fn unwind(&self) {
        let Ok(mut body) = self.body.try_borrow_mut() else { return };
        if let Body::Started(coroutine) = &mut *body {
            let before = swap_current(ptr::from_ref(self).cast());
            self.state.set(State::Active);
            coroutine.force_unwind();
            swap_current(before);
            self.bury(&mut body);
        }
    }

    /// Keeps the stack of a greenlet that has ended.
    fn bury(&self, body: &mut Body<T>) {
        self.state.set(State::Dead);
        if let Body::Started(coroutine) = std::mem::replace(body, Body::Dead) {
            let stack = coroutine.into_stack();
            let _ = STACKS.try_with(|stacks| stacks.borrow_mut().give_back(stack));
        }
    }
}

impl<T: 'static> Drop for Greenlet<T> {
    fn drop(&mut self) {
        // Done here and not when the core is dropped, so that the greenlet still has
        // a handle, and therefore a name, while its destructors run.
        if let Some(core) = &self.core
            && Rc::strong_count(core) == 1
            && core.state.get() == State::Suspended
        {
            core.unwind();
        }
    }
}

/// What the parent gets when `payload` arrives at the top of a greenlet.
fn ended_by<T: 'static>(payload: Box<dyn Any + Send>) -> Arrival<T> {
    match payload.downcast::<super::Exit<T>>() {
        Ok(exit) => Arrival::Value(exit.0),
        Err(payload) => Arrival::Thrown(Box::new(payload)),
    }
}
