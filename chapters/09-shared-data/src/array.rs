//! Numbers of one type in shared memory, with their lock.

use crate::element::Element;
use crate::region::{Contents, Region, sent_as_memory};
use crate::slice::{IndexError, LengthError, Slice, position};
use ch08_multiprocessing::{OwnerDied, RLock, RLockGuard, TryLockError};
use std::cell::Cell;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

/// An array of fixed length that processes share (Python's `Array`).
///
/// Clones, and copies sent to other processes, are the same array. When the
/// last of them is gone the memory is too.
///
/// The methods of the array take the lock for one access. The guard that
/// [`lock`](Array::lock) returns is a slice: a loop over it runs at the speed
/// of plain memory.
///
/// ```
/// use ch09_shared_data::Array;
/// let array = Array::new(0..10)?;
/// for number in array.lock().expect("nobody has died yet").iter() {
///     number.set(-number.get());
/// }
/// assert_eq!(array.get(-1)?, -9);
/// assert_eq!(array.slice(..3), [0, -1, -2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Array<T: Element> {
    region: Region,
    _element: PhantomData<T>,
}

/// The elements, while the lock is held. Dropping it releases the lock.
///
/// They are [`Cell`]s, since a thread that holds the lock may take it again
/// and then has two guards.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct ArrayGuard<'a, T: Element> {
    _lock: RLockGuard<'a>,
    cells: &'a [Cell<T>],
}

