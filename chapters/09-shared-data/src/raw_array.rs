//! Numbers of one type in shared memory, without a lock.

use crate::element::Element;
use crate::region::{Contents, Region, sent_as_memory};
use crate::slice::{IndexError, LengthError, Slice, position};
use std::fmt;
use std::io;
use std::marker::PhantomData;

/// An array of fixed length that processes share, without a lock: each access
/// to one element is atomic (Python's `RawArray`, which promises nothing of
/// the kind). Accesses to several elements are not atomic together.
///
/// ```
/// use ch09_shared_data::RawArray;
/// let votes = RawArray::<u32>::zeroed(3)?;
/// votes.fetch_add(-1, 1)?;
/// assert_eq!(votes.slice(..), [0, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RawArray<T: Element> {
    region: Region,
    _element: PhantomData<T>,
}

impl<T: Element> RawArray<T> {
    /// An array of these numbers in a new piece of shared memory.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let squares = RawArray::new([0_i32, 1, 4, 9])?;
    /// assert_eq!(squares.load(3)?, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new(numbers: impl IntoIterator<Item = T>) -> io::Result<RawArray<T>> {
        let numbers: Vec<T> = numbers.into_iter().collect();
        let array = RawArray::zeroed(numbers.len())?;
        for (position, number) in numbers.into_iter().enumerate() {
            array.store_at(position, number);
        }
        Ok(array)
    }

    /// An array of `len` zeros.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let counts = RawArray::<u64>::zeroed(1000)?;
    /// assert_eq!((counts.len(), counts.load(999)?), (1000, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](RawArray::new).
    pub fn zeroed(len: usize) -> io::Result<RawArray<T>> {
        Ok(RawArray::of(Region::new(Contents::RawArray, T::TYPECODE, len)?))
    }

    fn of(region: Region) -> RawArray<T> {
        RawArray { region, _element: PhantomData }
    }

    fn at(&self, position: usize) -> *mut T {
        assert!(position < self.len());
        // SAFETY: the region holds `len` elements of T.
        unsafe { self.region.elements().cast::<T>().add(position) }
    }

    fn load_at(&self, position: usize) -> T {
        // SAFETY: `at` points to an element, mapped as long as `self`;
        // everybody touches it by atomic operations only.
        unsafe { T::atomic_load(self.at(position)) }
    }

    fn store_at(&self, position: usize, number: T) {
        // SAFETY: as in `load_at`.
        unsafe { T::atomic_store(self.at(position), number) }
    }

    /// How many elements there are.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// assert_eq!(RawArray::new([1.5, 2.5])?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.region.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// assert!(RawArray::<u8>::zeroed(0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An element; a negative index counts from the end.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// assert_eq!(RawArray::new([1.5, 2.5])?.load(-1)?, 2.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn load(&self, index: isize) -> Result<T, IndexError> {
        Ok(self.load_at(position(index, self.len())?))
    }

    /// Replaces an element.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let numbers = RawArray::new([1, 2])?;
    /// numbers.store(0, 9)?;
    /// assert_eq!(numbers.load(0)?, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn store(&self, index: isize, number: T) -> Result<(), IndexError> {
        self.store_at(position(index, self.len())?, number);
        Ok(())
    }

    /// Adds `number` to an element and returns the old one. Whole numbers
    /// wrap around.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let counts = RawArray::<u64>::zeroed(2)?;
    /// counts.fetch_add(1, 5)?;
    /// assert_eq!(counts.load(1)?, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn fetch_add(&self, index: isize, number: T) -> Result<T, IndexError> {
        let position = position(index, self.len())?;
        let mut old = self.load_at(position);
        loop {
            // SAFETY: as in `load_at`.
            match unsafe { T::atomic_compare_exchange(self.at(position), old, old.plus(number)) } {
                (old, true) => return Ok(old),
                (found, false) => old = found,
            }
        }
    }

    /// Loads the elements of a slice, one after the other.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let numbers = RawArray::new([0, 1, 2, 3, 4])?;
    /// assert_eq!(numbers.slice(1..3), [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slice(&self, slice: impl Into<Slice>) -> Vec<T> {
        slice.into().positions(self.len()).map(|position| self.load_at(position)).collect()
    }

    /// Stores the elements of a slice, one after the other.
    ///
    /// ```
    /// # use ch09_shared_data::RawArray;
    /// let numbers = RawArray::new([0, 1, 2, 3, 4])?;
    /// numbers.set_slice(1..3, &[7, 8])?;
    /// assert_eq!(numbers.slice(..), [0, 7, 8, 3, 4]);
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
        for (position, number) in positions.zip(numbers) {
            self.store_at(position, *number);
        }
        Ok(())
    }
}

impl<T: Element> fmt::Debug for RawArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawArray").field(&self.slice(..)).finish()
    }
}

sent_as_memory!(RawArray<T>, region => {
    Ok(RawArray::of(region.expect(Contents::RawArray, Some(T::TYPECODE.representation()))?))
});
