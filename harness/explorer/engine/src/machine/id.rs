//! How a lock or an atomic in the user's program knows which object of the machine it is.

use std::sync::atomic::{AtomicU64, Ordering};

use super::object::State;
use super::op::{Loc, Obj};
use super::plain::shadow::How;
use super::{arena, context, statics};

/// The identity of a shared object: made in `const` contexts, numbered on first use in each execution.
#[derive(Debug)]
pub struct Id {
    /// The execution's number in the upper half, the object's in the lower.
    number: AtomicU64,
    /// Where the object was created; absent in memory that was only zeroed.
    pub created: Option<Loc>,
}

impl Id {
    /// The identity of an object that is created at the caller's line.
    #[track_caller]
    pub const fn new() -> Self {
        Self { number: AtomicU64::new(0), created: Some(std::panic::Location::caller()) }
    }

    /// The step that the current thread has just taken gave the object back, or went on from there: it has used its memory.
    pub fn was_used(&self) {
        super::plain::exchanged(std::ptr::from_ref(&self.number).addr(), size_of::<AtomicU64>());
    }

    /// Where the object was created, or, if it was not, where its user is.
    pub fn created(&self) -> Loc {
        let here = || context::with(|machine| machine.threads[machine.current].at);
        self.created.or_else(here).unwrap_or_else(std::panic::Location::caller)
    }

    /// The object's number in this execution; `None` outside of one.
    ///
    /// `state` is called on the first use in this execution. `memory` is where the object keeps what must be as it was at the
    /// start if the object is a `static`; `drop_value` drops the value there.
    pub fn get(
        &self,
        kind: &'static str,
        memory: (*mut u8, usize),
        drop_value: impl FnOnce(),
        state: impl FnOnce() -> State,
    ) -> Option<Obj> {
        super::plain::used(
            std::ptr::from_ref(&self.number).addr(),
            size_of::<AtomicU64>(),
            How::Atomic,
        );
        let number = self.number.load(Ordering::Relaxed);
        let execution = context::with(|machine| machine.id)?;
        if (number >> 32) as u32 == execution {
            return Some(number as u32);
        }
        self.first_use(number, execution, kind, memory, drop_value, state)
    }

    #[cold]
    #[inline(never)]
    fn first_use(
        &self,
        number: u64,
        execution: u32,
        kind: &'static str,
        memory: (*mut u8, usize),
        drop_value: impl FnOnce(),
        state: impl FnOnce() -> State,
    ) -> Option<Obj> {
        if number == 0 {
            arena::outside(|| statics::all().keep(memory));
        } else if statics::all().knows(memory) {
            // Outside of the machine: the value's destructor is the user's code. If the memory of the last execution is gone, so is what it owned.
            if !super::plain::is_on() {
                drop_value();
            }
            statics::all().restore(memory);
        } else {
            context::with(|machine| {
                let created = self.created.unwrap_or(machine.threads[machine.current].at);
                let place = format!("{}:{}", created.file(), created.line());
                machine.fail(super::Bad::Refused(format!(
                    "the {kind} created at {place} lives on from one execution to the next; create it inside the scenario"
                )));
            });
        }
        // The state is computed from the value, so after the value is as it should be.
        let state = state();
        context::with(|machine| {
            let created = self.created.unwrap_or(machine.threads[machine.current].at);
            let object = machine.add_object(kind, created, state);
            self.number.store(u64::from(execution) << 32 | u64::from(object), Ordering::Relaxed);
            object
        })
    }

    /// The object's number in a recording. `register` is called on the first use there.
    pub fn recorded(&self, recording: u32, register: impl FnOnce() -> u32) -> u32 {
        let number = self.number.load(Ordering::Relaxed);
        if (number >> 32) as u32 == recording {
            return number as u32;
        }
        let object = register();
        self.number.store(u64::from(recording) << 32 | u64::from(object), Ordering::Relaxed);
        object
    }
}

impl Default for Id {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}
