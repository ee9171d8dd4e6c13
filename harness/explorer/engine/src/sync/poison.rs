//! Poisoning: a lock remembers that a thread panicked while it held it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LockResult, PoisonError};

use super::hold::Hold;
use crate::machine::context;

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
        self.0.store(0, Ordering::Relaxed);
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
            self.0.store(by.unwrap_or(u32::MAX), Ordering::Relaxed);
        }
    }
}
