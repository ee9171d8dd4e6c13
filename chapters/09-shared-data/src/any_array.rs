//! An array whose type is chosen at run time, by a typecode.

use crate::any_value::CreateError;
use crate::item::{Item, ItemError};
use crate::region::{Contents, Region, sent_as_memory};
use crate::slice::{IndexError, LengthError, Slice, position};
use crate::typecode::Typecode;
use crate::untyped;
use ch08_multiprocessing::RLock;
use std::fmt;
use thiserror::Error;

/// Why elements were not replaced.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum SetError {
    /// There is no such element.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// There are not as many items as elements.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// An item does not fit the typecode.
    #[error(transparent)]
    Item(#[from] ItemError),
}

/// An [`Array`](crate::Array) whose type is chosen at run time: Python's
/// `Array('i', range(10))`.
///
/// ```
/// use ch09_shared_data::{AnyArray, Item, Typecode};
/// let array = AnyArray::new(Typecode::Int, 0..10)?;
/// array.set(-1, -9)?;
/// assert_eq!(array.slice(-2..), [Item::Int(8), Item::Int(-9)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AnyArray {
    region: Region,
}

impl AnyArray {
    /// An array of these items in a new piece of shared memory.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let numbers = AnyArray::new(Typecode::Int, [1, 2, 3])?;
    /// assert_eq!(numbers.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub fn new<I>(typecode: Typecode, items: I) -> Result<AnyArray, CreateError>
    where
        I: IntoIterator<Item: Into<Item>>,
    {
        let items: Vec<Item> = items.into_iter().map(Into::into).collect();
        let array = AnyArray::zeroed(typecode, items.len())?;
        let guard = array.region.lock().lock_silently();
        for (position, item) in items.into_iter().enumerate() {
            untyped::store(&array.region, position, item, &guard)?;
        }
        drop(guard);
        Ok(array)
    }

    /// An array of `len` zeros.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// assert_eq!(AnyArray::zeroed(Typecode::Double, 2)?.get(1)?, Item::Float(0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn zeroed(typecode: Typecode, len: usize) -> std::io::Result<AnyArray> {
        Ok(AnyArray { region: Region::new(Contents::Array, typecode, len)? })
    }

    /// The typecode of its elements.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// assert_eq!(AnyArray::zeroed(Typecode::Double, 2)?.typecode().size(), 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn typecode(&self) -> Typecode {
        self.region.typecode()
    }

    /// How many elements there are.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// assert_eq!(AnyArray::zeroed(Typecode::Double, 2)?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.region.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// assert!(AnyArray::zeroed(Typecode::Double, 0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Loads an element; a negative index counts from the end. Blocks while
    /// another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let numbers = AnyArray::new(Typecode::Int, [1, 2, 3])?;
    /// assert_eq!(numbers.get(-1)?, Item::Int(3));
    /// assert!(numbers.get(3).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError`] if there is no such element.
    pub fn get(&self, index: isize) -> Result<Item, IndexError> {
        let position = position(index, self.len())?;
        Ok(untyped::load(&self.region, position, &self.region.lock().lock_silently()))
    }

    /// Stores an element; otherwise as [`get`](AnyArray::get).
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let numbers = AnyArray::new(Typecode::Int, [1, 2, 3])?;
    /// numbers.set(0, 9)?;
    /// assert_eq!(numbers.get(0)?, Item::Int(9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SetError`], and nothing is stored.
    pub fn set(&self, index: isize, item: impl Into<Item>) -> Result<(), SetError> {
        let position = position(index, self.len())?;
        let guard = self.region.lock().lock_silently();
        Ok(untyped::store(&self.region, position, item.into(), &guard)?)
    }

    /// Copies the elements of a slice, under one lock.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let numbers = AnyArray::new(Typecode::Int, [1, 2, 3])?;
    /// assert_eq!(numbers.slice(1..), [Item::Int(2), Item::Int(3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slice(&self, slice: impl Into<Slice>) -> Vec<Item> {
        let guard = self.region.lock().lock_silently();
        let load = |position| untyped::load(&self.region, position, &guard);
        slice.into().positions(self.len()).map(load).collect()
    }

    /// Replaces the elements of a slice, under one lock.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let numbers = AnyArray::new(Typecode::Int, [1, 2, 3])?;
    /// numbers.set_slice(..1, [7])?;
    /// assert_eq!(numbers.get(0)?, Item::Int(7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SetError`], and nothing is replaced.
    pub fn set_slice<I>(&self, slice: impl Into<Slice>, items: I) -> Result<(), SetError>
    where
        I: IntoIterator<Item: Into<Item>>,
    {
        let items: Vec<Item> = items.into_iter().map(Into::into).collect();
        let positions = slice.into().positions(self.len());
        if positions.len() != items.len() {
            return Err(LengthError { slice: positions.len(), given: items.len() }.into());
        }
        for item in &items {
            item.to_bits(self.typecode())?;
        }
        let guard = self.region.lock().lock_silently();
        for (position, item) in positions.zip(items) {
            untyped::store(&self.region, position, item, &guard)?;
        }
        Ok(())
    }

    /// The characters of an array of typecode `c` or `u` up to the first NUL,
    /// `c` as Latin-1 (Python's `.value`); `None` for any other typecode.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// let text = AnyArray::new(Typecode::Unicode, "snow".chars())?;
    /// assert_eq!(text.text(), Some("snow".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        for item in self.slice(..) {
            match item {
                Item::Char(0) | Item::Unicode('\0') => return Some(text),
                Item::Char(byte) => text.push(byte.into()),
                Item::Unicode(char) => text.push(char),
                Item::Int(_) | Item::Float(_) => return None,
            }
        }
        matches!(self.typecode(), Typecode::Char | Typecode::Unicode).then_some(text)
    }

    /// The lock, to hold over several accesses.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyArray, Item, Typecode};
    /// assert!(!AnyArray::zeroed(Typecode::Double, 2)?.get_lock().is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_lock(&self) -> &RLock {
        self.region.lock()
    }
}

impl fmt::Debug for AnyArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::array::debug(f, "AnyArray", self.region.lock(), || (self.typecode(), self.slice(..)))
    }
}

sent_as_memory!(AnyArray, region => {
    Ok(AnyArray { region: region.expect(Contents::Array, None)? })
});
