//! One number in shared memory, with its lock.

use crate::element::Element;
use crate::region::{Contents, Region, sent_as_memory};
use ch08_multiprocessing::{OwnerDied, RLock, RLockGuard, TryLockError};
use std::cell::Cell;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

/// A number that processes share (Python's `Value`).
///
/// Clones, and copies sent to other processes, are the same number. When the
/// last of them is gone the memory is too.
///
/// [`get`](Value::get) and [`set`](Value::set) take the lock for one access.
/// An addition is two accesses: hold the lock over both.
///
/// ```
/// use ch09_shared_data::Value;
/// let hits = Value::new(0_i64)?;
/// let guard = hits.lock().expect("nobody has died yet");
/// guard.set(guard.get() + 1);
/// drop(guard);
/// assert_eq!(hits.get(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// When not to use it: for a mere counter, [`RawValue::fetch_add`](crate::RawValue::fetch_add)
/// needs no lock. For data of any other type, or on other machines, there is the manager.
#[derive(Clone)]
pub struct Value<T: Element> {
    region: Region,
    _element: PhantomData<T>,
}

/// The number, while the lock is held. Dropping it releases the lock.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct ValueGuard<'a, T: Element> {
    _lock: RLockGuard<'a>,
    cell: &'a Cell<T>,
}

impl<T: Element> Value<T> {
    /// A number in a new piece of shared memory.
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// let count = Value::new(0)?;
    /// assert_eq!(count.get(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new(number: T) -> io::Result<Value<T>> {
        let value = Value::of(Region::new(Contents::Value, T::TYPECODE, 1)?);
        value.set(number);
        Ok(value)
    }

    fn of(region: Region) -> Value<T> {
        Value { region, _element: PhantomData }
    }

    fn guard<'a>(&'a self, lock: RLockGuard<'a>) -> ValueGuard<'a, T> {
        let at = self.region.elements().cast::<Cell<T>>();
        // SAFETY: the region holds one T and is mapped as long as `self`.
        // Everybody touches it with the lock held only, and the lock is held
        // as long as the guard, by this thread, which the guard does not leave.
        ValueGuard { _lock: lock, cell: unsafe { &*at } }
    }

    /// Loads the number. Blocks while another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// assert_eq!(Value::new(b'x')?.get(), 120);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self) -> T {
        self.guard(self.region.lock().lock_silently()).get()
    }

    /// Stores `number`. Blocks while another thread holds the lock.
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// let n = Value::new(1.0)?;
    /// n.set(2.5);
    /// assert_eq!(n.get(), 2.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&self, number: T) {
        self.guard(self.region.lock().lock_silently()).set(number);
    }

    /// Takes the lock for several accesses. See [`RLock::lock`].
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// let count = Value::new(0)?;
    /// // A `get` and a `set` between which nobody comes.
    /// let guard = count.lock().unwrap();
    /// guard.set(guard.get() + 1);
    /// drop(guard);
    /// assert_eq!(count.get(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`], with the guard in it.
    pub fn lock(&self) -> Result<ValueGuard<'_, T>, OwnerDied<ValueGuard<'_, T>>> {
        match self.region.lock().lock() {
            Ok(lock) => Ok(self.guard(lock)),
            Err(died) => Err(died.map(|lock| self.guard(lock))),
        }
    }

    /// Takes the lock if nobody else holds it. See [`RLock::try_lock`].
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// let count = Value::new(0)?;
    /// assert!(count.try_lock().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn try_lock(&self) -> Result<ValueGuard<'_, T>, TryLockError<ValueGuard<'_, T>>> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// use std::time::Duration;
    /// let count = Value::new(0)?;
    /// let guard = count.lock_timeout(Duration::from_secs(1)).unwrap();
    /// guard.set(1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<ValueGuard<'_, T>, TryLockError<ValueGuard<'_, T>>> {
        match self.region.lock().lock_timeout(timeout) {
            Ok(lock) => Ok(self.guard(lock)),
            Err(error) => Err(error.map(|lock| self.guard(lock))),
        }
    }

    /// The lock itself, which [`lock`](Value::lock) takes: to guard other things with it too.
    ///
    /// ```
    /// # use ch09_shared_data::Value;
    /// let count = Value::new(0)?;
    /// let _guard = count.get_lock().lock().unwrap();
    /// assert!(count.get_lock().is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_lock(&self) -> &RLock {
        self.region.lock()
    }
}

impl<T: Element> Deref for ValueGuard<'_, T> {
    type Target = Cell<T>;

    fn deref(&self) -> &Cell<T> {
        self.cell
    }
}

impl<T: Element> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::array::debug(f, "Value", self.region.lock(), || self.get())
    }
}

sent_as_memory!(Value<T>, region => {
    Ok(Value::of(region.expect(Contents::Value, Some(T::TYPECODE.representation()))?))
});
