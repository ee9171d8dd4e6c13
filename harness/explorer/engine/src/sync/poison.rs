//! Poisoning: a lock remembers that a thread panicked while it held it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LockResult, PoisonError};

use super::hold::Hold;
use crate::machine::{context, plain};

/// Whether a lock is poisoned, and by which panic of the execution; 0 is not.
#[derive(Debug)]
pub(super) struct Flag(AtomicU32);

impl Flag {
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    pub fn clear(&self) {
        self.set(0);
    }

    /// No code of the program writes it, which would be seen: if it is part of a static, the next execution must find it as this one did.
    fn set(&self, by: u32) {
        if plain::is_on() {
            let address = std::ptr::from_ref(self).expose_provenance();
            context::with(|_| plain::keep_static(address, size_of::<Self>()));
        }
        self.0.store(by, Ordering::Relaxed);
    }

    /// A value, as an error if it is poisoned. The machine keeps who found it so.
    pub fn wrap<T>(&self, value: T) -> LockResult<T> {
        match self.0.load(Ordering::Relaxed) {
            0 => Ok(value),
            by => {
                context::with(|machine| machine.found_poisoned(by));
                Err(PoisonError::new(value))
            }
        }
    }

    /// Called when a guard is dropped that was made when `panicking` had this value.
    pub fn leave(&self, panicking: bool, hold: Hold) {
        if !panicking && crate::panic::panicking() {
            let by = context::with(|machine| {
                if let Hold::Explored(lock) = hold {
                    machine.poisoned(lock);
                }
                machine.poisons()
            });
            self.set(by.unwrap_or(u32::MAX));
        }
    }
}
