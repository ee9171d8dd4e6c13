//! `thread_local!` and `LocalKey`: values for each thread of the program, which under exploration is a coroutine.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::machine::plain::shadow::How;
use crate::machine::{context, plain};

/// A thread-local value could not be reached, because it is being destroyed or was; as `std::thread::AccessError`.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl std::error::Error for AccessError {}

/// A key for a thread-local value, as `std::thread::LocalKey`. Made by [`thread_local!`](crate::thread_local).
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// The value of a key in one thread, and whether it has a destructor; `None` while that runs and after it.
pub type Entry = (usize, Option<(Rc<dyn Any>, bool)>);

/// The values of a thread outside of executions, by key, in order of first use.
struct Outside(RefCell<Vec<Entry>>);

impl Drop for Outside {
    fn drop(&mut self) {
        // The list is free while a destructor runs: it may use other thread-locals.
        let next = || take_last(&mut self.0.borrow_mut());
        while let Some(last) = next() {
            drop(last);
        }
    }
}

/// Takes the value whose destructor runs next: of those that are left the one that was used first the latest, as std does it on Linux. A value
/// without a destructor stays.
fn take_last(values: &mut [Entry]) -> Option<Rc<dyn Any>> {
    let has_destructor =
        |entry: &&mut Entry| entry.1.as_ref().is_some_and(|(_, destructor)| *destructor);
    let last = values.iter_mut().rev().find(has_destructor)?;
    last.1.take().map(|(value, _)| value)
}

std::thread_local! {
    static OUTSIDE: Outside = const { Outside(RefCell::new(Vec::new())) };
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        Self { init }
    }

    fn value(&'static self, first: &mut Option<T>) -> Result<Rc<dyn Any>, AccessError> {
        plain::asks_who();
        let key = std::ptr::from_ref(self) as usize;
        let find = |values: &[Entry]| {
            let Some((_, value)) = values.iter().find(|(other, _)| *other == key) else {
                return Ok(None);
            };
            let value = value.as_ref().ok_or(AccessError)?;
            Ok(Some(Rc::clone(&value.0)))
        };
        let known = context::with(|machine| find(&machine.threads[machine.current].locals));
        let inside = known.is_some();
        let known = match known {
            Some(known) => known?,
            None => {
                OUTSIDE.try_with(|outside| find(&outside.0.borrow())).map_err(|_| AccessError)??
            }
        };
        if let Some(value) = known {
            return Ok(value);
        }
        // The initialiser may use other keys, so nothing is borrowed meanwhile.
        let value: Rc<dyn Any> = Rc::new(first.take().unwrap_or_else(self.init));
        let mut entry = (key, Some((Rc::clone(&value), std::mem::needs_drop::<T>())));
        // An initialiser may have come to its own key, which has a value then. As in std, the outer one replaces it.
        let mut insert = |values: &mut Vec<Entry>| match values
            .iter_mut()
            .find(|(other, inner)| *other == key && inner.is_some())
        {
            Some(inner) => std::mem::swap(inner, &mut entry),
            None => values.push(std::mem::replace(&mut entry, (key, None))),
        };
        if inside {
            context::with(|machine| {
                let current = machine.current;
                insert(&mut machine.threads[current].locals);
            });
        } else {
            OUTSIDE
                .try_with(|outside| insert(&mut outside.0.borrow_mut()))
                .map_err(|_| AccessError)?;
        }
        let _user = plain::as_the_user();
        drop(entry);
        Ok(value)
    }

    /// Calls `f` with the value.
    ///
    /// # Errors
    ///
    /// If the value is being destroyed or was.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let value = self.value(&mut None)?;
        Ok(f(value.downcast_ref::<T>().expect("a key has one type")))
    }

    /// Calls `f` with the value.
    ///
    /// # Panics
    ///
    /// If the value is being destroyed or was.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        match self.try_with(f) {
            Ok(result) => result,
            Err(AccessError) => {
                panic!(
                    "cannot access a Thread Local Storage value during or after destruction: {AccessError:?}"
                )
            }
        }
    }

    /// Sets the value without running the initialiser, if it has not run; returns what is left of `value`.
    fn initialise_with(&'static self, value: T) -> Option<T> {
        let mut first = Some(value);
        if self.value(&mut first).is_err() {
            panic!(
                "cannot access a Thread Local Storage value during or after destruction: {AccessError:?}"
            );
        }
        first
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Calls `f` with the value, which it reads or writes: a pointer to it may be elsewhere.
    fn touch<R>(&'static self, how: How, f: impl FnOnce(&Cell<T>) -> R) -> R {
        self.with(|cell| {
            plain::used(std::ptr::from_ref(cell).addr(), size_of::<T>(), how);
            f(cell)
        })
    }

    /// Sets the value; the initialiser does not run.
    pub fn set(&'static self, value: T) {
        if let Some(value) = self.initialise_with(Cell::new(value)) {
            self.touch(How::Write, |cell| cell.set(value.into_inner()));
        }
    }

    /// The value.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.touch(How::Read, Cell::get)
    }

    /// Takes the value and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.touch(How::Write, Cell::take)
    }

    /// Replaces the value.
    pub fn replace(&'static self, value: T) -> T {
        self.touch(How::Write, |cell| cell.replace(value))
    }

    /// Replaces the value by what a function makes of it.
    pub fn update(&'static self, f: impl FnOnce(T) -> T)
    where
        T: Copy,
    {
        let value = f(self.get());
        self.touch(How::Write, |cell| cell.set(value));
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Calls `f` with the value, which it writes: a pointer to it may be elsewhere.
    fn touch<R>(&'static self, f: impl FnOnce(&RefCell<T>) -> R) -> R {
        self.with(|cell| {
            plain::used(cell.as_ptr().addr(), size_of::<T>(), How::Write);
            f(cell)
        })
    }

    /// Calls `f` with the value borrowed.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| {
            let user = plain::as_the_user();
            let value = cell.borrow();
            drop(user);
            let result = f(&value);
            let _user = plain::as_the_user();
            drop(value);
            result
        })
    }

    /// Calls `f` with the value borrowed mutably.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| {
            let user = plain::as_the_user();
            let mut value = cell.borrow_mut();
            drop(user);
            let result = f(&mut value);
            let _user = plain::as_the_user();
            drop(value);
            result
        })
    }

    /// Sets the value; the initialiser does not run.
    pub fn set(&'static self, value: T) {
        if let Some(value) = self.initialise_with(RefCell::new(value)) {
            self.touch(|cell| *cell.borrow_mut() = value.into_inner());
        }
    }

    /// Takes the value and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.touch(RefCell::take)
    }

    /// Replaces the value.
    pub fn replace(&'static self, value: T) -> T {
        self.touch(|cell| cell.replace(value))
    }
}

