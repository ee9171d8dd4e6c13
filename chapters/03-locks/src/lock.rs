//! Third step: who finds the lock free does not touch a mutex.

use crate::looks::Looks;
use crate::queue_lock::QueueLock;
use crate::{LockGuard, NotLocked, Waiter};
use std::fmt;
use std::time::{Duration, Instant};

/// A lock without data, in the shape of Python's `threading.Lock`.
///
/// It has two faces. The guards, from [`lock`](Lock::lock), release by
/// themselves, also when the code in between panics. The raw core,
/// [`acquire`](Lock::acquire) and [`release`](Lock::release), is what bindings
/// and other primitives are built on.
///
/// - It has no owner: any thread may release it, as with a binary semaphore.
/// - It is not reentrant: a thread that acquires it twice waits for itself.
/// - It is not fair: when it is released, a thread that comes by may get it
///   before one that has been waiting.
/// - A panic while it is held does not poison it.
///
/// Everything that a thread did before it released the lock is visible to the
/// thread that acquires it next.
///
/// When not to use it: if the lock is there to protect a value, put the value
/// into a [`std::sync::Mutex`]. The compiler then refuses to touch the value
/// without the lock.
///
/// ```
/// use ch03_locks::Lock;
///
/// let lock = Lock::new();
/// {
///     let _held = lock.lock();
///     assert!(lock.is_locked());
/// }
/// assert!(!lock.is_locked());
/// ```
pub struct Lock {
    raw: QueueLock,
}

impl Lock {
    /// A lock that nobody holds. Who finds it held looks again a few times, for some hundred nanoseconds,
    /// before it goes to sleep; but not in the first four waits of a thread, for whatever lock.
    ///
    /// To sleep and to be woken takes microseconds. A lock that is contended often is mostly held for less,
    /// and then it is faster to look. A thread that waits now and then gains nothing by it. So it
    /// is in an exploration: where no thread waits more than four times, none looks, and the proof has
    /// no look to order. Why a look changes nothing but the speed is said at [`with_looks`](Lock::with_looks).
    ///
    /// ```
    /// static LOCK: ch03_locks::Lock = ch03_locks::Lock::new();
    /// assert!(!LOCK.is_locked());
    /// ```
    pub const fn new() -> Lock {
        Lock { raw: QueueLock::new(Looks::ByPractice) }
    }

    /// A lock that nobody holds, for which a thread looks so many times more
    /// before it goes to sleep, in each wait.
    ///
    /// Only the speed depends on the number. A look is an attempt to take the lock, and nothing else: who calls
    /// [`try_lock`](Lock::try_lock) and then [`lock`](Lock::lock) has looked once. It leaves nothing behind when it fails, so
    /// the next one, and the wait after the last, begin as if there had been none. That is proved for 0, 1 and 2
    /// looks, with two threads and with three; one more is the same step from the same state.
    ///
    /// About 10 looks take as long as the way into a short sleep; with 0, a thread gives its processor away at once. [`new`](Lock::new) is
    /// the one or the other, as it goes.
    ///
    /// ```
    /// static LOCK: ch03_locks::Lock = ch03_locks::Lock::with_looks(0);
    /// assert!(LOCK.try_acquire());
    /// ```
    pub const fn with_looks(looks: u32) -> Lock {
        Lock { raw: QueueLock::new(Looks::Always(looks)) }
    }

