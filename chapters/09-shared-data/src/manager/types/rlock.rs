//! A reentrant lock.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::marker::PhantomData;
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A reentrant lock in a manager (Python's `manager.RLock()`): the thread
    /// that has it may take it again, and must release it as often.
    ///
    /// If that thread ends, however it ends, the lock is released for it.
    RLock, "RLock"
}

/// Releases one level of an [`RLock`] when dropped.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct RLockGuard<'a> {
    lock: &'a RLock,
    /// The thread that took the lock must release it.
    _not_send: PhantomData<*const ()>,
}

impl RLock {
    /// Takes the lock; blocks while another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// let outer = lock.lock()?;
    /// let inner = lock.lock()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn lock(&self) -> Result<RLockGuard<'_>, ManagerError> {
        self.acquire().map(|()| RLockGuard { lock: self, _not_send: PhantomData })
    }

    /// Takes the lock unless another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// let guard = lock.try_lock()?;
    /// assert!(guard.is_some() && lock.try_lock()?.is_some(), "this thread has it");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn try_lock(&self) -> Result<Option<RLockGuard<'_>>, ManagerError> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`. `None` if another thread
    /// had it all the time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// assert!(lock.lock_timeout(Duration::from_secs(1))?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn lock_timeout(&self, timeout: Duration) -> Result<Option<RLockGuard<'_>>, ManagerError> {
        let taken = self.acquire_timeout(timeout)?;
        Ok(taken.then(|| RLockGuard { lock: self, _not_send: PhantomData }))
    }

    /// Takes the lock without a guard; blocks while another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// lock.acquire()?;
    /// lock.release()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn acquire(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("acquire", [], None).map(drop)
    }

    /// Takes the lock without a guard, unless another thread has it; says whether it did.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// assert!(lock.try_acquire()? && lock.try_acquire()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn try_acquire(&self) -> Result<bool, ManagerError> {
        self.acquire_timeout(Duration::ZERO)
    }

    /// Takes the lock without a guard; blocks for at most `timeout`. Says
    /// whether it did.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// assert!(lock.acquire_timeout(Duration::from_secs(1))?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, ManagerError> {
        self.0.call_waiting("acquire", [], Some(timeout))
    }

    /// Gives back one level.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.rlock()?;
    /// assert!(lock.release().is_err(), "this thread does not have it");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have it.
    pub fn release(&self) -> Result<(), ManagerError> {
        self.0.call("release", [])
    }
}

impl Drop for RLockGuard<'_> {
    fn drop(&mut self) {
        // If the manager is gone, so is the lock.
        let _ = self.lock.release();
    }
}

/// The lock itself: the connection that has it, and how often. A condition
/// has one too.
#[derive(Default)]
pub(super) struct Server {
    owner: Option<u64>,
    depth: u64,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let () = arguments(given)?;
    Ok(Box::new(Server::default()))
}

impl Server {
    pub(super) fn is_free(&self) -> bool {
        self.owner.is_none()
    }

    pub(super) fn is_owned_by(&self, connection: u64) -> bool {
        self.owner == Some(connection)
    }

    /// Takes it, if it is free, as often as said.
    pub(super) fn restore(&mut self, connection: u64, depth: u64) {
        self.owner = Some(connection);
        self.depth = depth;
    }

    /// Releases all levels and says how many they were.
    pub(super) fn release_all(&mut self) -> u64 {
        self.owner = None;
        std::mem::take(&mut self.depth)
    }
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        _: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        let owned = self.is_owned_by(caller.connection);
        Poll::Ready(match method {
            "acquire" if owned || self.is_free() => {
                self.restore(caller.connection, self.depth + 1);
                Ok(true.into())
            }
            "acquire" if caller.timed_out => Ok(false.into()),
            "acquire" => return Poll::Pending,
            "release" if owned => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.owner = None;
                }
                Ok(Object::None)
            }
            "release" => Err(RemoteError::NotOwner),
            _ => no_method("RLock", method),
        })
    }

    fn gone(&mut self, connection: u64) {
        if self.is_owned_by(connection) {
            self.release_all();
        }
    }
}
