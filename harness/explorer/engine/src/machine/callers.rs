//! Which line of the program's own code led to a step that a crate of others takes: a queue's `push`, of the atomics in it.
//!
//! `std`'s functions know who called them (`#[track_caller]`), and no further. So a failing run is made once more, and at each step within a crate
//! of others the stack is kept. Nothing else is taken from that run.
//!
//! Nor has a crash a line, or a call of the system that cannot be explored: of those the stack is kept at once.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use trace::Location;

use super::nobodys::is_nobodys;
use super::op::Loc;
use super::{Bad, Machine, plain};

/// So many stacks are kept, the last ones: each takes a millisecond to read, and a longer run is not drawn as a whole.
const MOST: usize = 1500;

/// The stacks that were kept.
struct Stacks {
    stacks: VecDeque<Backtrace>,
    /// The number of the first.
    first: u32,
}

thread_local! {
    static WANTED: Cell<bool> = const { Cell::new(false) };
    static LAST: Cell<Option<u32>> = const { Cell::new(None) };
    static STACKS: RefCell<Stacks> =
        const { RefCell::new(Stacks { stacks: VecDeque::new(), first: 0 }) };
}

/// The line of the program's own code, by the number of its stack.
#[derive(Debug)]
pub struct Callers(VecDeque<Backtrace>, u32);

/// From now on stacks are kept.
pub fn begin() {
    WANTED.set(true);
}

/// No longer.
pub fn end() -> Callers {
    WANTED.set(false);
    LAST.set(None);
    STACKS.with_borrow_mut(|kept| {
        let first = std::mem::take(&mut kept.first);
        Callers(std::mem::take(&mut kept.stacks), first)
    })
}

/// Keeps the stack, if it is wanted. Called as the engine, before a step.
#[inline]
pub fn note(at: Loc) {
    if WANTED.get() {
        keep(at);
    }
}

#[cold]
#[inline(never)]
fn keep(at: Loc) {
    LAST.set(None);
    if Location::from(at).package().is_none() && !is_nobodys(at) {
        return;
    }
    let stack = Backtrace::force_capture();
    STACKS.with_borrow_mut(|kept| {
        if kept.stacks.len() == MOST {
            kept.stacks.pop_front();
            kept.first += 1;
        }
        kept.stacks.push_back(stack);
        LAST.set(Some(kept.first + kept.stacks.len() as u32 - 1));
    });
}

/// The number of the stack that was kept for the step to come.
#[inline]
pub fn last() -> Option<u32> {
    LAST.get()
}

impl Callers {
    /// The innermost line of a stack that is in no crate of others.
    pub fn line(&self, number: u32) -> Option<Location> {
        let stack = self.0.get(number.checked_sub(self.1)? as usize)?;
        plain::faults::own_line(stack)
    }
}

impl Machine {
    /// The program does here what cannot be explored: the line of its own code that leads here is told as well.
    pub fn refuse_here(&mut self, reason: String) {
        if self.failure.is_none() {
            self.keep_stack();
        }
        self.fail(Bad::Refused(reason));
    }

    /// Keeps the stack of the program's code, for the line at which it ends. It is read after the execution: that takes files, and a large stack.
    pub fn keep_stack(&mut self) {
        self.stack_at_end = Some(Backtrace::force_capture());
    }

    /// The execution is over: a refusal gets its line.
    pub fn place_refusal(&mut self) {
        let Some(Bad::Refused(reason)) = &mut self.failure else { return };
        let Some(stack) = self.stack_at_end.take() else { return };
        if let Some(at) = plain::faults::own_line(&stack) {
            reason.push_str(&format!(" ({})", at.near()));
        }
    }
}
