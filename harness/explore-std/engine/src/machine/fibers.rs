//! The coroutines that the threads of the program run on.

use std::cell::{Cell, RefCell};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::context::{self, Context};
use super::op::Tid;

type Fiber = Coroutine<(), (), (), DefaultStack>;

/// The coroutines of one execution, and stacks to be used again.
#[derive(Default)]
pub struct Fibers {
    slots: RefCell<Vec<Slot>>,
    stacks: RefCell<Vec<DefaultStack>>,
    size: usize,
}

struct Slot {
    /// Absent while it runs and after it has ended.
    fiber: Option<Fiber>,
    /// How the running coroutine gives the turn away.
    yielder: Cell<*const Yielder<(), ()>>,
}

/// What a coroutine did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It gave the turn away.
    Suspended,
    /// Its thread has ended.
    Ended,
}

impl Fibers {
    /// No coroutines yet; each will have a stack of `size` bytes.
    pub fn new(size: usize) -> Self {
        Self { size, ..Self::default() }
    }

    /// Forgets the coroutines of the last execution.
    pub fn clear(&self) {
        self.slots.borrow_mut().clear();
    }

    /// Makes the coroutine of thread `tid`. It does not run yet.
    ///
    /// # Errors
    ///
    /// If there is no memory for its stack.
    pub fn launch(&self, tid: Tid, body: Box<dyn FnOnce()>) -> std::io::Result<()> {
        let stack = match self.stacks.borrow_mut().pop() {
            Some(stack) => stack,
            None => DefaultStack::new(self.size)?,
        };
        let fiber = Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            context::with_context(|context| {
                context.fibers.slots.borrow()[tid].yielder.set(yielder)
            });
            body();
        });
        let mut slots = self.slots.borrow_mut();
        debug_assert_eq!(slots.len(), tid);
        slots.push(Slot { fiber: Some(fiber), yielder: Cell::new(std::ptr::null()) });
        Ok(())
    }

    /// Whether the coroutine exists and has not ended.
    pub fn is_alive(&self, tid: Tid) -> bool {
        self.slots.borrow().get(tid).is_some_and(|slot| slot.fiber.is_some())
    }

    /// How many coroutines there are.
    pub fn len(&self) -> usize {
        self.slots.borrow().len()
    }

    /// Runs a coroutine until it gives the turn away or ends.
    pub fn resume(&self, tid: Tid) -> Ran {
        let fiber = self.slots.borrow_mut()[tid].fiber.take();
        let Some(mut fiber) = fiber else { return Ran::Ended };
        match fiber.resume(()) {
            CoroutineResult::Yield(()) => {
                self.slots.borrow_mut()[tid].fiber = Some(fiber);
                Ran::Suspended
            }
            CoroutineResult::Return(()) => {
                self.stacks.borrow_mut().push(fiber.into_stack());
                Ran::Ended
            }
        }
    }

    /// Ends a coroutine that never began, by dropping its closure, and one that cannot be unwound, by forgetting what is on its stack.
    pub fn discard(&self, tid: Tid) {
        let fiber = self.slots.borrow_mut()[tid].fiber.take();
        if let Some(mut fiber) = fiber {
            if fiber.started() {
                // SAFETY: nothing that the abandoned frames own is used again: their execution is over, and its threads are unwound
                // from the youngest, so no other coroutine of it borrows from this one. What they own is leaked.
                unsafe { fiber.force_reset() };
            }
            drop(fiber);
        }
    }

    /// Whether the coroutine has begun.
    pub fn has_started(&self, tid: Tid) -> bool {
        self.slots.borrow()[tid].fiber.as_ref().is_some_and(Coroutine::started)
    }
}

/// Gives the turn away; returns when the thread's coroutine is resumed.
pub fn suspend(context: &Context, me: Tid) {
    let yielder = context.fibers.slots.borrow()[me].yielder.get();
    // SAFETY: set by this coroutine when it began, and valid until it ends; this code runs on it.
    unsafe { (*yielder).suspend(()) };
}
