//! The guard of a condition: whoever has it holds the lock.

use crate::{Condition, ConditionLock};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

/// Holds a condition's lock until it is dropped. What can be done meanwhile
/// stands at [`Held`].
///
/// It cannot leave its thread:
///
/// ```compile_fail,E0277
/// let condition = ch06_condition::Condition::new();
/// let held = condition.lock();
/// std::thread::scope(|scope| {
///     scope.spawn(move || held.notify(1));
/// });
/// ```
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct ConditionGuard<'c, L: ConditionLock> {
    held: Held<'c, L>,
}

/// A condition whose lock is held, so that nothing here can fail for want of
/// it.
///
/// # Panics
///
/// Only if somebody released the lock under the guard, through the raw core.
pub struct Held<'h, L> {
    condition: &'h Condition<L>,
    /// Not `Send`, yet `Sync`, as `std`'s own guard.
    _stays_here: PhantomData<MutexGuard<'h, ()>>,
}

const RELEASED_UNDERNEATH: &str =
    "the lock was released under its guard; use either the guards or the raw core";

impl<'c, L: ConditionLock> ConditionGuard<'c, L> {
    /// For a condition whose lock the calling thread has just acquired.
    pub(crate) fn new(condition: &'c Condition<L>) -> ConditionGuard<'c, L> {
        ConditionGuard { held: Held { condition, _stays_here: PhantomData } }
    }
}

impl<'h, L: ConditionLock> Held<'h, L> {
    /// Gives the lock back, blocks until notified, and takes the lock again.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// std::thread::scope(|scope| {
    ///     let held = condition.lock();
    ///     scope.spawn(|| condition.lock().notify(1));
    ///     held.wait();
    /// });
    /// ```
    pub fn wait(&self) {
        self.condition.wait().expect(RELEASED_UNDERNEATH);
    }

    /// As [`wait`](Held::wait), but gives up after `timeout`. Says whether it
    /// was notified.
    ///
    /// Blocks for at most `timeout`, and then until the lock is free.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// assert!(!condition.lock().wait_timeout(Duration::from_millis(1)));
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.condition.wait_timeout(timeout).expect(RELEASED_UNDERNEATH)
    }

    /// Waits until `fact` is true: looks, with the lock held, at once and after
    /// each notification.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    ///
    /// let condition = ch06_condition::Condition::new();
    /// let n = AtomicU32::new(0);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         for i in 1..=3 {
    ///             let held = condition.lock();
    ///             n.store(i, Relaxed);
    ///             held.notify(1);
    ///         }
    ///     });
    ///     condition.lock().wait_for(|| n.load(Relaxed) == 3);
    /// });
    /// ```
    pub fn wait_for(&self, fact: impl FnMut() -> bool) {
        self.condition.wait_for(fact).expect(RELEASED_UNDERNEATH);
    }

    /// As [`wait_for`](Held::wait_for), but gives up after `timeout`. Says
    /// whether `fact` was true in the end.
    ///
    /// Blocks for at most `timeout`, and then until the lock is free.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// let held = condition.lock();
    /// assert!(held.wait_for_timeout(|| true, Duration::ZERO));
    /// assert!(!held.wait_for_timeout(|| false, Duration::from_millis(1)));
    /// ```
    pub fn wait_for_timeout(&self, fact: impl FnMut() -> bool, timeout: Duration) -> bool {
        self.condition.wait_for_timeout(fact, timeout).expect(RELEASED_UNDERNEATH)
    }

    /// Wakes the `n` who have waited longest, or as many as there are, and says
    /// how many. Never blocks, and keeps the lock.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert_eq!(condition.lock().notify(3), 0);
    /// ```
    pub fn notify(&self, n: usize) -> usize {
        self.condition.notify(n).expect(RELEASED_UNDERNEATH)
    }

    /// Wakes all who wait, and says how many. Never blocks, and keeps the lock.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert_eq!(condition.lock().notify_all(), 0);
    /// ```
    pub fn notify_all(&self) -> usize {
        self.condition.notify_all().expect(RELEASED_UNDERNEATH)
    }

    /// Another condition on the same lock, which is therefore held too.
    ///
    /// # Panics
    ///
    /// If `other` stands on another lock.
    ///
    /// ```
    /// use ch06_condition::Condition;
    /// use std::sync::Arc;
    ///
    /// let not_empty = Condition::new();
    /// let not_full = Condition::with_lock(Arc::clone(not_empty.underlying()));
    /// let held = not_empty.lock();
    /// assert_eq!(held.on(&not_full).notify(1), 0);
    /// ```
    pub fn on<'o>(&'o self, other: &'o Condition<L>) -> Held<'o, L> {
        let same = Arc::ptr_eq(self.condition.underlying(), other.underlying());
        assert!(same, "the other condition stands on another lock, which is not held here");
        Held { condition: other, _stays_here: PhantomData }
    }
}

impl<'c, L: ConditionLock> Deref for ConditionGuard<'c, L> {
    type Target = Held<'c, L>;

    fn deref(&self) -> &Held<'c, L> {
        &self.held
    }
}

impl<L: ConditionLock> Drop for ConditionGuard<'_, L> {
    fn drop(&mut self) {
        // Fails only if the lock was released under the guard. Drop may run
        // during a panic, where a second panic would end the process.
        let _ = self.held.condition.release();
    }
}

impl<L: fmt::Debug> fmt::Debug for Held<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(self.condition).finish()
    }
}

impl<L: ConditionLock + fmt::Debug> fmt::Debug for ConditionGuard<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConditionGuard").field(self.held.condition).finish()
    }
}
