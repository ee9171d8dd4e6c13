//! A condition variable.

use super::linux::Linux;
use super::memory::{Kind, Placed, Shareable};
use super::owner_died::{OwnerDied, TryLockError};
use super::rlock::{RLock, RLockGuard};
use super::{Waiters, deadline};
use ch08_sync::Wait;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

/// A condition variable in shared memory, for threads of several processes
/// (Python's `multiprocessing.Condition`).
///
/// Clones, and copies sent to other processes, are the same condition. Its
/// lock is an [`RLock`], of its own or one that it shares with other
/// conditions and data.
///
/// A notification wakes exactly as many as it says, first come first served,
/// and passes over those that have died. One that nobody waits for is
/// forgotten: wait in a loop, until what you wait for is so. When more than
/// 1024 wait at once, those beyond wake up every 50 ms and look for themselves.
///
/// ```
/// use ch08_multiprocessing::Condition;
/// let condition = Condition::new()?;
/// std::thread::scope(|scope| {
///     let guard = condition.lock().expect("nobody has died yet");
///     scope.spawn(|| condition.lock().expect("nobody has died yet").notify(1));
///     // The other gets the lock once this one waits.
///     drop(guard.wait());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Condition {
    lock: RLock,
    waiters: Placed<Waiters>,
}

// SAFETY: atomics; all zeros is an empty queue.
unsafe impl Shareable for Waiters {
    const KIND: Kind = Kind::CONDITION;
}

/// The right to wait and to notify: the lock, which is released when this is dropped.
#[must_use = "the lock is released when this is dropped"]
pub struct ConditionGuard<'a> {
    condition: &'a Condition,
    _lock: RLockGuard<'a>,
}

/// A guard, or the guard with the news that another holder of the lock died.
pub type Guarded<G> = Result<G, OwnerDied<G>>;

impl Condition {
    /// A condition with a lock of its own.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// let condition = Condition::new()?;
    /// assert_eq!(condition.lock().unwrap().notify_all(), 0, "nobody waits");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new() -> io::Result<Condition> {
        Condition::with_lock(RLock::new()?)
    }

    /// A condition over this lock.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// // Two conditions of one lock.
    /// let lock = RLock::new()?;
    /// let (not_empty, not_full) = (Condition::with_lock(lock.clone())?, Condition::with_lock(lock)?);
    /// let _guard = not_empty.lock().unwrap();
    /// assert!(not_full.underlying().is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Condition::new).
    pub fn with_lock(lock: RLock) -> io::Result<Condition> {
        Ok(Condition { lock, waiters: Placed::new()? })
    }

    /// Takes the lock. See [`RLock::lock`].
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// let condition = Condition::new()?;
    /// let guard = condition.lock().unwrap();
    /// assert!(condition.underlying().is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`], with the guard in it.
    pub fn lock(&self) -> Guarded<ConditionGuard<'_>> {
        match self.lock.lock() {
            Ok(lock) => Ok(self.guard(lock)),
            Err(died) => Err(died.map(|lock| self.guard(lock))),
        }
    }

    /// Takes the lock, if no other thread has it.
    ///
    /// ```
    /// use ch08_multiprocessing::Condition;
    ///
    /// let condition = Condition::new()?;
    /// let guard = condition.lock().unwrap();
    /// std::thread::scope(|scope| {
    ///     let other = scope.spawn(|| condition.try_lock().map(drop).map_err(|e| e.to_string()));
    ///     assert!(other.join().unwrap().is_err());
    /// });
    /// drop(guard);
    /// assert!(condition.try_lock().is_ok());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn try_lock(&self) -> Result<ConditionGuard<'_>, TryLockError<ConditionGuard<'_>>> {
        match self.lock.try_lock() {
            Ok(lock) => Ok(self.guard(lock)),
            Err(error) => Err(error.map(|lock| self.guard(lock))),
        }
    }

    /// Takes the lock; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// use std::time::Duration;
    /// let condition = Condition::new()?;
    /// let guard = condition.lock_timeout(Duration::from_secs(1)).unwrap();
    /// assert!(condition.underlying().is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<ConditionGuard<'_>, TryLockError<ConditionGuard<'_>>> {
        match self.lock.lock_timeout(timeout) {
            Ok(lock) => Ok(self.guard(lock)),
            Err(error) => Err(error.map(|lock| self.guard(lock))),
        }
    }

    /// The lock itself.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// let condition = Condition::new()?;
    /// assert!(!condition.underlying().is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn underlying(&self) -> &RLock {
        &self.lock
    }

    fn guard<'a>(&'a self, lock: RLockGuard<'a>) -> ConditionGuard<'a> {
        ConditionGuard { condition: self, _lock: lock }
    }
}

