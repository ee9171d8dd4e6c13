//! Poisoning: a lock remembers that a thread panicked while it held it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LockResult, PoisonError};

use super::hold::Hold;
use crate::machine::context;

/// Whether a lock is poisoned.
#[derive(Debug)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn set(&self, poisoned: bool) {
        self.0.store(poisoned, Ordering::Relaxed);
    }

    /// The value, as an error if the lock is poisoned.
    pub fn wrap<T>(&self, value: T) -> LockResult<T> {
        if self.get() { Err(PoisonError::new(value)) } else { Ok(value) }
    }

    /// The guard of a lock that was just taken, as an error if the lock is poisoned. The machine keeps who found it so.
    pub fn wrap_guard<T>(&self, guard: T, hold: Hold) -> LockResult<T> {
        if let (true, Hold::Explored(lock)) = (self.get(), hold) {
            context::with(|machine| machine.found_poisoned(lock));
        }
        self.wrap(guard)
    }

    /// Called when a guard is dropped that was made when `panicking` had this value.
    pub fn leave(&self, panicking: bool, hold: Hold) {
        if !panicking && crate::panic::panicking() {
            self.set(true);
            if let Hold::Explored(lock) = hold {
                context::with(|machine| machine.poisoned(lock));
            }
        }
    }
}
