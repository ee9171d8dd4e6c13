//! The condition: a lock, and the line of those who wait.

use crate::wait_list::WaitList;
use crate::{ConditionGuard, ConditionLock, NotOwner};
use ch04_rlock::RLock;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Lets the holder of a lock wait for a notification, as Python's
/// `threading.Condition`.
///
/// `wait` gives the lock back, all levels of it, blocks until notified, and
/// takes the lock again as it was before.
///
/// - `notify(n)` wakes exactly the `n` who have waited longest, or as many as
///   there are, and says how many. They sleep on until the lock is released,
///   as they could do nothing before.
/// - Nobody wakes up unless notified or timed out: there are no spurious
///   wake-ups.
/// - A notification that nobody waits for is forgotten. So wait for a fact and
///   not for a notification: [`wait_for`](Condition::wait_for) looks first.
/// - Several conditions may share one lock: give each a clone of the same
///   [`Arc`].
///
/// It has two faces. The guard from [`lock`](Condition::lock) holds the lock,
/// so its methods cannot be called without. The raw core, which has the same
/// methods here, answers [`NotOwner`] instead.
///
/// When not to use it: if the fact is a value under a [`std::sync::Mutex`],
/// [`std::sync::Condvar`] goes with that.
///
/// ```
/// use ch06_condition::Condition;
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
/// use std::thread;
///
/// let condition = Condition::new();
/// let ready = AtomicBool::new(false);
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         let held = condition.lock();
///         held.wait_for(|| ready.load(Relaxed));
///     });
///     let held = condition.lock();
///     ready.store(true, Relaxed);
///     held.notify(1);
/// });
/// ```
pub struct Condition<L = RLock> {
    lock: Arc<L>,
    waiting: WaitList,
}

impl Condition<RLock> {
    /// A condition over a reentrant lock of its own.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert_eq!(condition.lock().notify_all(), 0);
    /// ```
    pub fn new() -> Condition<RLock> {
        Condition::with_lock(Arc::new(RLock::new()))
    }
}

impl<L: ConditionLock> Condition<L> {
    /// A condition over `lock`, which other conditions may share.
    ///
    /// ```
    /// use ch03_locks::Lock;
    /// use ch06_condition::Condition;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(Lock::new());
    /// let not_empty = Condition::with_lock(Arc::clone(&lock));
    /// let not_full = Condition::with_lock(lock);
    /// let held = not_empty.lock();
    /// held.on(&not_full).notify(1);
    /// ```
    pub const fn with_lock(lock: Arc<L>) -> Condition<L> {
        Condition { lock, waiting: WaitList::new() }
    }

    /// The lock that this condition stands on.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// let _held = condition.lock();
    /// assert_eq!(condition.underlying().depth(), 1);
    /// ```
    pub const fn underlying(&self) -> &Arc<L> {
        &self.lock
    }

    /// Waits for the lock, and holds it until the guard is dropped.
    ///
    /// Blocks for as long as another thread holds the lock.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// let held = condition.lock();
    /// held.notify_all();
    /// ```
    pub fn lock(&self) -> ConditionGuard<'_, L> {
        self.acquire();
        ConditionGuard::new(self)
    }

    /// Takes the lock if that is possible without blocking.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert!(condition.try_lock().is_some());
    /// ```
    pub fn try_lock(&self) -> Option<ConditionGuard<'_, L>> {
        self.try_acquire().then(|| ConditionGuard::new(self))
    }

    /// Takes the lock if that is possible within `timeout`.
    ///
    /// Blocks for at most `timeout`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// assert!(condition.lock_timeout(Duration::from_millis(1)).is_some());
    /// ```
    pub fn lock_timeout(&self, timeout: Duration) -> Option<ConditionGuard<'_, L>> {
        self.acquire_timeout(timeout).then(|| ConditionGuard::new(self))
    }
}

