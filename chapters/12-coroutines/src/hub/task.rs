//! A task: what it runs, where it is suspended, and what is to be raised in it.

use super::error::{JoinError, Outcome, Panic};
use super::wait::WaitList;
use corosensei::Coroutine;
use std::cell::{Cell, OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// A task of any kind; what it runs stands at its end, so that one allocation holds all.
///
/// Most tasks of a busy hub run once and end. What only the others need is
/// apart: a hundred thousand small tasks fit a cache that large ones do not.
pub(super) struct Task<B: ?Sized = dyn Body> {
    /// It stands in the line of ready tasks.
    pub(super) ready: Cell<bool>,
    /// It has ended, and has an outcome.
    pub(super) ended: Cell<bool>,
    more: OnceCell<Box<More>>,
    pub(super) body: B,
}

/// What a task needs that waits, is interrupted, or is waited for.
#[derive(Default)]
pub(super) struct More {
    /// What the hub keeps it under; 0 until it is first suspended.
    pub(super) kept: Cell<u64>,
    /// `Some` while it is suspended.
    pub(super) coroutine: RefCell<Option<Coroutine<(), (), ()>>>,
    /// Who waits for its end.
    pub(super) joiners: WaitList,
    interrupts: RefCell<Vec<Interrupt>>,
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

/// A body before it runs, and its outcome afterwards: never both, so in one place.
struct Work<F, R>(Cell<Stage<F, R>>);

enum Stage<F, R> {
    Fresh(F),
    /// It runs, or its outcome has been taken.
    Empty,
    Ended(Outcome<R>),
}

impl<R: 'static> Task<dyn Yields<R>> {
    pub(super) fn new(body: impl FnOnce() -> R + 'static) -> Rc<Task<dyn Yields<R>>> {
        Rc::new(Task {
            ready: Cell::new(false),
            ended: Cell::new(false),
            more: OnceCell::new(),
            body: Work(Cell::new(Stage::Fresh(body))),
        })
    }
}

impl<B: ?Sized> Task<B> {
    pub(super) fn more(&self) -> &More {
        self.more.get_or_init(Box::default)
    }

    /// [`more`](Task::more), unless it was never asked for.
    pub(super) fn any_more(&self) -> Option<&More> {
        self.more.get().map(|more| &**more)
    }
}

impl Task {
    pub(super) fn interrupt(&self, interrupt: Interrupt) {
        self.more().interrupts.borrow_mut().push(interrupt);
    }

    pub(super) fn forget(&self, interrupt: Interrupt) {
        self.more().interrupts.borrow_mut().retain(|&pending| pending != interrupt);
    }

    /// Raises what is pending. To be called by the task itself.
    pub(super) fn raise(&self) {
        let Some(more) = self.any_more() else { return };
        let mut interrupts = more.interrupts.borrow_mut();
        if !interrupts.is_empty() {
            let first = interrupts.remove(0);
            drop(interrupts);
            // Not `panic!`: this prints nothing.
            resume_unwind(Box::new(Raised(first)));
        }
    }

    pub(super) fn is_killed(&self) -> bool {
        self.any_more().is_some_and(|more| more.interrupts.borrow().contains(&Interrupt::Kill))
    }

    pub(super) fn end(&self) {
        self.ended.set(true);
        if let Some(more) = self.any_more() {
            more.joiners.notify_all();
        }
    }
}

impl<F: FnOnce() -> R, R> Body for Work<F, R> {
    fn run(&self) {
        let Stage::Fresh(body) = self.0.replace(Stage::Empty) else {
            unreachable!("a body runs once")
        };
        let outcome = catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
            match payload.downcast_ref::<Raised>() {
                Some(Raised(Interrupt::Kill)) => JoinError::Killed,
                _ => JoinError::Panicked(Panic::new(payload)),
            }
        });
        self.0.set(Stage::Ended(outcome));
    }

    fn refuse(&self, reason: JoinError) {
        // Dropping what the body has captured is the user's code too.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(self.0.replace(Stage::Empty))));
        let reason = match dropped {
            Ok(()) => reason,
            Err(payload) => JoinError::Panicked(Panic::new(payload)),
        };
        self.0.set(Stage::Ended(Err(reason)));
    }
}

impl<F: FnOnce() -> R, R> Yields<R> for Work<F, R> {
    fn take(&self) -> Option<Outcome<R>> {
        match self.0.replace(Stage::Empty) {
            Stage::Ended(outcome) => Some(outcome),
            Stage::Empty => None,
            Stage::Fresh(_) => unreachable!("only what has ended is asked for its outcome"),
        }
    }
}
