//! One number in shared memory, without a lock.

use crate::element::Element;
use crate::region::{Contents, Region, sent_as_memory};
use std::fmt;
use std::io;
use std::marker::PhantomData;

/// A number that processes share, without a lock: every operation is atomic by
/// itself (Python's `RawValue`, which promises nothing of the kind).
///
/// What one process stored before a [`store`](RawValue::store) is seen by
/// whoever [`load`](RawValue::load)s that value; the operations that load and
/// store at once are in one order that all processes agree on.
///
/// ```
/// use ch09_shared_data::RawValue;
/// let hits = RawValue::new(0.5)?;
/// assert_eq!(hits.fetch_add(0.25), 0.5);
/// assert_eq!(hits.load(), 0.75);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct RawValue<T: Element> {
    region: Region,
    _element: PhantomData<T>,
}

impl<T: Element> RawValue<T> {
    /// A number in a new piece of shared memory.
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new(number: T) -> io::Result<RawValue<T>> {
        let value = RawValue::of(Region::new(Contents::RawValue, T::TYPECODE, 1)?);
        value.store(number);
        Ok(value)
    }

    fn of(region: Region) -> RawValue<T> {
        RawValue { region, _element: PhantomData }
    }

    fn at(&self) -> *mut T {
        self.region.elements().cast()
    }

    /// The number.
    pub fn load(&self) -> T {
        // SAFETY: the region holds one T and is mapped as long as `self`;
        // everybody touches it by atomic operations only.
        unsafe { T::atomic_load(self.at()) }
    }

    /// Replaces the number.
    pub fn store(&self, number: T) {
        // SAFETY: as in `load`.
        unsafe { T::atomic_store(self.at(), number) }
    }

    /// Replaces the number and returns the old one.
    pub fn swap(&self, number: T) -> T {
        // SAFETY: as in `load`.
        unsafe { T::atomic_swap(self.at(), number) }
    }

    /// Replaces the number if it is `old`, bit for bit; a NaN can be equal
    /// here, and 0.0 is not −0.0.
    ///
    /// # Errors
    ///
    /// The number that it is instead.
    pub fn compare_exchange(&self, old: T, new: T) -> Result<T, T> {
        // SAFETY: as in `load`.
        match unsafe { T::atomic_compare_exchange(self.at(), old, new) } {
            (found, true) => Ok(found),
            (found, false) => Err(found),
        }
    }

    /// Replaces the number by what `change` makes of it, and returns the old
    /// one. `change` runs again when another process was faster.
    pub fn fetch_update(&self, mut change: impl FnMut(T) -> T) -> T {
        let mut old = self.load();
        loop {
            match self.compare_exchange(old, change(old)) {
                Ok(old) => return old,
                Err(found) => old = found,
            }
        }
    }

    /// Adds `number` and returns the old one. Whole numbers wrap around.
    pub fn fetch_add(&self, number: T) -> T {
        self.fetch_update(|old| old.plus(number))
    }
}

impl<T: Element> fmt::Debug for RawValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawValue").field(&self.load()).finish()
    }
}

sent_as_memory!(RawValue<T>, region => {
    Ok(RawValue::of(region.expect(Contents::RawValue, Some(T::TYPECODE.representation()))?))
});
