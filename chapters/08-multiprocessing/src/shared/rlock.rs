//! A reentrant lock that survives its holder.

use super::deadline;
use super::linux::Linux;
use super::memory::{Kind, SharedMemory};
use super::owner_died::{NotOwner, OwnerDied, TryLockError};
use ch08_sync::LockWord;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A reentrant lock in shared memory, for threads of several processes.
///
/// Clones, and copies sent to other processes, are the same lock. Every piece
/// of [`SharedMemory`] has one of its own; a lock can also be made alone.
///
/// - The thread that holds it may take it again, and must release it as often.
/// - If the thread or process that holds it **dies**, the next owner gets it
///   and is told, by [`OwnerDied`]: what the lock protects may be half
///   changed. (CPython's waiters hang for ever.) A waiter notices after
///   50 ms or so.
/// - No fairness: a thread that releases and takes it again may win over one
///   that waits.
///
/// ```
/// let lock = ch08_multiprocessing::RLock::new()?;
/// let guard = lock.lock().expect("nobody has died yet");
/// let again = lock.lock().expect("nobody has died yet");
/// assert!(lock.is_locked());
/// drop((guard, again));
/// assert!(!lock.is_locked());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Limits: the processes must see each other under the same process ids (one
/// pid namespace) and be able to read `/proc`; without, a dead holder's lock stays held.
#[derive(Clone)]
pub struct RLock {
    memory: Arc<SharedMemory>,
}

/// Releases one level of the lock when dropped.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct RLockGuard<'a> {
    lock: &'a RLock,
    /// The thread that took the lock must release it.
    _not_send: PhantomData<*const ()>,
}