/// The raw core. The methods of [`Held`](crate::Held) are the same without the error.
impl<L: ConditionLock> Condition<L> {
    /// Waits for the lock and takes it. Blocks for as long as another thread
    /// holds it.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn acquire(&self) {
        self.lock.acquire();
    }

    /// Takes the lock if that is possible without blocking, and says whether
    /// it did.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert!(condition.try_acquire());
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn try_acquire(&self) -> bool {
        self.lock.try_acquire()
    }

    /// Takes the lock if that is possible within `timeout`, and says whether
    /// it did.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// assert!(condition.acquire_timeout(Duration::from_millis(1)));
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.lock.acquire_timeout(timeout)
    }

    /// Gives the lock back, or one level of it. Never blocks.
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if the calling thread does not hold the lock.
    ///
    /// ```
    /// use ch06_condition::{Condition, NotOwner};
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.release(), Ok(()));
    /// assert_eq!(condition.release(), Err(NotOwner));
    /// ```
    pub fn release(&self) -> Result<(), NotOwner> {
        self.lock.release()
    }

    /// Gives the lock back, blocks until notified, and takes the lock again.
    ///
    /// # Errors
    ///
    /// [`NotOwner`], at once, if the calling thread does not hold the lock.
    ///
    /// ```
    /// use ch06_condition::{Condition, NotOwner};
    ///
    /// let condition = Condition::new();
    /// assert_eq!(condition.wait(), Err(NotOwner));
    /// std::thread::scope(|scope| {
    ///     condition.acquire();
    ///     scope.spawn(|| condition.lock().notify(1));
    ///     condition.wait()?;
    ///     condition.release()
    /// })?;
    /// # Ok::<(), NotOwner>(())
    /// ```
    pub fn wait(&self) -> Result<(), NotOwner> {
        self.wait_until(None).map(drop)
    }

    /// As [`wait`](Condition::wait), but gives up after `timeout`. Says whether
    /// it was notified.
    ///
    /// Blocks for at most `timeout`, and then until the lock is free.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// assert!(!condition.wait_timeout(Duration::from_millis(1))?, "nobody notifies");
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, NotOwner> {
        self.wait_until(deadline(timeout))
    }

    /// Waits until `fact` is true: looks, with the lock held, at once and after
    /// each notification.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// let looked = Cell::new(0);
    /// condition.wait_for(|| {
    ///     looked.set(looked.get() + 1);
    ///     true
    /// })?;
    /// assert_eq!(looked.get(), 1);
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn wait_for(&self, mut fact: impl FnMut() -> bool) -> Result<(), NotOwner> {
        self.must_be_owned()?;
        while !fact() {
            self.wait()?;
        }
        Ok(())
    }

    /// As [`wait_for`](Condition::wait_for), but gives up after `timeout`. Says
    /// whether `fact` was true in the end.
    ///
    /// Blocks for at most `timeout`, and then until the lock is free.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// assert!(!condition.wait_for_timeout(|| false, Duration::from_millis(1))?);
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn wait_for_timeout(
        &self,
        mut fact: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Result<bool, NotOwner> {
        self.must_be_owned()?;
        let deadline = deadline(timeout);
        while !fact() {
            if !self.wait_until(deadline)? {
                return Ok(fact());
            }
        }
        Ok(true)
    }

    /// Wakes the `n` who have waited longest, or as many as there are, and says
    /// how many. Never blocks, and keeps the lock.
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if the calling thread does not hold the lock.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.notify(1)?, 0, "nobody waits");
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn notify(&self, n: usize) -> Result<usize, NotOwner> {
        self.must_be_owned()?;
        Ok(self.waiting.notify(n, |waiter| self.lock.wake_on_release(waiter)))
    }

    /// Wakes all who wait, and says how many. Never blocks, and keeps the lock.
    ///
    /// # Errors
    ///
    /// As [`notify`](Condition::notify).
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.notify_all()?, 0, "nobody waits");
    /// condition.release()?;
    /// # Ok::<(), ch06_condition::NotOwner>(())
    /// ```
    pub fn notify_all(&self) -> Result<usize, NotOwner> {
        self.notify(usize::MAX)
    }

    /// How many wait to be notified. Never blocks.
    ///
    /// To the holder of the lock the answer is exact but for those who are just
    /// giving up; to others it may be out of date when it arrives.
    ///
    /// ```
    /// let condition = ch06_condition::Condition::new();
    /// assert_eq!(condition.waiters(), 0);
    /// ```
    pub fn waiters(&self) -> usize {
        self.waiting.len()
    }

    fn must_be_owned(&self) -> Result<(), NotOwner> {
        if self.lock.is_owned() { Ok(()) } else { Err(NotOwner) }
    }

    fn wait_until(&self, deadline: Option<Instant>) -> Result<bool, NotOwner> {
        // Before anything else: a stranger in the line would swallow a
        // notification that is meant for somebody who may be there.
        self.must_be_owned()?;
        // Into the line before the lock is given back, or a notification could
        // come in between and be forgotten.
        let waiter = self.waiting.arrive();
        let saved = match self.lock.release_all() {
            Ok(saved) => saved,
            Err(not_owner) => {
                self.waiting.leave(&waiter);
                return Err(not_owner);
            }
        };
        let mut notified = waiter.sleep_until(deadline);
        if !notified && !self.waiting.leave(&waiter) {
            // Too late, but a notifier has taken it out of the line and counts on
            // this thread. The wake-up will come, at the latest with the lock.
            waiter.sleep();
            notified = true;
        }
        self.lock.restore(saved);
        Ok(notified)
    }
}

/// `None` if it lies beyond the end of the clock: that is no deadline.
fn deadline(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

impl Default for Condition<RLock> {
    fn default() -> Condition<RLock> {
        Condition::new()
    }
}

impl<L: fmt::Debug> fmt::Debug for Condition<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("lock", &self.lock)
            .field("waiters", &self.waiting.len())
            .finish()
    }
}
