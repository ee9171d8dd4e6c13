//! Semaphores.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A semaphore in a manager (Python's `manager.Semaphore()`).
    ///
    /// Nobody owns what was acquired, so nothing is given back for a thread
    /// that ends.
    Semaphore, "Semaphore"
}

proxy_type! {
    /// A semaphore that cannot be released more often than it was acquired
    /// (Python's `manager.BoundedSemaphore()`).
    BoundedSemaphore, "BoundedSemaphore"
}

/// Gives back one permit when dropped.
#[derive(Debug)]
#[must_use = "the permit is given back when this is dropped"]
pub struct Permit<'a>(&'a Proxy);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // If the manager is gone, so is the semaphore.
        let _ = self.0.call::<Object>("release", [1.into()]);
    }
}

macro_rules! methods {
    ($name:ident, $errors:literal) => {
        impl $name {
            /// Takes one; blocks while there is none.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// let permit = seats.permit()?;
            /// assert!(seats.try_permit()?.is_none());
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// [`ManagerError`], as with every method of a proxy.
            pub fn permit(&self) -> Result<Permit<'_>, ManagerError> {
                self.acquire().map(|()| Permit(&self.0))
            }

            /// Takes one if there is one.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// let permit = seats.try_permit()?;
            /// assert!(permit.is_some());
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// [`ManagerError`].
            pub fn try_permit(&self) -> Result<Option<Permit<'_>>, ManagerError> {
                self.permit_timeout(Duration::ZERO)
            }

            /// Takes one; blocks for at most `timeout`. `None` if there was none
            /// all the time.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// let _permit = seats.permit()?;
            /// assert!(seats.permit_timeout(Duration::from_millis(1))?.is_none());
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// [`ManagerError`].
            pub fn permit_timeout(
                &self,
                timeout: Duration,
            ) -> Result<Option<Permit<'_>>, ManagerError> {
                Ok(self.acquire_timeout(timeout)?.then(|| Permit(&self.0)))
            }

            /// Takes one without a guard; blocks while there is none.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// seats.acquire()?;
            /// seats.release(1)?;
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

            /// Takes one without a guard if there is one; says whether it did.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// assert!(seats.try_acquire()?);
            /// assert!(!seats.try_acquire()?);
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

            /// Takes one without a guard; blocks for at most `timeout`. Says
            /// whether it did.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// assert!(seats.acquire_timeout(Duration::from_secs(1))?);
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

            /// Gives back `n`.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// # use ch09_shared_data::Manager;
            /// # use std::time::Duration;
            /// # let manager = Manager::start()?;
            /// # let seats = manager.semaphore(1)?;
            /// seats.acquire()?;
            /// seats.release(1)?;
            /// assert!(seats.try_acquire()?);
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            #[doc = $errors]
            pub fn release(&self, n: u32) -> Result<(), ManagerError> {
                self.0.call("release", [n.into()])
            }
        }
    };
}
methods!(Semaphore, "[`RemoteError::Value`] if `n` is 0.");
methods!(BoundedSemaphore, "[`RemoteError::Value`] if `n` is 0, or more than were acquired.");

/// The semaphore itself.
struct Server {
    left: u64,
    bound: u64,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (left,) = arguments::<(u32,)>(given)?;
    Ok(Box::new(Server { left: left.into(), bound: u64::MAX }))
}

pub(super) fn new_bounded(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (left,) = arguments::<(u32,)>(given)?;
    Ok(Box::new(Server { left: left.into(), bound: left.into() }))
}

impl Server {
    fn release(&mut self, given: &mut [Object]) -> Result<Object, RemoteError> {
        let (n,) = arguments::<(u32,)>(given)?;
        match self.left.checked_add(n.into()) {
            _ if n == 0 => Err(RemoteError::Value("0 cannot be released".to_owned())),
            Some(left) if left <= self.bound => {
                self.left = left;
                Ok(Object::None)
            }
            _ => Err(RemoteError::Value("more is released than was acquired".to_owned())),
        }
    }
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        Poll::Ready(match method {
            "acquire" if self.left > 0 => {
                self.left -= 1;
                Ok(true.into())
            }
            "acquire" if caller.timed_out => Ok(false.into()),
            "acquire" => return Poll::Pending,
            "release" => self.release(given),
            _ => no_method("Semaphore", method),
        })
    }
}
