//! A lock.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A lock in a manager (Python's `manager.Lock()`). Whoever waited longest
    /// gets it next.
    ///
    /// Any thread may release it. If the thread that took it ends, however it
    /// ends, the lock is released for it.
    Lock, "Lock"
}

/// Releases a [`Lock`] when dropped.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct LockGuard<'a>(&'a Lock);

impl Lock {
    /// Takes the lock; blocks while somebody has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// let guard = lock.lock()?;
    /// assert!(lock.is_locked()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn lock(&self) -> Result<LockGuard<'_>, ManagerError> {
        self.acquire().map(|()| LockGuard(self))
    }

    /// Takes the lock unless somebody has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// let guard = lock.try_lock()?;
    /// assert!(guard.is_some());
    /// assert!(lock.try_lock()?.is_none(), "it is not free");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn try_lock(&self) -> Result<Option<LockGuard<'_>>, ManagerError> {
        self.lock_timeout(Duration::ZERO)
    }

    /// Takes the lock; blocks for at most `timeout`. `None` if somebody had it
    /// all the time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// let _guard = lock.lock()?;
    /// assert!(lock.lock_timeout(Duration::from_millis(1))?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn lock_timeout(&self, timeout: Duration) -> Result<Option<LockGuard<'_>>, ManagerError> {
        Ok(self.acquire_timeout(timeout)?.then(|| LockGuard(self)))
    }

    /// Takes the lock without a guard; blocks while somebody has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
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

    /// Takes the lock without a guard, unless somebody has it; says whether it did.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// assert!(lock.try_acquire()?);
    /// assert!(!lock.try_acquire()?);
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
    /// # let lock = manager.lock()?;
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

    /// Releases the lock.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// lock.acquire()?;
    /// lock.release()?;
    /// assert!(!lock.is_locked()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if nobody has it.
    pub fn release(&self) -> Result<(), ManagerError> {
        self.0.call("release", [])
    }

    /// Whether somebody has it; out of date as soon as it is known.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let lock = manager.lock()?;
    /// assert!(!lock.is_locked()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn is_locked(&self) -> Result<bool, ManagerError> {
        self.0.call("is_locked", [])
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        // If the manager is gone, so is the lock.
        let _ = self.0.release();
    }
}

/// The lock itself: the connection that has it.
#[derive(Default)]
struct Server(Option<u64>);

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let () = arguments(given)?;
    Ok(Box::new(Server::default()))
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        _: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        Poll::Ready(match method {
            "acquire" if self.0.is_none() => {
                self.0 = Some(caller.connection);
                Ok(true.into())
            }
            "acquire" if caller.timed_out => Ok(false.into()),
            "acquire" => return Poll::Pending,
            "release" => self.0.take().map(|_| Object::None).ok_or(RemoteError::NotOwner),
            "is_locked" => Ok(self.0.is_some().into()),
            _ => no_method("Lock", method),
        })
    }

    fn gone(&mut self, connection: u64) {
        self.0.take_if(|holder| *holder == connection);
    }
}
