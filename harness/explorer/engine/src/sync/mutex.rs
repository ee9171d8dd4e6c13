//! `Mutex`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use super::hold::Hold;
use super::poison::Flag;
use crate::machine::context::{self, Answer};
use crate::machine::id::Id;
use crate::machine::object::{Lock, State};
use crate::machine::op::{Loc, Obj, Op};
use crate::machine::{plain, words};
use crate::record::{self, Object};

/// Mutual exclusion, as `std::sync::Mutex`.
pub struct Mutex<T: ?Sized> {
    pub(super) id: Id,
    /// The lock outside of executions.
    real: std::sync::Mutex<()>,
    poison: Flag,
    data: UnsafeCell<T>,
}

// SAFETY: as for std's `Mutex`: the data is reached by one thread at a time.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: the same.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// Holds a [`Mutex`] until it is dropped, as `std::sync::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    pub(super) lock: &'a Mutex<T>,
    /// The real lock, outside of executions.
    pub(super) real: Option<std::sync::MutexGuard<'a, ()>>,
    pub(super) hold: Hold,
    pub(super) panicking: bool,
    at: Loc,
}

// SAFETY: as for std's guard: shared access to the guard is shared access to the data.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        plain::taken(&value);
        Self {
            id: Id::new(),
            real: std::sync::Mutex::new(()),
            poison: Flag::new(),
            data: UnsafeCell::new(value),
        }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// The value in an error, if the mutex is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        plain::owns(&self);
        let poison = self.poison;
        poison.wrap(self.data.into_inner())
    }
}

impl<T: ?Sized> Mutex<T> {
    pub(super) fn object(&self) -> Option<Obj> {
        // Of the cell: a reference to the value would lie beside that of who holds the lock.
        let size = size_of_val(&self.data);
        let forget = || {
            self.poison.clear();
            if size > 0 {
                // SAFETY: the value is left over from an earlier execution, nobody uses it, and it is overwritten next.
                unsafe { std::ptr::drop_in_place(self.data.get()) };
            }
        };
        self.id.get(
            "Mutex",
            (self.data.get().cast(), size),
            forget,
            || State::Lock(Lock::default()),
        )
    }

    pub(super) fn recorded(&self) -> Object<'_> {
        Object::new(&self.id, trace::ObjectKind::Mutex)
    }

    pub(super) fn guard<'a>(
        &'a self,
        real: Option<std::sync::MutexGuard<'a, ()>>,
        hold: Hold,
        at: Loc,
    ) -> LockResult<MutexGuard<'a, T>> {
        self.guard_since(crate::panic::panicking(), real, hold, at)
    }

    /// A guard that stands for one that was there before: whether a panic was under way is asked when that was made.
    pub(super) fn guard_since<'a>(
        &'a self,
        panicking: bool,
        real: Option<std::sync::MutexGuard<'a, ()>>,
        hold: Hold,
        at: Loc,
    ) -> LockResult<MutexGuard<'a, T>> {
        self.poison.wrap(MutexGuard { lock: self, real, hold, panicking, at })
    }

    /// Waits for the lock.
    ///
    /// # Errors
    ///
    /// The guard in an error, if a thread panicked while it held the mutex.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        if let Some(object) = self.object() {
            let hold = match context::visible(Op::Lock(object), at) {
                Answer::Done(_) => Hold::Explored(object),
                _ => Hold::Nothing,
            };
            return self.guard(None, hold, at);
        }
        let lock = || self.real.lock().unwrap_or_else(PoisonError::into_inner);
        let real = record::lock(
            self.recorded(),
            trace::LockMode::Exclusive,
            "lock",
            at,
            || self.real.try_lock().ok(),
            lock,
        );
        self.guard(Some(real), Hold::Real, at)
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    ///
    /// If it is not free, or poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.try_lock_at(Location::caller())
    }

    fn try_lock_at(&self, at: Loc) -> TryLockResult<MutexGuard<'_, T>> {
        if let Some(object) = self.object() {
            let hold = match context::visible(Op::TryLock(object), at) {
                Answer::Done(done) if done.ok => Hold::Explored(object),
                Answer::Done(_) => return Err(TryLockError::WouldBlock),
                _ => Hold::Nothing,
            };
            return Ok(self.guard(None, hold, at)?);
        }
        let real = match self.real.try_lock() {
            Ok(real) => Some(real),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        record::try_lock(
            self.recorded(),
            trace::LockMode::Exclusive,
            real.is_some(),
            "try_lock",
            at,
        );
        match real {
            Some(real) => Ok(self.guard(Some(real), Hold::Real, at)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Whether a thread panicked while it held the mutex.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        if let Some(object) = self.object() {
            let at = Location::caller();
            let looked = context::visible_as(Op::IsPoisoned(object), "is_poisoned", at);
            // What was, and is not so any more.
            if let Answer::Done(done) = looked
                && done.value > 0
            {
                return done.ok;
            }
        }
        self.poison.get()
    }

    /// Forgets that the mutex was poisoned.
    #[track_caller]
    pub fn clear_poison(&self) {
        if let Some(object) = self.object() {
            context::visible_as(Op::ClearPoison(object), "clear_poison", Location::caller());
        }
        self.poison.clear();
    }

    /// The value, without locking: the borrow shows that nobody holds it.
    ///
    /// # Errors
    ///
    /// The value in an error, if the mutex is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        plain::owns(self);
        self.poison.wrap(self.data.get_mut())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Mutex");
        if context::is_exploring() && crate::panic::may_look() {
            match self.try_lock_at(words::here()) {
                Ok(guard) => debug.field("data", &&*guard),
                Err(TryLockError::Poisoned(poisoned)) => {
                    debug.field("data", &&**poisoned.get_ref())
                }
                Err(TryLockError::WouldBlock) => debug.field("data", &"<locked>"),
            };
            return debug
                .field("poisoned", &self.poison.shown(self.object()))
                .finish_non_exhaustive();
        }
        if context::is_exploring() {
            return debug.field("data", &crate::panic::NOT_LOOKED_AT).finish_non_exhaustive();
        }
        let real = self.real.try_lock();
        match &real {
            Err(TryLockError::WouldBlock) => debug.field("data", &"<locked>"),
            // SAFETY: nobody else holds the lock before `real` is dropped.
            _ => debug.field("data", &unsafe { &*self.data.get() }),
        };
        debug.field("poisoned", &self.poison.get()).finish_non_exhaustive()
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        match self.hold {
            Hold::Explored(object) => {
                self.lock.poison.give_back(self.panicking, object, self.at);
                self.lock.id.was_used();
            }
            Hold::Real => {
                self.lock.poison.leave(self.panicking);
                record::unlock(
                    self.lock.recorded(),
                    trace::LockMode::Exclusive,
                    self.at,
                    self.real.take(),
                )
            }
            Hold::Nothing => {}
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock.
        let value = unsafe { &mut *self.lock.data.get() };
        self.hold.hand_out(value);
        value
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
