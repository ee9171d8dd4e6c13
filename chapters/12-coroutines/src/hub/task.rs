//! A task: what it runs, where it is suspended, and what is to be raised in it.

use super::error::{JoinError, Outcome, Panic};
use super::wait::WaitList;
use crate::greenlet::Current;
use corosensei::{Coroutine, Yielder};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;

/// A task of any kind; what it runs stands at its end, so that one allocation holds all.
pub(super) struct Task<B: ?Sized = dyn Body> {
    /// It stands in the line of ready tasks.
    pub(super) ready: Cell<bool>,
    /// It has ended, and has an outcome.
    pub(super) ended: Cell<bool>,
    /// What the hub keeps it under; 0 until it is first suspended.
    pub(super) kept: Cell<u64>,
    /// `Some` while it is suspended.
    pub(super) coroutine: RefCell<Option<Coroutine<(), (), ()>>>,
    pub(super) yielder: Cell<*const Yielder<(), ()>>,
    /// The greenlet in the middle of which it is suspended.
    pub(super) greenlet: Cell<Current>,
    /// Who waits for its end.
    pub(super) joiners: WaitList,
    interrupts: RefCell<Vec<Interrupt>>,
    pub(super) body: B,
}

/// What ends a wait from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupt {
    Kill,
    /// The time of the `timeout` with this number is over.
    Timeout(u64),
}

/// The panic payload of an interrupt.
pub(super) struct Raised(pub(super) Interrupt);

/// What a task runs, whatever the type of its result.
pub(super) trait Body {
    /// Runs it to its end and keeps the outcome. Does not unwind.
    fn run(&self);
    /// Gives up on it before it has started.
    fn refuse(&self, reason: JoinError);
}

/// A body whose result has the type `R`.
pub(super) trait Yields<R>: Body {
    /// The outcome, once.
    fn take(&self) -> Option<Outcome<R>>;
}

struct Work<F, R> {
    body: Cell<Option<F>>,
    outcome: Cell<Option<Outcome<R>>>,
}

impl<R: 'static> Task<dyn Yields<R>> {
    pub(super) fn new(body: impl FnOnce() -> R + 'static) -> Rc<Task<dyn Yields<R>>> {
        Rc::new(Task {
            ready: Cell::new(false),
            ended: Cell::new(false),
            kept: Cell::new(0),
            coroutine: RefCell::new(None),
            yielder: Cell::new(ptr::null()),
            greenlet: Cell::new(ptr::null()),
            joiners: WaitList::new(),
            interrupts: RefCell::new(Vec::new()),
            body: Work { body: Cell::new(Some(body)), outcome: Cell::new(None) },
        })
    }
}

impl Task {
    pub(super) fn interrupt(&self, interrupt: Interrupt) {
        self.interrupts.borrow_mut().push(interrupt);
    }

    pub(super) fn forget(&self, interrupt: Interrupt) {
        self.interrupts.borrow_mut().retain(|&pending| pending != interrupt);
    }

    /// Raises what is pending. To be called by the task itself.
    pub(super) fn raise(&self) {
        let mut interrupts = self.interrupts.borrow_mut();
        if !interrupts.is_empty() {
            let first = interrupts.remove(0);
            drop(interrupts);
            // Not `panic!`: this prints nothing.
            resume_unwind(Box::new(Raised(first)));
        }
    }

    pub(super) fn is_killed(&self) -> bool {
        self.interrupts.borrow().contains(&Interrupt::Kill)
    }

    pub(super) fn end(&self) {
        self.ended.set(true);
        self.joiners.notify_all();
    }
}

impl<F: FnOnce() -> R, R> Body for Work<F, R> {
    fn run(&self) {
        let body = self.body.take().expect("a body runs once");
        let outcome = catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
            match payload.downcast_ref::<Raised>() {
                Some(Raised(Interrupt::Kill)) => JoinError::Killed,
                _ => JoinError::Panicked(Panic::new(payload)),
            }
        });
        self.outcome.set(Some(outcome));
    }

    fn refuse(&self, reason: JoinError) {
        // Dropping what the body has captured is the user's code too.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(self.body.take())));
        let reason =
            dropped.map_or_else(|payload| JoinError::Panicked(Panic::new(payload)), |()| reason);
        self.outcome.set(Some(Err(reason)));
    }
}

impl<F: FnOnce() -> R, R> Yields<R> for Work<F, R> {
    fn take(&self) -> Option<Outcome<R>> {
        self.outcome.take()
    }
}
