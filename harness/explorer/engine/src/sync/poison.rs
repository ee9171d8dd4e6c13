//! Poisoning: a lock remembers that a thread panicked while it held it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LockResult, PoisonError};

use crate::machine::context::Answer;
use crate::machine::op::{Loc, Obj, Op};
use crate::machine::{context, plain, words};

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

    /// The same, for who shows the explored lock: a look like `is_poisoned`, and a step where somebody poisons a lock.
    pub fn shown(&self, lock: Option<Obj>) -> bool {
        let is_a_step = context::with(|machine| {
            machine.policies.asks_poison = true;
            machine.config.poisons
        });
        if let (Some(true), Some(lock)) = (is_a_step, lock)
            && let Answer::Done(done) =
                context::visible_as(Op::IsPoisoned(lock), "is_poisoned", words::here())
            && done.value > 0
        {
            return done.ok;
        }
        self.get()
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

    /// Called when a guard is dropped that was made when `panicking` had this value, and that holds the real lock.
    pub fn leave(&self, panicking: bool) {
        if !panicking && crate::panic::panicking() {
            self.set(context::with(|machine| machine.poisons()).unwrap_or(u32::MAX));
        }
    }

    /// Gives an explored lock back. If its guard is dropped by a panic, which came when the guard was there already, it is poisoned before that; until a panic has come so far,
    /// others find the lock held and not poisoned.
    pub fn give_back(&self, panicking: bool, lock: Obj, at: Loc) {
        let poisons = !panicking && crate::panic::panicking();
        let poison = || {
            let by = context::with(|machine| {
                machine.poisoned(lock);
                machine.poisons()
            });
            self.set(by.unwrap_or(u32::MAX));
        };
        // Only `is_poisoned` can tell the moments in between from those before.
        let apart = context::with(|machine| machine.config.poisons) == Some(true);
        if poisons && apart {
            context::visible(Op::Poison(lock), at);
            poison();
        }
        context::visible(Op::Unlock(lock), at);
        if poisons && !apart {
            poison();
        }
    }
}
