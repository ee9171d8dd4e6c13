//! The reentrant lock: the owner may come in again.
//!
//! It is the lock of chapter 3 with an owner's mark on it. The owner finds its
//! own mark, and then needs nobody's permission to count a level. A thread that
//! finds another mark may be reading an old one, but not its own: only it
//! writes that, and nobody else removes it. So the mark and the count need no
//! order beyond what the lock gives.

use crate::ReleaseError;
use crate::levels::Levels;
use crate::mark::{NOBODY, first_mark, mark_so_far};
use ch03_locks::{Lock, NotLocked, Waiter};
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A lock that its owner may acquire again, as Python's `threading.RLock`.
///
/// It is free once it has been released as often as it was acquired. Only its
/// owner may release it.
///
/// It is not fair, and a panic while it is held does not poison it. A thread
/// that ends while it holds the raw core leaves the lock locked for good.
/// Acquiring panics if the depth would exceed [`usize::MAX`].
///
/// When not to use it: whoever acquires it again finds the data half-way
/// through its own caller's change. If the code can be arranged so that the
/// lock is taken once, at the outermost call, do that and use
/// [`std::sync::Mutex`].
///
/// ```
/// use ch04_rlock::RLock;
///
/// let lock = RLock::new();
/// let outer = lock.lock();
/// let inner = lock.lock();
/// assert_eq!(lock.depth(), 2);
/// drop(inner);
/// drop(outer);
/// assert!(!lock.is_locked());
/// ```
pub struct RLock {
    lock: Lock,
    /// Who holds the lock. Written only by who holds it.
    owner: AtomicU64,
    /// How deep the owner is in. Read and written only by the owner, and left as it
    /// is when there is none.
    depth: AtomicUsize,
}

impl RLock {
    /// A lock that nobody holds.
    ///
    /// ```
    /// static LOCK: ch04_rlock::RLock = ch04_rlock::RLock::new();
    /// assert!(!LOCK.is_locked());
    /// ```
    pub const fn new() -> RLock {
        RLock { lock: Lock::new(), owner: AtomicU64::new(NOBODY), depth: AtomicUsize::new(0) }
    }

    /// Raw core: as [`lock`](RLock::lock), until [`release`](RLock::release).
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// lock.acquire();
    /// lock.acquire();
    /// lock.release()?;
    /// lock.release()?;
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    #[inline]
    pub fn acquire(&self) {
        self.restore(Levels(1));
    }

    /// Raw core: as [`try_lock`](RLock::try_lock). Says whether it took the
    /// lock.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(lock.try_acquire());
    /// assert!(lock.try_acquire());
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> bool {
        self.enter(1, Lock::try_acquire)
    }

