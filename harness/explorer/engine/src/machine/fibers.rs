//! The coroutines that the threads of the program run on.

use std::cell::{Cell, RefCell};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::trap::CoroutineTrapHandler;
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
    /// How to make the running coroutine return, if its stack overflows.
    trap: Cell<Option<CoroutineTrapHandler<()>>>,
    /// Where the running coroutine's stack ends.
    limit: Cell<usize>,
    overflowed: Cell<bool>,
}

struct Slot {
    /// Absent while it runs and after it has ended.
    fiber: Option<Fiber>,
    /// Where its stack ends.
    limit: usize,
    /// How the running coroutine gives the turn away.
    yielder: Cell<*const Yielder<(), ()>>,
}

/// How much of a stack a call into the engine may take, with the guard page.
const ENGINE_NEEDS: usize = 24 << 10;

/// What a coroutine did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It gave the turn away.
    Suspended,
    /// Its thread has ended.
    Ended,
    /// Its stack overflowed.
    Overflowed,
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
        let limit = stack.limit().get();
        let fiber = Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            context::with_context(|context| {
                context.fibers.slots.borrow()[tid].yielder.set(yielder)
            });
            body();
        });
        let mut slots = self.slots.borrow_mut();
        debug_assert_eq!(slots.len(), tid);
        slots.push(Slot { fiber: Some(fiber), limit, yielder: Cell::new(std::ptr::null()) });
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
        let (fiber, limit) = {
            let slot = &mut self.slots.borrow_mut()[tid];
            (slot.fiber.take(), slot.limit)
        };
        let Some(mut fiber) = fiber else { return Ran::Ended };
        self.trap.set(Some(fiber.trap_handler()));
        self.limit.set(limit);
        let result = fiber.resume(());
        self.trap.set(None);
        match result {
            CoroutineResult::Yield(()) => {
                self.slots.borrow_mut()[tid].fiber = Some(fiber);
                Ran::Suspended
            }
            CoroutineResult::Return(()) => {
                self.stacks.borrow_mut().push(fiber.into_stack());
                if self.overflowed.take() { Ran::Overflowed } else { Ran::Ended }
            }
        }
    }

    /// How to make the running coroutine return; `None` if none runs.
    pub fn trap(&self) -> Option<CoroutineTrapHandler<()>> {
        self.trap.get()
    }

    /// The running coroutine is made to return because its stack overflowed.
    pub fn note_overflow(&self) {
        self.overflowed.set(true);
    }

    /// Whether the running coroutine has stack enough for a call into the engine.
    pub fn has_room(&self) -> bool {
        let here = std::ptr::from_ref(&self.limit.get()).addr();
        here.saturating_sub(self.limit.get()) > ENGINE_NEEDS
    }

    /// Ends a coroutine by forgetting what is on its stack, or what it would have run.
    pub fn discard(&self, tid: Tid) {
        let fiber = self.slots.borrow_mut()[tid].fiber.take();
        if let Some(mut fiber) = fiber {
            // SAFETY: nothing that the abandoned frames own or lend is used again: all coroutines of their execution have ended, or
            // are abandoned with this one. What they own is leaked, and so is the closure of a thread that has not begun.
            unsafe { fiber.force_reset() };
            self.stacks.borrow_mut().push(fiber.into_stack());
        }
    }
}

/// Gives the turn away; returns when the thread's coroutine is resumed.
pub fn suspend(context: &Context, me: Tid) {
    let yielder = context.fibers.slots.borrow()[me].yielder.get();
    // SAFETY: set by this coroutine when it began, and valid until it ends; this code runs on it.
    unsafe { (*yielder).suspend(()) };
}