impl<T: Element> Array<T> {
    /// An array of these numbers in a new piece of shared memory.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let squares = Array::new([0, 1, 4])?;
    /// assert_eq!(squares.to_vec(), [0, 1, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new(numbers: impl IntoIterator<Item = T>) -> io::Result<Array<T>> {
        let numbers: Vec<T> = numbers.into_iter().collect();
        let array = Array::zeroed(numbers.len())?;
        for (cell, number) in array.guard(array.region.lock().lock_silently()).iter().zip(numbers) {
            cell.set(number);
        }
        Ok(array)
    }

    /// An array of `len` zeros.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// assert_eq!(Array::<u8>::zeroed(3)?.to_vec(), [0; 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Array::new).
    pub fn zeroed(len: usize) -> io::Result<Array<T>> {
        Ok(Array::of(Region::new(Contents::Array, T::TYPECODE, len)?))
    }

    fn of(region: Region) -> Array<T> {
        Array { region, _element: PhantomData }
    }

    fn guard<'a>(&'a self, lock: RLockGuard<'a>) -> ArrayGuard<'a, T> {
        let start = self.region.elements().cast::<Cell<T>>();
        // SAFETY: the region holds `len` elements of T and is mapped as long
        // as `self`. Everybody touches them with the lock held only, and the
        // lock is held as long as the guard, by this thread, which the guard
        // does not leave.
        let cells = unsafe { std::slice::from_raw_parts(start, self.len()) };
        ArrayGuard { _lock: lock, cells }
    }

    /// How many elements there are.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// assert_eq!(Array::new([1, 2])?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.region.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// assert!(Array::<f64>::zeroed(0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Loads an element; a negative index counts from the end. Blocks while
    /// another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let squares = Array::new([0, 1, 4])?;
    /// assert_eq!(squares.get(-1)?, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn get(&self, index: isize) -> Result<T, IndexError> {
        let position = position(index, self.len())?;
        Ok(self.guard(self.region.lock().lock_silently())[position].get())
    }

    /// Stores an element; otherwise as [`get`](Array::get).
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let numbers = Array::new([0, 1, 4])?;
    /// numbers.set(1, 7)?;
    /// assert_eq!(numbers.to_vec(), [0, 7, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn set(&self, index: isize, number: T) -> Result<(), IndexError> {
        let position = position(index, self.len())?;
        self.guard(self.region.lock().lock_silently())[position].set(number);
        Ok(())
    }

    /// Copies the elements of a slice, under one lock.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let numbers = Array::new([0, 1, 2, 3])?;
    /// assert_eq!(numbers.slice(1..), [1, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slice(&self, slice: impl Into<Slice>) -> Vec<T> {
        let guard = self.guard(self.region.lock().lock_silently());
        slice.into().positions(self.len()).map(|position| guard[position].get()).collect()
    }

    /// Replaces the elements of a slice, under one lock.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let numbers = Array::new([0, 1, 2, 3])?;
    /// numbers.set_slice(..2, &[8, 9])?;
    /// assert_eq!(numbers.to_vec(), [8, 9, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LengthError`], and nothing is replaced, unless there are as many
    /// numbers as elements.
    pub fn set_slice(&self, slice: impl Into<Slice>, numbers: &[T]) -> Result<(), LengthError> {
        let positions = slice.into().positions(self.len());
        if positions.len() != numbers.len() {
            return Err(LengthError { slice: positions.len(), given: numbers.len() });
        }
        let guard = self.guard(self.region.lock().lock_silently());
        for (position, number) in positions.zip(numbers) {
            guard[position].set(*number);
        }
        Ok(())
    }

    /// All elements.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// assert_eq!(Array::new([0.5, 1.5])?.to_vec(), [0.5, 1.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_vec(&self) -> Vec<T> {
        self.slice(..)
    }

    /// Takes the lock for several accesses. See [`RLock::lock`].
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let numbers = Array::new([1, 2])?;
    /// // The two change at once, for all who take the lock.
    /// let guard = numbers.lock().unwrap();
    /// guard[0].swap(&guard[1]);
    /// drop(guard);
    /// assert_eq!(numbers.to_vec(), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`], with the guard in it.
    pub fn lock(&self) -> Result<ArrayGuard<'_, T>, OwnerDied<ArrayGuard<'_, T>>> {
        match self.region.lock().lock() {
            Ok(lock) => Ok(self.guard(lock)),
            Err(died) => Err(died.map(|lock| self.guard(lock))),
        }
    }

    /// Takes the lock if nobody else holds it. See [`RLock::try_lock`].
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// assert!(Array::new([1, 2])?.try_lock().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn try_lock(&self) -> Result<ArrayGuard<'_, T>, TryLockError<ArrayGuard<'_, T>>> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// use std::time::Duration;
    /// let numbers = Array::new([1, 2])?;
    /// let guard = numbers.lock_timeout(Duration::from_secs(1)).unwrap();
    /// guard[0].set(5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<ArrayGuard<'_, T>, TryLockError<ArrayGuard<'_, T>>> {
        match self.region.lock().lock_timeout(timeout) {
            Ok(lock) => Ok(self.guard(lock)),
            Err(error) => Err(error.map(|lock| self.guard(lock))),
        }
    }

    /// The lock itself, which [`lock`](Array::lock) takes: to guard other things with it too.
    ///
    /// ```
    /// # use ch09_shared_data::Array;
    /// let numbers = Array::new([1, 2])?;
    /// assert!(!numbers.get_lock().is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_lock(&self) -> &RLock {
        self.region.lock()
    }
}

impl<T: Element> Deref for ArrayGuard<'_, T> {
    type Target = [Cell<T>];

    fn deref(&self) -> &[Cell<T>] {
        self.cells
    }
}

impl<T: Element> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Array", self.region.lock(), || self.to_vec())
    }
}

/// Shows what the lock protects unless somebody else is at it: to look at
/// something must not block.
pub(crate) fn debug<C: fmt::Debug>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    lock: &RLock,
    contents: impl FnOnce() -> C,
) -> fmt::Result {
    let Some(_guard) = lock.try_lock_silently() else {
        return write!(f, "{name}(<locked>)");
    };
    f.debug_tuple(name).field(&contents()).finish()
}

sent_as_memory!(Array<T>, region => {
    Ok(Array::of(region.expect(Contents::Array, Some(T::TYPECODE.representation()))?))
});