    /// Raw core: as [`lock_timeout`](RLock::lock_timeout). Says whether it took
    /// the lock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(lock.acquire_timeout(Duration::ZERO));
    /// ```
    #[inline]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.enter(1, |lock| lock.acquire_timeout(timeout))
    }

    /// Raw core: gives one level back. The last one frees the lock and wakes
    /// one of those who wait for it. Never blocks.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if nobody holds the lock,
    /// [`ReleaseError::NotOwner`] if another thread does.
    ///
    /// ```
    /// use ch04_rlock::{RLock, ReleaseError};
    ///
    /// let lock = RLock::new();
    /// assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    /// lock.acquire();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| assert_eq!(lock.release(), Err(ReleaseError::NotOwner)));
    /// });
    /// assert_eq!(lock.release(), Ok(()));
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        let depth = self.must_be_mine()?;
        self.leave(depth - 1)
    }

    /// Raw core: gives all levels back at once, however many there are, and
    /// returns them for [`restore`](RLock::restore). Never blocks.
    ///
    /// This is what a condition does before it waits (chapter 6): to give back
    /// one of several levels would not let anybody else in.
    ///
    /// # Errors
    ///
    /// As [`release`](RLock::release).
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// lock.acquire();
    /// lock.acquire();
    /// let levels = lock.release_all()?;
    /// assert!(!lock.is_locked());
    /// lock.restore(levels);
    /// assert_eq!(lock.depth(), 2);
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    pub fn release_all(&self) -> Result<Levels, ReleaseError> {
        let depth = self.must_be_mine()?;
        self.leave(0)?;
        Ok(Levels(depth))
    }

    /// Raw core: waits until the lock is free or the calling thread's own, and
    /// takes as many levels as [`release_all`](RLock::release_all) gave back.
    ///
    /// Blocks for as long as another thread holds the lock.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// lock.acquire();
    /// let levels = lock.release_all()?;
    /// lock.restore(levels);
    /// assert_eq!(lock.depth(), 1);
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    #[inline]
    pub fn restore(&self, levels: Levels) {
        self.enter(levels.0, |lock| {
            lock.acquire();
            true
        });
    }

    /// Raw core: has `waiter` woken when the lock next becomes free, as
    /// [`Lock::wake_on_release`] does. Never blocks.
    ///
    /// ```
    /// use ch03_locks::Waiter;
    ///
    /// let lock = ch04_rlock::RLock::new();
    /// let waiter = Waiter::new();
    /// lock.acquire();
    /// lock.wake_on_release(waiter.clone());
    /// lock.release()?;
    /// waiter.sleep();
    /// lock.acquire();
    /// # Ok::<(), ch04_rlock::ReleaseError>(())
    /// ```
    pub fn wake_on_release(&self, waiter: Waiter) {
        self.lock.wake_on_release(waiter);
    }

    /// How many levels deep the calling thread holds the lock; 0 if it does
    /// not. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert_eq!(lock.depth(), 0);
    /// let _held = lock.lock();
    /// assert_eq!(lock.depth(), 1);
    /// ```
    pub fn depth(&self) -> usize {
        if self.is_owned() { self.depth.load(Relaxed) } else { 0 }
    }

    /// Whether the calling thread holds the lock. Never blocks.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(!lock.is_owned());
    /// ```
    #[inline]
    pub fn is_owned(&self) -> bool {
        let me = mark_so_far();
        me != NOBODY && self.owner.load(Relaxed) == me
    }

    /// Whether any thread holds the lock. Never blocks.
    ///
    /// If it is another thread, the answer may be out of date when it arrives.
    ///
    /// ```
    /// let lock = ch04_rlock::RLock::new();
    /// assert!(!lock.is_locked());
    /// ```
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }

    /// Takes `levels` levels, if the lock is the calling thread's own or else
    /// `acquire` acquires it. Says whether it did.
    #[inline]
    fn enter(&self, levels: usize, acquire: impl FnOnce(&Lock) -> bool) -> bool {
        let me = mark_so_far();
        if me != NOBODY && self.owner.load(Relaxed) == me {
            let depth = self.depth.load(Relaxed).checked_add(levels);
            self.depth.store(depth.expect("an RLock nests usize::MAX deep at most"), Relaxed);
            return true;
        }
        let acquired = acquire(&self.lock);
        if acquired {
            self.owner.store(if me == NOBODY { first_mark() } else { me }, Relaxed);
            self.depth.store(levels, Relaxed);
        }
        acquired
    }

    /// Goes from the depth of the calling thread, which is the owner, to `depth`.
    #[inline]
    fn leave(&self, depth: usize) -> Result<(), ReleaseError> {
        if depth > 0 {
            self.depth.store(depth, Relaxed);
            return Ok(());
        }
        self.owner.store(NOBODY, Relaxed);
        self.lock.release().map_err(|NotLocked| ReleaseError::NotLocked)
    }

    /// The depth, if the calling thread is the owner.
    #[inline]
    fn must_be_mine(&self) -> Result<usize, ReleaseError> {
        match self.owner.load(Relaxed) {
            NOBODY => Err(ReleaseError::NotLocked),
            owner if owner == mark_so_far() => Ok(self.depth.load(Relaxed)),
            _ => Err(ReleaseError::NotOwner),
        }
    }
}

impl Default for RLock {
    fn default() -> RLock {
        RLock::new()
    }
}

impl fmt::Debug for RLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RLock")
            .field("locked", &self.is_locked())
            .field("depth", &self.depth())
            .finish()
    }
}