/// Whether the current, explored thread has a value with a destructor.
pub(crate) fn any_left() -> bool {
    let left = |entry: &Entry| entry.1.as_ref().is_some_and(|(_, destructor)| *destructor);
    context::with(|machine| machine.threads[machine.current].locals.iter().any(left)) == Some(true)
}

/// Destroys the values of the current, explored thread, those also that a destructor makes.
pub(crate) fn destroy_all() {
    let next = || context::with(|machine| take_last(&mut machine.threads[machine.current].locals));
    while let Some(value) = next().flatten() {
        drop(value);
    }
}

/// Frees what is left of the values of the current, explored thread, which ends: nobody may touch it any more.
pub(crate) fn free_all() {
    let locals =
        context::with(|machine| std::mem::take(&mut machine.threads[machine.current].locals));
    drop(locals);
}

/// Declares thread-local values, as `std::thread_local!`.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = const $init:block $(; $($rest:tt)*)?) => {
        $(#[$attr])*
        $vis static $name: $crate::thread::LocalKey<$t> = $crate::thread::LocalKey::new({
            // Names that no program uses: its own would be hidden by them.
            const __RUST_STD_INTERNAL_INIT: fn() -> $t = || const { $init };
            __RUST_STD_INTERNAL_INIT
        });
        $($crate::thread_local!($($rest)*);)?
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = const $init:expr $(; $($rest:tt)*)?) => {
        $crate::thread_local!($(#[$attr])* $vis static $name: $t = const { $init } $(; $($rest)*)?);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty = $init:expr $(; $($rest:tt)*)?) => {
        $(#[$attr])*
        $vis static $name: $crate::thread::LocalKey<$t> = $crate::thread::LocalKey::new({
            fn __rust_std_internal_init_fn() -> $t {
                $init
            }
            __rust_std_internal_init_fn
        });
        $($crate::thread_local!($($rest)*);)?
    };
}
