//! An event.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A flag to wait for, in a manager (Python's `manager.Event()`).
    Event, "Event"
}

impl Event {
    /// Whether it is set.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let done = manager.event()?;
    /// assert!(!done.is_set()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn is_set(&self) -> Result<bool, ManagerError> {
        self.0.call("is_set", [])
    }

    /// Sets it, and wakes all who wait: also if it is cleared at once.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let done = manager.event()?;
    /// done.set()?;
    /// assert!(done.is_set()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn set(&self) -> Result<(), ManagerError> {
        self.0.call("set", [])
    }

    /// Clears it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let done = manager.event()?;
    /// done.set()?;
    /// done.clear()?;
    /// assert!(!done.is_set()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn clear(&self) -> Result<(), ManagerError> {
        self.0.call("clear", [])
    }

    /// Waits until it is set.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let done = manager.event()?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| done.set());
    ///     done.wait().unwrap();
    /// });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn wait(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("wait", [], None).map(drop)
    }

    /// Waits until it is set, for at most `timeout`. False if it was not set
    /// all the time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let done = manager.event()?;
    /// use std::time::Duration;
    /// assert!(!done.wait_timeout(Duration::from_millis(1))?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, ManagerError> {
        self.0.call_waiting("wait", [], Some(timeout))
    }
}

/// The event itself. Those who wait are asked again right after it was set,
/// before anybody can clear it.
#[derive(Default)]
struct Server {
    set: bool,
}

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
            "is_set" => Ok(self.set.into()),
            "set" | "clear" => {
                self.set = method == "set";
                Ok(Object::None)
            }
            "wait" if self.set || caller.timed_out => Ok(self.set.into()),
            "wait" => return Poll::Pending,
            _ => no_method("Event", method),
        })
    }
}
