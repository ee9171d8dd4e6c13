//! A task: what it runs, where it is suspended, and what is to be raised in it.

mod work;

use super::scheduler;
use super::timers::TimerId;
use super::wait::WaitList;
use corosensei::Coroutine;
use std::cell::{Cell, OnceCell, RefCell};
use std::panic::resume_unwind;
use work::{Operations, Stage};

pub(super) use work::{Claim, TaskRef};

/// What all tasks have; what it runs stands behind it in memory ([`work`]).
///
/// Most tasks of a busy hub run once and end. What only the others need is
/// apart: a hundred thousand small tasks fit a cache that large ones do not.
pub(super) struct Task {
    /// How many [`TaskRef`]s there are.
    references: Cell<u32>,
    stage: Cell<Stage>,
    /// The claim to its outcome is still there.
    claimed: Cell<bool>,
    /// It stands in the line of ready tasks.
    pub(super) ready: Cell<bool>,
    /// Its end is the end of the hub.
    pub(super) is_main: Cell<bool>,
    more: OnceCell<Box<More>>,
    operations: &'static Operations,
}

/// What a task needs that waits, is interrupted, is waited for, or starts later.
#[derive(Default)]
pub(super) struct More {
    /// What the hub keeps it under; 0 until it is first suspended.
    pub(super) kept: Cell<u64>,
    /// `Some` while it is suspended.
    pub(super) coroutine: RefCell<Option<Coroutine<(), (), ()>>>,
    /// Who waits for its end.
    pub(super) joiners: WaitList,
    interrupts: RefCell<Vec<Interrupt>>,
    /// How often one of them was raised.
    raised: Cell<u32>,
    /// The timer of its first turn, if that came or comes by one.
    pub(super) start: Cell<Option<TimerId>>,
}

/// After so many raised interrupts a task is given up.
const ENOUGH: u32 = 100;

/// What ends a wait from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupt {
    Kill,
    /// The time of the `timeout` with this number is over.
    Timeout(u64),
}

/// The panic payload of an interrupt.
pub(super) struct Raised(pub(super) Interrupt);

impl Task {
    /// For the first two [`TaskRef`]s.
    fn new(operations: &'static Operations) -> Task {
        Task {
            references: Cell::new(2),
            stage: Cell::new(Stage::Fresh),
            claimed: Cell::new(true),
            ready: Cell::new(false),
            is_main: Cell::new(false),
            more: OnceCell::new(),
            operations,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.stage.get(), Stage::Ended | Stage::Taken)
    }

    pub(super) fn more(&self) -> &More {
        self.more.get_or_init(Box::default)
    }

    /// [`more`](Task::more), unless it was never asked for.
    pub(super) fn any_more(&self) -> Option<&More> {
        self.more.get().map(|more| &**more)
    }

    pub(super) fn interrupt(&self, interrupt: Interrupt) {
        self.more().interrupts.borrow_mut().push(interrupt);
    }

    pub(super) fn forget(&self, interrupt: Interrupt) {
        let more = self.more();
        more.interrupts.borrow_mut().retain(|&pending| pending != interrupt);
        if more.interrupts.borrow().is_empty() {
            more.raised.set(0);
        }
    }

    /// What is to be raised in it. It stays so until it is obeyed: a kill for good, a time-out
    /// until its body is left. So a task that catches every panic gets no further.
    pub(super) fn pending(&self) -> Option<Interrupt> {
        let interrupts = self.any_more()?.interrupts.borrow();
        let kill = interrupts.contains(&Interrupt::Kill).then_some(Interrupt::Kill);
        kill.or_else(|| interrupts.first().copied())
    }

    /// Raises `interrupt`. To be called by the task itself.
    pub(super) fn raise(&self, interrupt: Interrupt) -> ! {
        self.more().raised.update(|times| times.saturating_add(1));
        // Not `panic!`: this prints nothing.
        resume_unwind(Box::new(Raised(interrupt)))
    }

    /// It has caught so many interrupts that it will catch the next one too.
    pub(super) fn is_deaf(&self) -> bool {
        self.any_more().is_some_and(|more| more.raised.get() >= ENOUGH)
    }

    /// Has it neither run nor been interrupted, awaited or given a timer yet?
    pub(super) fn is_new(&self) -> bool {
        self.more.get().is_none()
    }

    /// Whether a kill was for it: its own, or that of all at the end of the hub.
    fn is_to_end(&self) -> bool {
        self.is_killed() || scheduler::try_with(|hub| hub.is_closing()).unwrap_or(false)
    }

    pub(super) fn is_killed(&self) -> bool {
        self.any_more().is_some_and(|more| more.interrupts.borrow().contains(&Interrupt::Kill))
    }
}
