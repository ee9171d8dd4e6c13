//! What a fork copies is whole.
//!
//! A forked child has one thread. What another held locked at that moment is locked in the child for ever, and perhaps half
//! written. So whoever locks a [`Whole`] holds a gate open meanwhile, and a fork waits until nobody does. Every fork does that
//! which runs the handlers of `pthread_atfork`: that of `libc`, and all that is built on it. The bare system call does not.

#[cfg(not(target_os = "linux"))]
compile_error!("it is built on Linux's futex");

mod condvar;
mod gate;

pub use condvar::Condvar;
pub use gate::forks;

use gate::Open;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A mutex that no fork finds locked.
///
/// While a thread has locked one it must not fork, and must not wait for
/// anything that may take long: every fork of the process would wait for that.
/// A panic does not poison it.
#[derive(Debug, Default)]
pub struct Whole<T>(Mutex<T>);

/// The value of a [`Whole`], which is unlocked when this is dropped.
#[must_use = "it is unlocked when this is dropped"]
pub struct WholeGuard<'a, T> {
    // Unlocks first, and then leaves the gate.
    value: MutexGuard<'a, T>,
    _open: Open,
    whole: &'a Whole<T>,
}

impl<T> Whole<T> {
    /// One that is not locked.
    ///
    /// ```
    /// static NAMES: ch08_forks::Whole<Vec<String>> = ch08_forks::Whole::new(Vec::new());
    /// NAMES.lock().push("bob".to_owned());
    /// assert_eq!(NAMES.lock().len(), 1);
    /// ```
    pub const fn new(value: T) -> Whole<T> {
        Whole(Mutex::new(value))
    }

    /// Waits until nobody has locked it, and for a fork that goes on.
    ///
    /// ```
    /// let count = ch08_forks::Whole::new(1);
    /// *count.lock() += 1;
    /// assert_eq!(*count.lock(), 2);
    /// ```
    pub fn lock(&self) -> WholeGuard<'_, T> {
        let open = Open::new();
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        WholeGuard { value, _open: open, whole: self }
    }

    /// The value of one that nobody else has.
    ///
    /// ```
    /// let mut count = ch08_forks::Whole::new(1);
    /// *count.get_mut() += 1;
    /// assert_eq!(*count.lock(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for WholeGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for WholeGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(test)]
mod tests;
