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
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn lock(&self) -> Result<ConditionGuard<'_>, ManagerError> {
        self.acquire().map(|()| ConditionGuard { condition: self, _not_send: PhantomData })
    }

    /// Takes the lock unless another thread has it.
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
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn acquire(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("acquire", [], None).map(drop)
    }

    /// Takes the lock without a guard, unless another thread has it; says whether it did.
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
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, ManagerError> {
        self.0.call_waiting("acquire", [], Some(timeout))
    }

    /// Gives back one level of the lock.
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
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn wait(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("wait", [], None).map(drop)
    }

    /// As [`wait`](Condition::wait), for at most `timeout`. False if nobody
    /// notified in time; the lock is taken again all the same.
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
    /// # Errors
    ///
    /// [`RemoteError::NotOwner`] if this thread does not have the lock.
    pub fn notify(&self, n: u32) -> Result<(), ManagerError> {
        self.0.call("notify", [n.into()])
    }

    /// Wakes all who wait.
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
