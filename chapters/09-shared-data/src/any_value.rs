//! A value whose type is chosen at run time, by a typecode.

use crate::item::{Item, ItemError};
use crate::region::{Contents, Region, sent_as_memory};
use crate::typecode::Typecode;
use crate::untyped;
use ch08_multiprocessing::RLock;
use std::fmt;
use std::io;
use thiserror::Error;

/// Why a value or an array was not made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CreateError {
    /// An item does not fit the typecode.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// The process may open no more descriptors, or there is no memory.
    #[error("cannot make shared memory")]
    Io(#[from] io::Error),
}

/// A [`Value`](crate::Value) whose type is chosen at run time: Python's
/// `Value('d', 0.0)`.
///
/// Whole numbers wrap around, as in C and in CPython. A number too large for
/// `f` is an error here, where CPython stores infinity.
///
/// The lock is reentrant, so several accesses become one like this:
///
/// ```
/// use ch09_shared_data::{AnyValue, Item, Typecode};
/// let value = AnyValue::new(Typecode::SignedChar, 100)?;
/// let _guard = value.get_lock().lock().expect("nobody has died yet");
/// if let Item::Int(n) = value.get() {
///     value.set(n + 100)?;
/// }
/// assert_eq!(value.get(), Item::Int(-56));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AnyValue {
    region: Region,
}

impl AnyValue {
    /// A value in a new piece of shared memory.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyValue, Item, Typecode};
    /// let half = AnyValue::new(Typecode::Double, 0.5)?;
    /// assert_eq!(half.get(), Item::Float(0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub fn new(typecode: Typecode, item: impl Into<Item>) -> Result<AnyValue, CreateError> {
        let value = AnyValue { region: Region::new(Contents::Value, typecode, 1)? };
        value.set(item)?;
        Ok(value)
    }

    /// Its typecode.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyValue, Item, Typecode};
    /// assert_eq!(AnyValue::new(Typecode::Int, 1)?.typecode().c_name(), "int");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn typecode(&self) -> Typecode {
        self.region.typecode()
    }

    /// Loads the item. Blocks while another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyValue, Item, Typecode};
    /// assert_eq!(AnyValue::new(Typecode::Short, -1)?.get(), Item::Int(-1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self) -> Item {
        untyped::load(&self.region, 0, &self.region.lock().lock_silently())
    }

    /// Stores an item. Blocks while another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyValue, Item, Typecode};
    /// let byte = AnyValue::new(Typecode::UnsignedChar, 0)?;
    /// byte.set(257)?;
    /// assert_eq!(byte.get(), Item::Int(1), "as in C");
    /// assert!(byte.set(0.5).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ItemError`], and nothing is stored, if the item does not fit the typecode.
    pub fn set(&self, item: impl Into<Item>) -> Result<(), ItemError> {
        untyped::store(&self.region, 0, item.into(), &self.region.lock().lock_silently())
    }

    /// The lock, to hold over several accesses.
    ///
    /// ```
    /// # use ch09_shared_data::{AnyValue, Item, Typecode};
    /// let n = AnyValue::new(Typecode::Int, 1)?;
    /// assert!(!n.get_lock().is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_lock(&self) -> &RLock {
        self.region.lock()
    }
}

impl fmt::Debug for AnyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::array::debug(f, "AnyValue", self.region.lock(), || (self.typecode(), self.get()))
    }
}

sent_as_memory!(AnyValue, region => {
    Ok(AnyValue { region: region.expect(Contents::Value, None)? })
});
