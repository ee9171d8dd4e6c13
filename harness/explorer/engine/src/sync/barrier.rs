//! `Barrier`.

use std::fmt;
use std::panic::Location;

use crate::machine::context::{self, Answer};
use crate::machine::id::Id;
use crate::machine::object::State;
use crate::machine::op::Op;
use crate::record::{self, Object};

/// Lets a number of threads wait for each other, as `std::sync::Barrier`.
pub struct Barrier {
    id: Id,
    real: std::sync::Barrier,
    threads: usize,
}

/// What [`Barrier::wait`] returns: whether this thread is the leader, as `std::sync::BarrierWaitResult`.
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this thread is the one, of those that the barrier let go together, that leads.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// A barrier for so many threads.
    #[track_caller]
    pub const fn new(threads: usize) -> Self {
        Self { id: Id::new(), real: std::sync::Barrier::new(threads), threads }
    }

    /// Waits until so many threads have come.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let at = Location::caller();
        let state = || State::Barrier {
            arrived: 0,
            generation: 0,
            view: Default::default(),
            opened: Default::default(),
        };
        let Some(barrier) = self.id.get("Barrier", (std::ptr::null_mut(), 0), || {}, state) else {
            let object = Object::new(&self.id, trace::ObjectKind::Barrier);
            return BarrierWaitResult(record::barrier(object, at, || self.real.wait().is_leader()));
        };
        let Answer::Done(done) =
            context::visible(Op::Arrive { barrier, threads: self.threads }, at)
        else {
            return BarrierWaitResult(false);
        };
        if !done.ok {
            context::visible(Op::Pass { barrier, generation: done.value as u32 }, at);
            self.id.was_used();
        }
        BarrierWaitResult(done.ok)
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.is_leader()).finish()
    }
}
