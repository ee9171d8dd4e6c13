//! `OnceLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::once::Once;
use crate::machine::op::{Loc, Obj};
use crate::machine::plain;

/// A cell that is written once, as `std::sync::OnceLock`.
pub struct OnceLock<T> {
    once: Once,
    value: UnsafeCell<Option<T>>,
    owns: PhantomData<T>,
}

// SAFETY: as for std's `OnceLock`: the value is written once, by one thread, and then shared.
unsafe impl<T: Sync + Send> Sync for OnceLock<T> {}
// SAFETY: the cell owns its value.
unsafe impl<T: Send> Send for OnceLock<T> {}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// An empty cell.
    #[track_caller]
    pub const fn new() -> Self {
        Self { once: Once::new(), value: UnsafeCell::new(None), owns: PhantomData }
    }

    fn object(&self) -> Option<Obj> {
        self.once.object(|| {
            // SAFETY: the value is left over from an earlier execution, and nobody uses it.
            drop(unsafe { (*self.value.get()).take() });
        })
    }

    /// The value, if it is there.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        self.get_at("get", Location::caller())
    }

    fn get_at(&self, call: &'static str, at: Loc) -> Option<&T> {
        let object = self.object();
        self.once.is_done(object, call, at).then(|| self.written()).flatten()
    }

    fn written(&self) -> Option<&T> {
        // SAFETY: only called when the cell is done; nobody writes it after that.
        unsafe { (*self.value.get()).as_ref() }
    }

    /// The value, without a step: the borrow shows that nobody else can reach it.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        plain::owns(self);
        self.value.get_mut().as_mut()
    }

    /// Blocks until another thread has written the cell.
    ///
    /// # Panics
    ///
    /// Never by itself.
    #[track_caller]
    pub fn wait(&self) -> &T {
        self.once.wait_for(self.object(), true, "wait", Location::caller());
        self.written_value()
    }

    /// Writes the cell.
    ///
    /// # Errors
    ///
    /// The value, if the cell is written already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        plain::taken(&value);
        let mut value = Some(value);
        self.init(None, "set", Location::caller(), &mut || value.take());
        value.map_or(Ok(()), Err)
    }

    /// The value; `f` makes it if the cell is empty.
    ///
    /// # Panics
    ///
    /// If `f` panics; the cell stays empty.
    #[track_caller]
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T {
        let mut f = Some(f);
        self.init(None, "get_or_init", Location::caller(), &mut || f.take().map(|f| f()));
        self.written_value()
    }

    /// The value, once `init` has returned.
    pub(super) fn written_value(&self) -> &T {
        self.written().expect("the cell is written")
    }

    pub(super) fn init(
        &self,
        if_poisoned: Option<&'static str>,
        call: &'static str,
        at: Loc,
        make: &mut dyn FnMut() -> Option<T>,
    ) {
        let object = self.object();
        self.once.run(object, if_poisoned, call, at, &mut |_| {
            let value = make();
            // SAFETY: `run` lets one thread in, before anybody reads.
            unsafe { *self.value.get() = value };
        });
    }

    /// The value.
    pub fn into_inner(self) -> Option<T> {
        plain::owns(&self);
        self.value.into_inner()
    }

    /// Takes the value and leaves the cell empty.
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        plain::owns(self);
        let value = self.value.get_mut().take();
        let created = self.once.id.created;
        self.once = Once::new();
        self.once.id.created = created;
        value
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => Self::from(value.clone()),
            None => Self::new(),
        }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        plain::taken(&value);
        let cell = Self::new();
        let mut value = Some(value);
        cell.init(None, "from", Location::caller(), &mut || value.take());
        cell
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
