//! The life of a greenlet: made, started, suspended, dead.

mod post;

use super::Greenlet;
use super::switch::{Arrival, Header, Payload, current, swap_current};
use crate::stack::{self, Stacks};
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::mem::{self, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::{Rc, Weak};

pub(super) use post::{ASIDE, MAIN, Next};

type Run<T> = Box<dyn FnOnce(T) -> T>;

/// Values go around corosensei, through [`Core::put`]: it would copy them more often.
type Stackful<T> = Coroutine<(), Next<T>, ()>;

/// What all handles of a greenlet share.
#[repr(C)] // The header comes first, so that a pointer to it is one to the whole.
pub(super) struct Core<T: 'static> {
    header: Header,
    state: Cell<State>,
    /// Its last handle went while it was active: the count that this handle had
    /// is given up by whoever runs it, when it departs.
    orphan: Cell<bool>,
    /// Where the running greenlet suspends itself. Set when it starts.
    yielder: Cell<*const Yielder<(), Next<T>>>,
    /// `Some` from the start to the end; used only by who changes `state` from
    /// `Suspended` to `Active`, until that is changed again, so by one at a time.
    coroutine: UnsafeCell<Option<Stackful<T>>>,
    /// The post, `value` and `thrown`: what was sent to this greenlet and will be
    /// taken as soon as it runs; or what it leaves for who goes on. `value` is
    /// there if something is and `thrown` is `None`.
    value: UnsafeCell<MaybeUninit<T>>,
    thrown: Cell<Option<Payload>>,
    /// Where it departed for when it said [`ASIDE`]; `None` is the main greenlet.
    onward: Cell<Option<Rc<Core<T>>>>,
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
            orphan: Cell::new(false),
            yielder: Cell::new(ptr::null()),
            coroutine: UnsafeCell::new(None),
            value: UnsafeCell::new(MaybeUninit::uninit()),
            thrown: Cell::new(None),
            onward: Cell::new(None),
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

    /// Runs this greenlet until it departs or ends. CURRENT must say that it runs.
    ///
    /// # Safety
    ///
    /// It is suspended, its post has been filled, and it lives until it departs.
    #[inline(always)]
    unsafe fn resume(&self) -> CoroutineResult<Next<T>, ()> {
        debug_assert!(self.state.get() == State::Suspended, "only a suspended greenlet is resumed");
        self.state.set(State::Active);
        // SAFETY: the state was `Suspended`, so there is a coroutine, and nobody else has it; and
        // nobody takes it before the state changes again.
        let coroutine = unsafe { (*self.coroutine.get()).as_mut().unwrap_unchecked() };
        coroutine.resume(())
    }

    /// [`resume`](Core::resume), and then [`Next`]. The caller sets CURRENT again.
    ///
    /// # Safety
    ///
    /// As `resume`.
    #[inline(always)]
    pub(super) unsafe fn enter(&self) -> Next<T> {
        swap_current(&raw const self.header);
        // Does not unwind: whatever happens in a greenlet is caught at its top.
        // SAFETY: the caller's.
        match unsafe { self.resume() } {
            CoroutineResult::Yield(next) => {
                self.state.set(State::Suspended);
                // An orphan is not left before it has been looked after.
                if self.orphan.get() { self.turn_aside(next) } else { next }
            }
            CoroutineResult::Return(()) => {
                self.bury();
                self.onward.set(self.parent());
                ptr::without_provenance(ASIDE)
            }
        }
    }

    /// Gives up a handle that somebody has taken the pointer from to run the greenlet
    /// next: if it is the last, the greenlet becomes an orphan and lives until it departs.
    pub(super) fn let_go(mut handle: Greenlet<T>) {
        if let Some(core) = handle.core.take_if(|core| Rc::strong_count(core) == 1) {
            core.orphan.set(true);
            mem::forget(core);
        }
    }

    /// Gives a fresh greenlet its stack, which makes it a suspended one, and fills its
    /// post; or `Err`: the greenlet is dead, and this is for its parent.
    ///
    /// It does not run yet: what is dropped here belongs to the caller.
    #[cold]
    pub(super) fn start(&self, arrival: Arrival<T>) -> Result<(), Arrival<T>> {
        assert!(self.state.get() == State::Fresh, "first_alive lets no other state pass");
        let run = self.run.take().expect("fresh greenlets have code");
        self.state.set(State::Dead);
        let value = match arrival {
            Arrival::Value(value) => value,
            Arrival::Thrown(payload) => return Err(ended_by(*payload)),
        };
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
        let coroutine = Coroutine::with_stack(stack, move |yielder, ()| {
            // SAFETY: this runs inside `resume` of `me`, which borrows it.
            let me = unsafe { &*me };
            me.yielder.set(yielder);
            // SAFETY: `start` put it there, and it was no panic.
            let value = unsafe { me.take_value() };
            // What `run` captured is dropped in here too, whatever it does.
            me.put(match catch_unwind(AssertUnwindSafe(|| run(value))) {
                Ok(value) => Arrival::Value(value),
                Err(payload) => ended_by(payload),
            });
        });
        // SAFETY: a greenlet that was fresh has no coroutine that anybody could be using.
        unsafe { *self.coroutine.get() = Some(coroutine) };
        self.state.set(State::Suspended);
        self.put_value(value);
        Ok(())
    }

    /// Ends a suspended greenlet by unwinding its stack.
    #[cold]
    fn unwind(&self) {
        assert!(self.state.get() == State::Suspended, "only a suspended greenlet is unwound");
        loop {
            // Not corosensei's `force_unwind`, which knows nothing of posts.
            self.put(Arrival::Thrown(Box::new(Box::new(Unwound))));
            let before = swap_current(&raw const self.header);
            // SAFETY: it is suspended, and `self` has a handle.
            let result = unsafe { self.resume() };
            swap_current(before);
            match result {
                CoroutineResult::Yield(next) => {
                    // It caught that and departs. Once more.
                    self.turn_aside(next);
                    // SAFETY: it has just said so, or been made to; `self` has a handle.
                    drop(unsafe { Core::settle(self) });
                    self.state.set(State::Suspended);
                }
                CoroutineResult::Return(()) => break,
            }
        }
        self.bury();
        // SAFETY: a greenlet that ends fills its post.
        drop(unsafe { self.take() });
    }

    /// Keeps the stack of a greenlet that has ended.
    #[cold]
    fn bury(&self) {
        self.state.set(State::Dead);
        // SAFETY: the coroutine has returned, and `resume` is done with it.
        if let Some(coroutine) = unsafe { (*self.coroutine.get()).take() } {
            let stack = coroutine.into_stack();
            let _ = STACKS.try_with(|stacks| stacks.borrow_mut().give_back(stack));
        }
    }
}

/// What unwinds a greenlet whose last handle went.
struct Unwound;

impl<T: 'static> Drop for Greenlet<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(core) = &self.core
            && Rc::strong_count(core) == 1
        {
            drop_last(&mut self.core);
        }
    }
}

/// Done here and not when the core is dropped, so that the greenlet still has a
/// handle, and therefore a name, while its destructors run.
#[cold]
fn drop_last<T: 'static>(handle: &mut Option<Rc<Core<T>>>) {
    let Some(core) = handle else { return };
    match core.state.get() {
        State::Suspended => core.unwind(),
        State::Active => {
            core.orphan.set(true);
            mem::forget(handle.take());
        }
        _ => {}
    }
}

/// What the parent gets when `payload` arrives at the top of a greenlet.
fn ended_by<T: 'static>(payload: Box<dyn Any + Send>) -> Arrival<T> {
    match payload.downcast::<super::Exit<T>>() {
        Ok(exit) => Arrival::Value(exit.0),
        Err(payload) => Arrival::Thrown(Payload::new(payload)),
    }
}
