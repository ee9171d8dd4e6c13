//! `Once`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::machine::context::{self, Answer};
use crate::machine::id::Id;
use crate::machine::object::{OncePhase, State};
use crate::machine::op::{Loc, Obj, Op};
use crate::record::{self, Object};

/// Runs an initialiser once, as `std::sync::Once`.
pub struct Once {
    pub(super) id: Id,
    /// Where it stands, outside of executions.
    real: Mutex<Phase>,
    changed: Condvar,
}

/// Where a cell stands outside of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    Done,
    Poisoned,
}

/// What [`Once::call_once_force`] tells its closure, as `std::sync::OnceState`.
pub struct OnceState {
    poisoned: bool,
    /// std's cannot be shared.
    not_sync: PhantomData<Cell<()>>,
}

impl OnceState {
    /// Whether an initialiser panicked before.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

/// A `Once` that has not run.
#[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "std has it")]
pub const ONCE_INIT: Once = Once::new();

/// What `std` says of a cell whose initialiser has panicked.
const POISONED: &str = "Once instance has previously been poisoned";

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// Whose turn it is.
enum Entered {
    Done,
    Mine { poisoned: bool },
}

impl Once {
    /// A cell that has not run.
    #[expect(clippy::new_without_default, reason = "std's has no default either")]
    #[track_caller]
    pub const fn new() -> Self {
        Self { id: Id::new(), real: Mutex::new(Phase::New), changed: Condvar::new() }
    }

    /// The object; `forget` empties the cell that is built on this, if it is left over from an earlier execution.
    pub(super) fn object(&self, forget: impl FnOnce()) -> Option<Obj> {
        // The phase outside of executions counts: a `static` that was set before the exploration stays set.
        let state = || {
            let done = *self.real.lock().unwrap_or_else(PoisonError::into_inner) == Phase::Done;
            let phase = if done { OncePhase::Done } else { OncePhase::New };
            State::Once(crate::machine::object::Once { phase, ..Default::default() })
        };
        self.id.get("Once", (std::ptr::null_mut(), 0), forget, state)
    }

    fn recorded(&self) -> Object<'_> {
        Object::new(&self.id, trace::ObjectKind::Once)
    }

    /// Runs `f` if nobody has; waits if somebody does. If somebody has panicked: runs it, or panics with the message that is given.
    pub(super) fn run(
        &self,
        object: Option<Obj>,
        if_poisoned: Option<&'static str>,
        call: &'static str,
        at: Loc,
        f: &mut dyn FnMut(&OnceState),
    ) {
        let Entered::Mine { poisoned } = self.enter(object, if_poisoned, call, at) else {
            return;
        };
        // If `f` panics, the cell is poisoned on the way out.
        let mut leave = Leave { once: self, object, call, at, poisoned: true };
        f(&OnceState { poisoned, not_sync: PhantomData });
        leave.poisoned = false;
    }

    fn enter(
        &self,
        object: Option<Obj>,
        if_poisoned: Option<&'static str>,
        call: &'static str,
        at: Loc,
    ) -> Entered {
        let ignore_poison = if_poisoned.is_none();
        let refuse = || -> ! { std::panic::panic_any(if_poisoned.unwrap_or(POISONED)) };
        if let Some(once) = object {
            let answer = context::visible_as(Op::OnceEnter { once, ignore_poison }, call, at);
            let value = match answer {
                Answer::Done(done) => done.value,
                _ => 1,
            };
            return match value {
                0 => Entered::Done,
                1 => Entered::Mine { poisoned: false },
                2 => Entered::Mine { poisoned: true },
                _ => refuse(),
            };
        }
        record::once_enter(self.recorded(), call, at, || {
            let mut phase = self.real.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                match *phase {
                    Phase::Done => return (Entered::Done, true),
                    Phase::Running => {
                        phase = self.changed.wait(phase).unwrap_or_else(PoisonError::into_inner)
                    }
                    Phase::Poisoned if !ignore_poison => {
                        drop(phase);
                        refuse();
                    }
                    Phase::New | Phase::Poisoned => {
                        let poisoned = *phase == Phase::Poisoned;
                        *phase = Phase::Running;
                        return (Entered::Mine { poisoned }, false);
                    }
                }
            }
        })
    }

    /// Runs `f`, unless it was run; waits if another thread runs it.
    ///
    /// # Panics
    ///
    /// If `f` panics, or did.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        let mut f = Some(f);
        let run = &mut |_: &OnceState| {
            if let Some(f) = f.take() {
                f();
            }
        };
        self.run(self.object(|| {}), Some(POISONED), "call_once", Location::caller(), run);
    }

    /// Runs `f`, unless one was run that did not panic.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) {
        let mut f = Some(f);
        let run = &mut |state: &OnceState| {
            if let Some(f) = f.take() {
                f(state);
            }
        };
        self.run(self.object(|| {}), None, "call_once_force", Location::caller(), run);
    }

    /// Whether an initialiser has run to its end.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        self.is_done(self.object(|| {}), "is_completed", Location::caller())
    }

    pub(super) fn is_done(&self, object: Option<Obj>, call: &'static str, at: Loc) -> bool {
        match object.map(|once| context::visible_as(Op::OnceGet(once), call, at)) {
            Some(Answer::Done(done)) => done.ok,
            Some(_) => false,
            None => record::once_get(self.recorded(), call, at, || self.is_done_outside()),
        }
    }

    /// Whether the cell is set, as far as real threads go.
    pub(super) fn is_done_outside(&self) -> bool {
        *self.real.lock().unwrap_or_else(PoisonError::into_inner) == Phase::Done
    }

    /// Blocks until the initialiser of another thread has run.
    ///
    /// # Panics
    ///
    /// If the initialiser panicked.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_for(self.object(|| {}), false, "wait", Location::caller());
    }

    /// Blocks until an initialiser has run to its end.
    #[track_caller]
    pub fn wait_force(&self) {
        self.wait_for(self.object(|| {}), true, "wait_force", Location::caller());
    }

    pub(super) fn wait_for(
        &self,
        object: Option<Obj>,
        ignore_poison: bool,
        call: &'static str,
        at: Loc,
    ) {
        if let Some(once) = object {
            if let Answer::Done(done) =
                context::visible_as(Op::OnceWait { once, ignore_poison }, call, at)
                && !done.ok
            {
                std::panic::panic_any(POISONED);
            }
            return;
        }
        let mut phase = self.real.lock().unwrap_or_else(PoisonError::into_inner);
        while *phase != Phase::Done {
            if *phase == Phase::Poisoned && !ignore_poison {
                drop(phase);
                std::panic::panic_any(POISONED);
            }
            phase = self.changed.wait(phase).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Ends an initialisation.
struct Leave<'a> {
    once: &'a Once,
    object: Option<Obj>,
    call: &'static str,
    at: Loc,
    poisoned: bool,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let poisoned = self.poisoned;
        if let Some(once) = self.object {
            context::visible_as(Op::OnceLeave { once, poisoned }, self.call, self.at);
            self.once.id.was_used();
            return;
        }
        record::once_leave(self.once.recorded(), self.call, self.at);
        *self.once.real.lock().unwrap_or_else(PoisonError::into_inner) =
            if poisoned { Phase::Poisoned } else { Phase::Done };
        self.once.changed.notify_all();
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState").field("poisoned", &self.is_poisoned()).finish()
    }
}
