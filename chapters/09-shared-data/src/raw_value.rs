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
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(7_i64)?;
    /// assert_eq!(n.load(), 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(0.5)?;
    /// assert_eq!(n.load(), 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(&self) -> T {
        // SAFETY: the region holds one T and is mapped as long as `self`;
        // everybody touches it by atomic operations only.
        unsafe { T::atomic_load(self.at()) }
    }

    /// Replaces the number.
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(0_u8)?;
    /// n.store(9);
    /// assert_eq!(n.load(), 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn store(&self, number: T) {
        // SAFETY: as in `load`.
        unsafe { T::atomic_store(self.at(), number) }
    }

    /// Replaces the number and returns the old one.
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(1)?;
    /// assert_eq!(n.swap(2), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn swap(&self, number: T) -> T {
        // SAFETY: as in `load`.
        unsafe { T::atomic_swap(self.at(), number) }
    }

    /// Replaces the number if it is `old`, bit for bit; a NaN can be equal
    /// here, and 0.0 is not −0.0.
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(1)?;
    /// assert_eq!(n.compare_exchange(1, 2), Ok(1));
    /// assert_eq!(n.compare_exchange(1, 3), Err(2), "somebody changed it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(6_u32)?;
    /// assert_eq!(n.fetch_update(|n| 7 * n), 6);
    /// assert_eq!(n.load(), 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use ch09_shared_data::RawValue;
    /// let n = RawValue::new(0)?;
    /// std::thread::scope(|scope| {
    ///     for _ in 0..4 {
    ///         scope.spawn(|| n.fetch_add(1));
    ///     }
    /// });
    /// assert_eq!(n.load(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
