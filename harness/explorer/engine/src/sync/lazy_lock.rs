//! `LazyLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::once_lock::OnceLock;
use crate::machine::op::Loc;
use crate::machine::plain;

/// A value that is made on first use, as `std::sync::LazyLock`.
pub struct LazyLock<T, F = fn() -> T> {
    cell: OnceLock<T>,
    init: UnsafeCell<Option<F>>,
}

// SAFETY: as for std's `LazyLock`: the initialiser is taken by one thread, the value is shared.
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

/// What `std` says of a value whose maker has panicked.
const POISONED: &str = "LazyLock instance has previously been poisoned";

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `f` will make.
    #[track_caller]
    pub const fn new(f: F) -> Self {
        plain::taken(&f);
        Self { cell: OnceLock::new(), init: UnsafeCell::new(Some(f)) }
    }

    /// The value, made now if it was not.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        this.force_at("force", Location::caller())
    }

    fn force_at(&self, call: &'static str, at: Loc) -> &T {
        self.cell.init(Some(POISONED), call, at, &mut || {
            // SAFETY: the cell lets one thread in.
            let init = unsafe { &mut *self.init.get() };
            let Some(taken) = init.take() else { std::panic::panic_any(POISONED) };
            // A `static` is made anew in each execution, with the same initialiser. The copy is used in later executions only;
            // in a `static` the initialiser owns nothing, so using its bytes again is using it again.
            if crate::machine::context::is_exploring() && !std::mem::needs_drop::<F>() {
                // SAFETY: a type without drop glue that is a function or captures nothing owns no resource that two copies could
                // both release; `taken` stays valid.
                *init = Some(unsafe { std::ptr::read(&raw const taken) });
            }
            Some(taken())
        });
        self.cell.written_value()
    }

    /// The value, made now if it was not.
    ///
    /// # Panics
    ///
    /// If the initialiser panics, or did.
    #[track_caller]
    pub fn force_mut(this: &mut Self) -> &mut T {
        Self::force(this);
        this.cell.get_mut().expect("the value was made")
    }
}

impl<T, F> LazyLock<T, F> {
    /// The value, if it was made.
    #[track_caller]
    pub fn get(this: &Self) -> Option<&T> {
        this.cell.get()
    }

    /// The value, if it was made.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.cell.get_mut()
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        self.force_at("deref", Location::caller())
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        Self::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("LazyLock");
        match Self::get(self) {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}
