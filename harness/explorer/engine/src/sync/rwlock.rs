//! `RwLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use super::hold::Hold;
use super::poison::Flag;
use crate::machine::context::{self, Answer};
use crate::machine::id::Id;
use crate::machine::object::{Lock, State};
use crate::machine::op::{Loc, Obj, Op};
use crate::machine::{plain, words};
use crate::record::{self, Object};
use trace::LockMode;

/// A lock that one writer holds alone or many readers share, as `std::sync::RwLock`.
pub struct RwLock<T: ?Sized> {
    id: Id,
    /// The lock outside of executions.
    real: std::sync::RwLock<()>,
    poison: Flag,
    data: UnsafeCell<T>,
}

// SAFETY: as for std's `RwLock`.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: as for std's `RwLock`: readers share the data.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

/// Shares a [`RwLock`] until it is dropped, as `std::sync::RwLockReadGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    lock: &'a RwLock<T>,
    real: Option<std::sync::RwLockReadGuard<'a, ()>>,
    hold: Hold,
    at: Loc,
    /// std's guard holds a pointer to the value: what that says about panics.
    value: PhantomData<NonNull<T>>,
}

/// Holds a [`RwLock`] alone until it is dropped, as `std::sync::RwLockWriteGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    lock: &'a RwLock<T>,
    real: Option<std::sync::RwLockWriteGuard<'a, ()>>,
    hold: Hold,
    panicking: bool,
    at: Loc,
    /// std's guard stays on its thread.
    not_send: PhantomData<*const ()>,
}

// SAFETY: as for std's guard.
unsafe impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T> {}
// SAFETY: as for std's guard.
unsafe impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T> {}

impl<T> RwLock<T> {
    /// A free lock.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        plain::taken(&value);
        Self {
            id: Id::new(),
            real: std::sync::RwLock::new(()),
            poison: Flag::new(),
            data: UnsafeCell::new(value),
        }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// The value in an error, if the lock is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        plain::owns(&self);
        let poison = self.poison;
        poison.wrap(self.data.into_inner())
    }
}

impl<T: ?Sized> RwLock<T> {
    fn object(&self) -> Option<Obj> {
        // Of the cell: a reference to the value would lie beside that of who holds the lock.
        let size = size_of_val(&self.data);
        let forget = || {
            self.poison.clear();
            if size > 0 {
                // SAFETY: the value is left over from an earlier execution, nobody uses it, and it is overwritten next.
                unsafe { std::ptr::drop_in_place(self.data.get()) };
            }
        };
        self.id
            .get("RwLock", (self.data.get().cast(), size), forget, || State::Lock(Lock::default()))
    }

