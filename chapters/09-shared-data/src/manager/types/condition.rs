//! A condition variable with its lock.

use super::{proxy_type, rlock};
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::marker::PhantomData;
use std::task::Poll;
use std::time::{Duration, Instant};

proxy_type! {
    /// A condition variable with a reentrant lock of its own, in a manager
    /// (Python's `manager.Condition()`).
    ///
    /// Whoever waited longest is woken first, and nobody without being
    /// notified. A notification that nobody waits for is forgotten: wait in a
    /// loop, until what you wait for is so.
    Condition, "Condition"
}

/// Releases one level of a [`Condition`]'s lock when dropped.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct ConditionGuard<'a> {
    condition: &'a Condition,
    /// The thread that took the lock must release it.
    _not_send: PhantomData<*const ()>,
}

impl Condition {
    /// Takes the lock; blocks while another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let guard = condition.lock()?;
    /// condition.notify_all()?;
    /// drop(guard);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn lock(&self) -> Result<ConditionGuard<'_>, ManagerError> {
        self.acquire().map(|()| ConditionGuard { condition: self, _not_send: PhantomData })
    }

    /// Takes the lock unless another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let guard = condition.try_lock()?;
    /// assert!(guard.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn try_lock(&self) -> Result<Option<ConditionGuard<'_>>, ManagerError> {
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
    /// # let condition = manager.condition()?;
    /// assert!(condition.lock_timeout(Duration::from_secs(1))?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn lock_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<ConditionGuard<'_>>, ManagerError> {
        let taken = self.acquire_timeout(timeout)?;
        Ok(taken.then(|| ConditionGuard { condition: self, _not_send: PhantomData }))
    }

    /// Takes the lock without a guard; blocks while another thread has it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// condition.acquire()?;
    /// condition.release()?;
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
    /// # let condition = manager.condition()?;
    /// assert!(condition.try_acquire()?);
    /// condition.release()?;
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
    /// # let condition = manager.condition()?;
    /// assert!(condition.acquire_timeout(Duration::from_secs(1))?);
    /// condition.release()?;
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

    /// Gives back one level of the lock.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// assert!(condition.release().is_err(), "this thread does not have it");
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

    /// Releases the lock, all its levels, waits to be notified, and takes them
    /// again.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let list = manager.list([0; 0])?;
    /// std::thread::scope(|scope| {
    ///     let guard = condition.lock().unwrap();
    ///     scope.spawn(|| {
    ///         let _guard = condition.lock().unwrap();
    ///         list.append(1).unwrap();
    ///         condition.notify(1).unwrap();
    ///     });
    ///     while list.is_empty().unwrap() {
    ///         condition.wait().unwrap();
    ///     }
    ///     drop(guard);
    /// });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn wait(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("wait", [], None).map(drop)
    }

    /// As [`wait`](Condition::wait), for at most `timeout`. False if nobody
    /// notified in time; the lock is taken again all the same.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let _guard = condition.lock()?;
    /// assert!(!condition.wait_timeout(Duration::from_millis(1))?, "nobody notifies");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, ManagerError> {
        self.0.call_waiting("wait", [], Some(timeout))
    }

    /// Waits until `fact` is true. It is asked with the lock taken: at first,
    /// and whenever the thread was notified.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let list = manager.list([1])?;
    /// let _guard = condition.lock()?;
    /// condition.wait_for(|| list.len().is_ok_and(|len| len > 0))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn wait_for(&self, mut fact: impl FnMut() -> bool) -> Result<(), ManagerError> {
        while !fact() {
            self.wait()?;
        }
        Ok(())
    }

    /// As [`wait_for`](Condition::wait_for), for at most `timeout`. Says
    /// whether `fact` is true.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let _guard = condition.lock()?;
    /// assert!(!condition.wait_for_timeout(|| false, Duration::from_millis(1))?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn wait_for_timeout(
        &self,
        mut fact: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Result<bool, ManagerError> {
        let begin = Instant::now();
        loop {
            if fact() {
                return Ok(true);
            }
            let left = timeout.saturating_sub(begin.elapsed());
            if left.is_zero() || !self.wait_timeout(left)? {
                return Ok(fact());
            }
        }
    }

    /// Wakes the `n` threads that waited longest, or all if they are fewer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// assert!(condition.notify(1).is_err(), "whoever notifies holds the lock");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn notify(&self, n: u32) -> Result<(), ManagerError> {
        self.0.call("notify", [n.into()])
    }

    /// Wakes all who wait.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let condition = manager.condition()?;
    /// let _guard = condition.lock()?;
    /// condition.notify_all()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn notify_all(&self) -> Result<(), ManagerError> {
        self.notify(u32::MAX)
    }
}

impl Drop for ConditionGuard<'_> {
    fn drop(&mut self) {
        // If the manager is gone, so is the lock.
        let _ = self.condition.release();
    }
}

/// The condition itself.
#[derive(Default)]
struct Server {
    lock: rlock::Server,
    /// In the order in which they came.
    waiting: Vec<Waiter>,
}

/// A thread that waits: until it is notified, and then for the lock.
struct Waiter {
    caller: Caller,
    depth: u64,
    notified: bool,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let () = arguments(given)?;
    Ok(Box::new(Server::default()))
}

impl Server {
    fn wait(&mut self, caller: Caller) -> Poll<Result<Object, RemoteError>> {
        match self.waiting.iter().position(|waiter| waiter.caller.call == caller.call) {
            None if self.lock.is_owned_by(caller.connection) => {
                let depth = self.lock.release_all();
                self.waiting.push(Waiter { caller, depth, notified: false });
                Poll::Pending
            }
            None => Poll::Ready(Err(RemoteError::NotOwner)),
            Some(at) => {
                let done = self.waiting[at].notified || caller.timed_out;
                if !done || !self.lock.is_free() {
                    return Poll::Pending;
                }
                let waiter = self.waiting.remove(at);
                self.lock.restore(caller.connection, waiter.depth);
                Poll::Ready(Ok(waiter.notified.into()))
            }
        }
    }

    fn notify(&mut self, n: u32) {
        let unnotified = self.waiting.iter_mut().filter(|waiter| !waiter.notified);
        unnotified.take(n as usize).for_each(|waiter| waiter.notified = true);
    }
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        let owned = self.lock.is_owned_by(caller.connection);
        match method {
            "acquire" | "release" => self.lock.call(caller, method, given),
            "wait" => self.wait(caller),
            "notify" if owned => Poll::Ready(arguments::<(u32,)>(given).map(|(n,)| {
                self.notify(n);
                Object::None
            })),
            "notify" => Poll::Ready(Err(RemoteError::NotOwner)),
            _ => Poll::Ready(no_method("Condition", method)),
        }
    }

    fn gone(&mut self, connection: u64) {
        self.lock.gone(connection);
        let belongs = |waiter: &Waiter| waiter.caller.connection == connection;
        // A notification that it can no longer follow is the next one's.
        let lost = self.waiting.iter().filter(|waiter| belongs(waiter) && waiter.notified).count();
        self.waiting.retain(|waiter| !belongs(waiter));
        self.notify(lost as u32);
    }
}