    /// Waits until the lock is free, and takes it until the guard is dropped.
    ///
    /// Blocks for as long as the lock is held, for ever if the calling thread
    /// itself holds it.
    ///
    /// ```
    /// let lock = ch03_locks::Lock::new();
    /// let held = lock.lock();
    /// assert!(lock.is_locked());
    /// drop(held);
    /// assert!(!lock.is_locked());
    /// ```
    #[inline]
    pub fn lock(&self) -> LockGuard<'_> {
        self.acquire();
        LockGuard::new(self)
    }

    /// Takes the lock if it is free. Never blocks.
    ///
    /// ```
    /// let lock = ch03_locks::Lock::new();
    /// let first = lock.try_lock();
    /// assert!(first.is_some());
    /// assert!(lock.try_lock().is_none());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<LockGuard<'_>> {
        self.try_acquire().then(|| LockGuard::new(self))
    }

    /// Takes the lock if it becomes free within `timeout`.
    ///
    /// Blocks for at most `timeout`, give or take what the scheduler adds.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch03_locks::Lock::new();
    /// let held = lock.lock_timeout(Duration::from_millis(1));
    /// assert!(held.is_some());
    /// assert!(lock.lock_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[inline]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<LockGuard<'_>> {
        self.acquire_timeout(timeout).then(|| LockGuard::new(self))
    }

    /// Raw core: waits until the lock is free, and takes it until somebody
    /// calls [`release`](Lock::release).
    ///
    /// Blocks as [`lock`](Lock::lock) does.
    ///
    /// ```
    /// let lock = ch03_locks::Lock::new();
    /// lock.acquire();
    /// assert!(lock.is_locked());
    /// lock.release()?;
    /// # Ok::<(), ch03_locks::NotLocked>(())
    /// ```
    #[inline]
    pub fn acquire(&self) {
        self.raw.acquire();
    }

    /// Raw core: takes the lock if it is free, and says whether it did. Never
    /// blocks.
    ///
    /// ```
    /// let lock = ch03_locks::Lock::new();
    /// assert!(lock.try_acquire());
    /// assert!(!lock.try_acquire());
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> bool {
        self.raw.try_acquire()
    }

    /// Raw core: takes the lock if it becomes free within `timeout`, and says
    /// whether it did.
    ///
    /// Blocks for at most `timeout`. [`Duration::ZERO`] is one attempt,
    /// [`Duration::MAX`] is as good as no time-out.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch03_locks::Lock::new();
    /// assert!(lock.acquire_timeout(Duration::ZERO));
    /// assert!(!lock.acquire_timeout(Duration::from_millis(1)));
    /// ```
    #[inline]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        if self.raw.try_acquire() {
            return true;
        }
        if timeout.is_zero() {
            return false;
        }
        // Beyond the end of the clock lies no deadline.
        self.raw.acquire_or_sleep(Instant::now().checked_add(timeout))
    }

    /// Raw core: gives the lock back, and wakes one of those who wait for it.
    /// Any thread may do this. Never blocks.
    ///
    /// If a guard is still about, it releases once more when it is dropped:
    /// use either the guards or the raw core.
    ///
    /// # Errors
    ///
    /// [`NotLocked`] if nobody holds the lock. Nothing changes then.
    ///
    /// ```
    /// use ch03_locks::{Lock, NotLocked};
    ///
    /// let lock = Lock::new();
    /// lock.acquire();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| lock.release().expect("another thread may release it"));
    /// });
    /// assert_eq!(lock.release(), Err(NotLocked));
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), NotLocked> {
        self.raw.release()
    }

    /// Raw core: has `waiter` woken when the lock is next released, as if it had
    /// asked for the lock just now; at once if the lock is free. Never blocks.
    ///
    /// This is what a condition does with those who are notified (chapter 6): to
    /// wake them while the lock is held would have them run only to wait again.
    /// The one that is woken does not hold the lock: it has still to acquire it,
    /// and must, since nobody else is woken by that release.
    ///
    /// ```
    /// use ch03_locks::{Lock, Waiter};
    ///
    /// let lock = Lock::new();
    /// let waiter = Waiter::new();
    /// lock.acquire();
    /// lock.wake_on_release(waiter.clone());
    /// lock.release()?;
    /// waiter.sleep();
    /// lock.acquire();
    /// # Ok::<(), ch03_locks::NotLocked>(())
    /// ```
    pub fn wake_on_release(&self, waiter: Waiter) {
        self.raw.wake_on_release(waiter);
    }

    /// Whether somebody holds the lock. Never blocks.
    ///
    /// Other threads go on: the answer may be out of date when it arrives.
    ///
    /// ```
    /// let lock = ch03_locks::Lock::new();
    /// assert!(!lock.is_locked());
    /// ```
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.raw.held()
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("locked", &self.is_locked()).finish()
    }
}