    fn recorded(&self) -> Object<'_> {
        Object::new(&self.id, trace::ObjectKind::RwLock)
    }

    fn reader<'a>(
        &'a self,
        real: Option<std::sync::RwLockReadGuard<'a, ()>>,
        hold: Hold,
        at: Loc,
    ) -> LockResult<RwLockReadGuard<'a, T>> {
        let guard = RwLockReadGuard { lock: self, real, hold, at, value: PhantomData };
        self.poison.wrap(guard)
    }

    fn writer<'a>(
        &'a self,
        real: Option<std::sync::RwLockWriteGuard<'a, ()>>,
        hold: Hold,
        at: Loc,
    ) -> LockResult<RwLockWriteGuard<'a, T>> {
        let panicking = crate::panic::panicking();
        let guard =
            RwLockWriteGuard { lock: self, real, hold, panicking, at, not_send: PhantomData };
        self.poison.wrap(guard)
    }

    /// Waits until no writer holds the lock, and shares it.
    ///
    /// # Errors
    ///
    /// The guard in an error, if a thread panicked while it held the lock for writing.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let at = Location::caller();
        if let Some(object) = self.object() {
            if context::with(|machine| machine.config.readers) == Some(true) {
                context::visible_as(Op::QueueRead(object), "read", at);
            }
            let hold = match context::visible_as(Op::Read(object), "read", at) {
                Answer::Done(done) => {
                    if done.value == 1 {
                        context::visible_as(Op::ReadBehind(object), "read", at);
                    }
                    Hold::Explored(object)
                }
                _ => Hold::Nothing,
            };
            return self.reader(None, hold, at);
        }
        let lock = || self.real.read().unwrap_or_else(PoisonError::into_inner);
        let real = record::lock(
            self.recorded(),
            LockMode::Shared,
            "read",
            at,
            || self.real.try_read().ok(),
            lock,
        );
        self.reader(Some(real), Hold::Real, at)
    }

    /// Shares the lock if no writer holds it.
    ///
    /// # Errors
    ///
    /// If a writer holds it, or it is poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        self.try_read_at(Location::caller())
    }

    fn try_read_at(&self, at: Loc) -> TryLockResult<RwLockReadGuard<'_, T>> {
        if let Some(object) = self.object() {
            let hold = match context::visible_as(Op::TryRead(object), "try_read", at) {
                Answer::Done(done) if done.ok => Hold::Explored(object),
                Answer::Done(_) => return Err(TryLockError::WouldBlock),
                _ => Hold::Nothing,
            };
            return Ok(self.reader(None, hold, at)?);
        }
        let real = match self.real.try_read() {
            Ok(real) => Some(real),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        record::try_lock(self.recorded(), LockMode::Shared, real.is_some(), "try_read", at);
        match real {
            Some(real) => Ok(self.reader(Some(real), Hold::Real, at)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Waits until nobody holds the lock, and takes it.
    ///
    /// # Errors
    ///
    /// The guard in an error, if a thread panicked while it held the lock for writing.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        if let Some(object) = self.object() {
            if context::with(|machine| machine.config.queues) == Some(true) {
                context::visible_as(Op::Queue(object), "write", at);
            }
            let hold = match context::visible_as(Op::Lock(object), "write", at) {
                Answer::Done(_) => Hold::Explored(object),
                _ => Hold::Nothing,
            };
            return self.writer(None, hold, at);
        }
        let lock = || self.real.write().unwrap_or_else(PoisonError::into_inner);
        let real = record::lock(
            self.recorded(),
            LockMode::Exclusive,
            "write",
            at,
            || self.real.try_write().ok(),
            lock,
        );
        self.writer(Some(real), Hold::Real, at)
    }

    /// Takes the lock if nobody holds it.
    ///
    /// # Errors
    ///
    /// If somebody holds it, or it is poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        if let Some(object) = self.object() {
            let hold = match context::visible_as(Op::TryLock(object), "try_write", at) {
                Answer::Done(done) if done.ok => Hold::Explored(object),
                Answer::Done(_) => return Err(TryLockError::WouldBlock),
                _ => Hold::Nothing,
            };
            return Ok(self.writer(None, hold, at)?);
        }
        let real = match self.real.try_write() {
            Ok(real) => Some(real),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        record::try_lock(self.recorded(), LockMode::Exclusive, real.is_some(), "try_write", at);
        match real {
            Some(real) => Ok(self.writer(Some(real), Hold::Real, at)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Whether a thread panicked while it held the lock for writing.
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

    /// Forgets that the lock was poisoned.
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
    /// The value in an error, if the lock is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        plain::owns(self);
        self.poison.wrap(self.data.get_mut())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RwLock");
        if context::is_exploring() && crate::panic::may_look() {
            match self.try_read_at(words::here()) {
                Ok(guard) => debug.field("data", &&*guard),
                Err(TryLockError::Poisoned(poisoned)) => {
                    debug.field("data", &&**poisoned.get_ref())
                }
                Err(TryLockError::WouldBlock) => debug.field("data", &format_args!("<locked>")),
            };
            return debug
                .field("poisoned", &self.poison.shown(self.object()))
                .finish_non_exhaustive();
        }
        if context::is_exploring() {
            return debug.field("data", &crate::panic::NOT_LOOKED_AT).finish_non_exhaustive();
        }
        let real = self.real.try_read();
        match &real {
            Err(TryLockError::WouldBlock) => debug.field("data", &format_args!("<locked>")),
            // SAFETY: no writer holds the lock before `real` is dropped.
            _ => debug.field("data", &unsafe { &*self.data.get() }),
        };
        debug.field("poisoned", &self.poison.get()).finish_non_exhaustive()
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Turns the write lock into a read lock: no other writer comes between.
    #[track_caller]
    pub fn downgrade(mut guard: Self) -> RwLockReadGuard<'a, T> {
        let (lock, hold, at) = (guard.lock, guard.hold, guard.at);
        guard.hold = Hold::Nothing;
        let real = guard.real.take().map(std::sync::RwLockWriteGuard::downgrade);
        if let Hold::Explored(object) = hold {
            context::visible_as(Op::Downgrade(object), "downgrade", Location::caller());
        }
        drop(guard);
        RwLockReadGuard { lock, real, hold, at, value: PhantomData }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        match self.hold {
            Hold::Explored(object) => {
                context::visible(Op::Unread(object), self.at);
                self.lock.id.was_used();
            }
            Hold::Real => {
                record::unlock(self.lock.recorded(), LockMode::Shared, self.at, self.real.take())
            }
            Hold::Nothing => {}
        }
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        match self.hold {
            Hold::Explored(object) => {
                self.lock.poison.give_back(self.panicking, object, self.at);
                self.lock.id.was_used();
            }
            Hold::Real => {
                self.lock.poison.leave(self.panicking);
                record::unlock(self.lock.recorded(), LockMode::Exclusive, self.at, self.real.take())
            }
            Hold::Nothing => {}
        }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard shares the lock.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock.
        let value = unsafe { &mut *self.lock.data.get() };
        self.hold.hand_out(value);
        value
    }
}

macro_rules! print_like_the_value {
    ($($guard:ident)*) => {$(
        impl<T: ?Sized + fmt::Debug> fmt::Debug for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    )*};
}

print_like_the_value!(RwLockReadGuard RwLockWriteGuard);
