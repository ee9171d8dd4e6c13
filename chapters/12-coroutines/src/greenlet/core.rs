//! The life of a greenlet: made, started, suspended, dead.

use super::Greenlet;
use super::switch::{Arrival, Departure, Header, Payload, current, swap_current};
use crate::stack::{self, Stacks};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::{Rc, Weak};

type Run<T> = Box<dyn FnOnce(T) -> T>;

/// Gets what arrives, gives up departures, returns what is for the parent.
type Stackful<T> = Coroutine<Arrival<T>, Departure<T>, Arrival<T>>;

/// What all handles of a greenlet share.
#[repr(C)] // The header comes first, so that a pointer to it is one to the whole.
pub(super) struct Core<T: 'static> {
    header: Header,
    state: Cell<State>,
    /// Where the running greenlet suspends itself. Set when it starts.
    yielder: Cell<*const Yielder<Arrival<T>, Departure<T>>>,
    /// `Some` from the start to the end; used only by who changes `state` from
    /// `Suspended` to `Active`, until that is changed again, so by one at a time.
    coroutine: UnsafeCell<Option<Stackful<T>>>,
    /// `Some` before the start.
    run: RefCell<Option<Run<T>>>,
    /// `None` is the main greenlet.
    parent: RefCell<Option<Weak<Core<T>>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Has no code yet.
    Unset,
    /// Has code and waits for the first switch.
    Fresh,
    Suspended,
    /// Runs, or waits for a greenlet of another type.
    Active,
    Dead,
}

thread_local! {
    static STACKS: RefCell<Stacks> = const { RefCell::new(Stacks::of_size(stack::DEFAULT_SIZE)) };
}

impl<T: 'static> Core<T> {
    pub(super) fn new(run: Option<Run<T>>) -> Rc<Core<T>> {
        Rc::new(Core {
            header: Header::of::<T>(),
            state: Cell::new(if run.is_some() { State::Fresh } else { State::Unset }),
            yielder: Cell::new(ptr::null()),
            coroutine: UnsafeCell::new(None),
            run: RefCell::new(run),
            parent: RefCell::new(current::<T>().map(|core| Rc::downgrade(&core))),
        })
    }

    /// False if it is too late.
    pub(super) fn set_run(&self, run: Run<T>) -> bool {
        if !matches!(self.state.get(), State::Unset | State::Fresh) {
            return false;
        }
        self.state.set(State::Fresh);
        drop(self.run.replace(Some(run)));
        true
    }

    #[inline(always)]
    pub(super) fn state(&self) -> State {
        self.state.get()
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

    /// Suspends this greenlet, which must be the running one.
    ///
    /// # Safety
    ///
    /// This greenlet runs: the caller is on its stack, or on one that was
    /// switched to from there and not by a greenlet of this type.
    #[inline(always)]
    pub(super) unsafe fn sleep(&self, departure: Departure<T>) -> Arrival<T> {
        assert!(
            !std::thread::panicking(),
            "a destructor that runs because of a panic must not switch to another greenlet"
        );
        // SAFETY: set when the greenlet started; the yielder lives at the base of its stack.
        unsafe { &*self.yielder.get() }.suspend(departure)
    }

    /// Runs this suspended greenlet until it departs (`Ok`) or ends (`Err`, with
    /// what is for its parent). CURRENT must say that it runs.
    #[inline(always)]
    pub(super) fn resume(&self, arrival: Arrival<T>) -> Result<Departure<T>, Arrival<T>> {
        assert!(self.state.get() == State::Suspended, "only a suspended greenlet is resumed");
        self.state.set(State::Active);
        // SAFETY: the state was `Suspended`, so nobody else has the coroutine; and nobody takes
        // it before the state changes again.
        let coroutine = unsafe { &mut *self.coroutine.get() };
        let Some(coroutine) = coroutine else { unreachable!("started greenlets have one") };
        match coroutine.resume(arrival) {
            CoroutineResult::Yield(departure) => {
                self.state.set(State::Suspended);
                Ok(departure)
            }
            CoroutineResult::Return(result) => {
                self.bury();
                Err(result)
            }
        }
    }

    /// Gives a fresh greenlet its stack, which makes it a suspended one, and returns
    /// the arrival; or `Err`: the greenlet is dead, and this is for its parent.
    ///
    /// It does not run yet: what is dropped here belongs to the caller.
    #[cold]
    pub(super) fn start(&self, arrival: Arrival<T>) -> Result<Arrival<T>, Arrival<T>> {
        assert!(self.state.get() == State::Fresh, "first_alive lets no other state pass");
        let run = self.run.take().expect("fresh greenlets have code");
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
        let coroutine = Coroutine::with_stack(stack, move |yielder, first| {
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
        });
        // SAFETY: a greenlet that was fresh has no coroutine that anybody could be using.
        unsafe { *self.coroutine.get() = Some(coroutine) };
        self.state.set(State::Suspended);
        Ok(arrival)
    }

    /// Ends a suspended greenlet by unwinding its stack.
    #[cold]
    pub(super) fn unwind(&self) {
        assert!(self.state.get() == State::Suspended, "only a suspended greenlet is unwound");
        let before = swap_current(&raw const self.header);
        self.state.set(State::Active);
        // SAFETY: the state was `Suspended`, so nobody else has the coroutine.
        if let Some(coroutine) = unsafe { &mut *self.coroutine.get() } {
            coroutine.force_unwind();
        }
        swap_current(before);
        self.bury();
    }

    /// Keeps the stack of a greenlet that has ended.
    #[cold]
    fn bury(&self) {
        self.state.set(State::Dead);
        // SAFETY: the coroutine has returned, and `resume` and `unwind` are done with it.
        if let Some(coroutine) = unsafe { (*self.coroutine.get()).take() } {
            let stack = coroutine.into_stack();
            let _ = STACKS.try_with(|stacks| stacks.borrow_mut().give_back(stack));
        }
    }
}

impl<T: 'static> Drop for Greenlet<T> {
    #[inline(always)]
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
        Err(payload) => Arrival::Thrown(Payload::new(payload)),
    }
}
