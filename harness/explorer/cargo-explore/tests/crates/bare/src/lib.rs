//! A number that threads share without asking anybody.

use std::cell::UnsafeCell;

/// The number.
#[derive(Debug, Default)]
pub struct Bare(UnsafeCell<u64>);

// SAFETY: none. That is what is found out.
unsafe impl Sync for Bare {}

impl Bare {
    /// Adds one.
    pub fn add(&self) {
        // SAFETY: none, as above.
        unsafe { *self.0.get() += 1 };
    }

    /// Adds one, and does something with it.
    #[inline]
    pub fn with<R>(&self, does: impl FnOnce(u64) -> R) -> R {
        self.add();
        // SAFETY: none, as above.
        does(unsafe { *self.0.get() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::thread;

    #[test]
    fn both_add() {
        let bare = Bare::default();
        thread::scope(|scope| {
            scope.spawn(|| bare.add());
            bare.add();
        });
    }

    #[test]
    fn both_add_with_a_lock() {
        let (bare, lock) = (Bare::default(), Mutex::new(()));
        let add = || {
            let _guard = lock.lock().unwrap();
            bare.add();
        };
        thread::scope(|scope| {
            scope.spawn(add);
            add();
        });
    }

    #[test]
    fn the_other_may_be_gone() {
        let shared = Arc::new(());
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || drop(theirs));
        assert_eq!(Arc::strong_count(&shared), 2);
        other.join().unwrap();
    }
}
