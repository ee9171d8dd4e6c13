//! `Condvar`.

use std::fmt;
use std::panic::Location;
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use super::hold::Hold;
use super::mutex::MutexGuard;
use crate::machine::context::{self, Answer};
use crate::machine::id::Id;
use crate::machine::object::State;
use crate::machine::op::{Loc, Obj, Op};
use crate::record::{self, Object};
use crate::thread::nanoseconds;
use crate::time::Instant;

/// A condition variable, as `std::sync::Condvar`.
pub struct Condvar {
    id: Id,
    real: std::sync::Condvar,
}

/// Whether a wait ended because its time-out passed, as `std::sync::WaitTimeoutResult`.
#[derive(Debug, PartialEq, Eq, Copy, Clone)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time-out passed.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

/// A guard after a wait, and whether the wait timed out.
type Waited<'a, T> = (LockResult<MutexGuard<'a, T>>, WaitTimeoutResult);

impl Condvar {
    /// A condition variable that nobody waits for.
    #[track_caller]
    pub const fn new() -> Self {
        Self { id: Id::new(), real: std::sync::Condvar::new() }
    }

    fn object(&self) -> Option<Obj> {
        self.id.get("Condvar", (std::ptr::null_mut(), 0), || {}, || State::Condvar { waiting: 0 })
    }

    fn recorded(&self) -> Object<'_> {
        Object::new(&self.id, trace::ObjectKind::Condvar)
    }

    fn wait_for<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Option<Duration>,
        call: &'static str,
        at: Loc,
    ) -> Waited<'a, T> {
        let (mutex, panicking) = (guard.lock, guard.panicking);
        let ns = timeout.map(nanoseconds);
        if let Hold::Explored(lock) = guard.hold
            && let Some(condvar) = self.object()
        {
            // The wait itself gives the lock back.
            guard.hold = Hold::Nothing;
            drop(guard);
            let mut timed_out = false;
            let mut hold = Hold::Nothing;
            if let Answer::Done(_) =
                context::visible_as(Op::Wait { condvar, lock, timeout: ns }, call, at)
                && let Answer::Done(done) =
                    context::visible_as(Op::Wake { condvar, lock, timeout: ns }, call, at)
            {
                timed_out = !done.ok;
                mutex.id.was_used();
                hold = Hold::Explored(lock);
            }
            return (mutex.guard_since(panicking, None, hold, at), WaitTimeoutResult(timed_out));
        }
        let Some(real) = guard.real.take() else {
            // Neither in an execution nor outside: the lock was refused.
            return (
                mutex.guard_since(panicking, None, Hold::Nothing, at),
                WaitTimeoutResult(false),
            );
        };
        guard.hold = Hold::Nothing;
        drop(guard);
        let wait = || match timeout {
            None => (self.real.wait(real).unwrap_or_else(PoisonError::into_inner), false),
            Some(timeout) => {
                let (real, result) =
                    self.real.wait_timeout(real, timeout).unwrap_or_else(PoisonError::into_inner);
                (real, result.timed_out())
            }
        };
        let (real, timed_out) = record::wait(self.recorded(), mutex.recorded(), ns, call, at, wait);
        (mutex.guard_since(panicking, Some(real), Hold::Real, at), WaitTimeoutResult(timed_out))
    }

    /// Gives the lock back, waits for a notification, takes the lock again. May wake spuriously.
    ///
    /// # Errors
    ///
    /// The guard in an error, if the mutex is poisoned.
    #[track_caller]
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_for(guard, None, "wait", Location::caller()).0
    }

    /// Waits until the condition is false.
    ///
    /// # Errors
    ///
    /// The guard in an error, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_while<'a, T: ?Sized, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        while condition(&mut guard) {
            guard = self.wait_for(guard, None, "wait_while", at).0?;
        }
        Ok(guard)
    }

    /// Waits for a notification, or until the time-out has passed.
    ///
    /// # Errors
    ///
    /// The guard in an error, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout<'a, T: ?Sized>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, result) =
            self.wait_for(guard, Some(timeout), "wait_timeout", Location::caller());
        match guard {
            Ok(guard) => Ok((guard, result)),
            Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), result))),
        }
    }

    /// Waits until the condition is false, or the time-out has passed.
    ///
    /// # Errors
    ///
    /// The guard in an error, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout_while<'a, T: ?Sized, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let start = Instant::now();
        loop {
            if !condition(&mut guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let Some(left) = timeout.checked_sub(start.elapsed()) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            let (woken, result) = self.wait_for(guard, Some(left), "wait_timeout_while", at);
            guard = match woken {
                Ok(guard) => guard,
                Err(poisoned) => return Err(PoisonError::new((poisoned.into_inner(), result))),
            };
        }
    }

    /// Waits for a notification, or until so many milliseconds have passed; false if they have.
    ///
    /// # Errors
    ///
    /// The guard in an error, if the mutex is poisoned.
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T: ?Sized>(
        &self,
        guard: MutexGuard<'a, T>,
        ms: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let timeout = Duration::from_millis(u64::from(ms));
        let (guard, result) =
            self.wait_for(guard, Some(timeout), "wait_timeout_ms", Location::caller());
        match guard {
            Ok(guard) => Ok((guard, !result.timed_out())),
            Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), !result.timed_out()))),
        }
    }

    /// Wakes one waiting thread; any one, if there are several.
    #[track_caller]
    pub fn notify_one(&self) {
        let at = Location::caller();
        match self.object() {
            Some(condvar) => {
                context::visible(Op::NotifyOne(condvar), at);
            }
            None => {
                record::notify(self.recorded(), false, at);
                self.real.notify_one();
            }
        }
    }

    /// Wakes all waiting threads.
    #[track_caller]
    pub fn notify_all(&self) {
        let at = Location::caller();
        match self.object() {
            Some(condvar) => {
                context::visible(Op::NotifyAll(condvar), at);
            }
            None => {
                record::notify(self.recorded(), true, at);
                self.real.notify_all();
            }
        }
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}