impl RLock {
    /// A lock of its own, in its own piece of shared memory.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// assert!(!lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new() -> std::io::Result<RLock> {
        Ok(RLock { memory: Arc::new(SharedMemory::new(Kind::RLOCK, 0)?) })
    }

    /// The lock of this memory; `None` if its kind uses the lock in another way.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let memory = SharedMemory::new(Kind::other(1), 8)?;
    /// let lock = RLock::of(memory).expect("memory of one's own kind has a lock");
    /// let _guard = lock.lock().unwrap();
    /// // Holding it, the eight bytes belong to this thread.
    /// assert_eq!(lock.memory().len(), 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(memory: SharedMemory) -> Option<RLock> {
        let reentrant = memory.kind() == Kind::RLOCK || memory.kind().number().is_some();
        reentrant.then(|| RLock { memory: Arc::new(memory) })
    }

    /// The memory that the lock lies in.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::of(SharedMemory::new(Kind::other(1), 8)?).unwrap();
    /// assert_eq!(lock.memory().kind(), Kind::other(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn memory(&self) -> &SharedMemory {
        &self.memory
    }

    #[inline]
    pub(super) fn word(&self) -> &LockWord {
        self.memory.lock()
    }

    /// Takes the lock; blocks while another thread, of any process, holds it.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// let outer = lock.lock().unwrap();
    /// let inner = lock.lock().unwrap();
    /// drop(outer);
    /// assert!(lock.is_owned(), "until the last guard is dropped");
    /// drop(inner);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`] holds the guard: the lock is taken all the same.
    ///
    /// # Panics
    ///
    /// If this thread holds the lock 2³² − 1 times already.
    #[inline]
    pub fn lock(&self) -> Result<RLockGuard<'_>, OwnerDied<RLockGuard<'_>>> {
        self.word().acquire(&Linux, None);
        self.guard()
    }

    /// Takes the lock if nobody else holds it; does not block.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// let guard = lock.try_lock().unwrap();
    /// assert!(lock.try_lock().is_ok(), "this thread has it");
    /// let other = || lock.try_lock().is_ok();
    /// assert!(!std::thread::scope(|scope| scope.spawn(other).join().unwrap()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`]. A holder's death is noticed by those who wait, so
    /// this may answer `WouldBlock` for a dead one.
    ///
    /// # Panics
    ///
    /// As [`lock`](RLock::lock).
    pub fn try_lock(&self) -> Result<RLockGuard<'_>, TryLockError<RLockGuard<'_>>> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// use std::time::Duration;
    /// let lock = RLock::new()?;
    /// let guard = lock.lock_timeout(Duration::from_secs(1)).unwrap();
    /// assert!(lock.is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryLockError`].
    ///
    /// # Panics
    ///
    /// As [`lock`](RLock::lock).
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<RLockGuard<'_>, TryLockError<RLockGuard<'_>>> {
        if !self.word().acquire(&Linux, deadline(timeout)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.guard()?)
    }

    /// Whether anybody holds it; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// let _guard = lock.lock().unwrap();
    /// assert!(lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_locked(&self) -> bool {
        self.word().is_held()
    }

    /// Whether the calling thread holds it.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// let _guard = lock.lock().unwrap();
    /// assert!(lock.is_owned());
    /// assert!(!std::thread::scope(|scope| scope.spawn(|| lock.is_owned()).join().unwrap()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_owned(&self) -> bool {
        self.word().is_held_by_me(&Linux)
    }

    /// The raw core: takes the lock without a guard. Blocks as
    /// [`lock`](RLock::lock).
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// lock.acquire()?;
    /// assert!(lock.is_owned());
    /// // SAFETY: the level that was acquired above.
    /// unsafe { lock.release()? };
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OwnerDied`] if the last holder died: the lock is taken all the same.
    ///
    /// # Panics
    ///
    /// As [`lock`](RLock::lock).
    pub fn acquire(&self) -> Result<(), OwnerDied<()>> {
        self.word().acquire(&Linux, None);
        self.told()
    }

    /// The raw core: takes the lock without a guard if that needs no waiting.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// lock.try_acquire()?;
    /// // SAFETY: the level that was acquired above.
    /// unsafe { lock.release()? };
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_lock`](RLock::try_lock).
    ///
    /// # Panics
    ///
    /// As [`lock`](RLock::lock).
    pub fn try_acquire(&self) -> Result<(), TryLockError<()>> {
        self.acquire_timeout(Duration::ZERO)
    }

    /// The raw core: takes the lock without a guard; blocks for at most `timeout`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// use std::time::Duration;
    /// let lock = RLock::new()?;
    /// lock.acquire_timeout(Duration::from_secs(1))?;
    /// // SAFETY: the level that was acquired above.
    /// unsafe { lock.release()? };
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`lock_timeout`](RLock::lock_timeout).
    ///
    /// # Panics
    ///
    /// As [`lock`](RLock::lock).
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<(), TryLockError<()>> {
        if !self.word().acquire(&Linux, deadline(timeout)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.told()?)
    }

    fn told(&self) -> Result<(), OwnerDied<()>> {
        if self.word().take_notice_of_death() { Err(OwnerDied::new(())) } else { Ok(()) }
    }

    /// The raw core: gives back one level.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// lock.acquire()?;
    /// // SAFETY: the level that was acquired above.
    /// unsafe { lock.release()? };
    /// assert!(!lock.is_locked());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotOwner`] if the calling thread does not hold the lock.
    ///
    /// # Safety
    ///
    /// The level given back must be one that [`acquire`](RLock::acquire) took:
    /// never one that a guard, still in use, stands for.
    pub unsafe fn release(&self) -> Result<(), NotOwner> {
        if self.word().release(&Linux) { Ok(()) } else { Err(NotOwner) }
    }

    /// Takes the lock and leaves the news of a death to the next who asks.
    ///
    /// For one load or one store: a death leaves no single element half
    /// written, so whoever asks for the lock itself is told instead.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// let guard = lock.lock_silently();
    /// assert!(lock.is_owned());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn lock_silently(&self) -> RLockGuard<'_> {
        self.word().acquire(&Linux, None);
        RLockGuard { lock: self, _not_send: PhantomData }
    }

    /// As [`lock_silently`](RLock::lock_silently), unless somebody else holds it.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, RLock, SharedMemory};
    /// let lock = RLock::new()?;
    /// assert!(lock.try_lock_silently().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_lock_silently(&self) -> Option<RLockGuard<'_>> {
        let taken = self.word().acquire(&Linux, Some(Instant::now()));
        taken.then_some(RLockGuard { lock: self, _not_send: PhantomData })
    }

    #[inline]
    pub(super) fn guard(&self) -> Result<RLockGuard<'_>, OwnerDied<RLockGuard<'_>>> {
        let died = self.word().take_notice_of_death();
        let guard = RLockGuard { lock: self, _not_send: PhantomData };
        if died { Err(OwnerDied::new(guard)) } else { Ok(guard) }
    }
}

impl Drop for RLockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // In a forked child the guard is its parent's, and nothing happens.
        self.lock.word().release(&Linux);
    }
}

impl fmt::Debug for RLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RLock").field("is_locked", &self.is_locked()).finish()
    }
}

impl Serialize for RLock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.memory.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RLock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RLock, D::Error> {
        let lock = RLock::of(SharedMemory::deserialize(deserializer)?);
        lock.ok_or_else(|| de::Error::custom("the memory holds something else than a lock"))
    }
}