impl ConditionGuard<'_> {
    /// Gives the lock back, all its levels, waits to be notified, and takes
    /// them again.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    /// let (condition, ready) = (Condition::new()?, AtomicBool::new(false));
    /// std::thread::scope(|scope| {
    ///     let mut guard = condition.lock().unwrap();
    ///     scope.spawn(|| {
    ///         ready.store(true, SeqCst);
    ///         condition.lock().unwrap().notify_all();
    ///     });
    ///     while !ready.load(SeqCst) {
    ///         guard = guard.wait().unwrap();
    ///     }
    ///     Ok::<(), Box<dyn std::error::Error>>(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`] if meanwhile another died holding the lock.
    pub fn wait(self) -> Guarded<Self> {
        self.wait_until(None);
        self.told()
    }

    /// As [`wait`](ConditionGuard::wait), but at most for `timeout`. The
    /// boolean is false if nobody notified in time; the lock is taken again
    /// all the same.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// use std::time::Duration;
    /// let condition = Condition::new()?;
    /// let (_guard, notified) = condition.lock().unwrap().wait_timeout(Duration::from_millis(1)).unwrap();
    /// assert!(!notified);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](ConditionGuard::wait).
    pub fn wait_timeout(self, timeout: Duration) -> Guarded<(Self, bool)> {
        let notified = self.wait_until(deadline(timeout));
        match self.told() {
            Ok(guard) => Ok((guard, notified)),
            Err(died) => Err(died.map(|guard| (guard, notified))),
        }
    }

    /// Waits until `fact` is true. It is asked with the lock held: at once, and
    /// after each notification.
    ///
    /// ```
    /// use ch08_multiprocessing::{Condition, Semaphore};
    /// let (condition, done) = (Condition::new()?, Semaphore::new(0)?);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let guard = condition.lock().expect("nobody has died yet");
    ///         done.release(1).expect("there is room for one");
    ///         guard.notify(1);
    ///     });
    ///     let guard = condition.lock().expect("nobody has died yet");
    ///     drop(guard.wait_for(|| done.available() == 1));
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait`](ConditionGuard::wait), before the fact is asked for again.
    pub fn wait_for(self, mut fact: impl FnMut() -> bool) -> Guarded<Self> {
        let mut guard = self;
        while !fact() {
            guard = guard.wait()?;
        }
        Ok(guard)
    }

    /// As [`wait_for`](ConditionGuard::wait_for), at most for `timeout`. The
    /// boolean says whether `fact` was true in the end.
    ///
    /// ```
    /// use ch08_multiprocessing::Condition;
    /// use std::time::Duration;
    /// let condition = Condition::new()?;
    /// let guard = condition.lock().expect("nobody has died yet");
    /// let (_guard, so) = guard
    ///     .wait_for_timeout(|| false, Duration::from_millis(1))
    ///     .expect("nobody has died yet");
    /// assert!(!so);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait_for`](ConditionGuard::wait_for).
    pub fn wait_for_timeout(
        self,
        mut fact: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Guarded<(Self, bool)> {
        let deadline = deadline(timeout);
        let mut guard = self;
        loop {
            if fact() {
                return Ok((guard, true));
            }
            let notified = guard.wait_until(deadline);
            guard = match guard.told() {
                Ok(guard) => guard,
                Err(died) => return Err(died.map(|guard| (guard, false))),
            };
            if !notified {
                let so = fact();
                return Ok((guard, so));
            }
        }
    }

    /// Wakes the `n` that waited longest, or all if they are fewer; returns
    /// how many. They go on one by one, once they get the lock.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// let condition = Condition::new()?;
    /// assert_eq!(condition.lock().unwrap().notify(1), 0, "nobody waits");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notify(&self, n: u32) -> u32 {
        self.condition.waiters.notify(&Linux, n, 0)
    }

    /// Wakes all who wait; returns how many.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Condition, RLock};
    /// let condition = Condition::new()?;
    /// assert_eq!(condition.lock().unwrap().notify_all(), 0, "nobody waits");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notify_all(&self) -> u32 {
        self.notify(u32::MAX)
    }

    fn wait_until(&self, deadline: Option<Instant>) -> bool {
        let Condition { lock, waiters } = self.condition;
        waiters.wait(&Linux, lock.word(), deadline) != Wait::TimedOut
    }

    fn told(self) -> Guarded<Self> {
        match self.condition.lock.word().take_notice_of_death() {
            true => Err(OwnerDied::new(self)),
            false => Ok(self),
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("lock", &self.lock).finish_non_exhaustive()
    }
}

impl fmt::Debug for ConditionGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionGuard").finish_non_exhaustive()
    }
}
