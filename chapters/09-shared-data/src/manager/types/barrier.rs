//! A barrier.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::collections::HashMap;
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A point at which a fixed number of threads meet, in a manager (Python's
    /// `manager.Barrier()`).
    ///
    /// If one of those who wait runs out of time or ends, the barrier is
    /// broken: nobody waits there for somebody who will not come.
    Barrier, "Barrier"
}

impl Barrier {
    /// Waits until all have come. Returns a number that each of them has for
    /// itself, from 0 up.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// let barrier = manager.barrier(2)?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| barrier.wait());
    ///     assert!(barrier.wait().unwrap() < 2);
    /// });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::BrokenBarrier`] if it is broken, or breaks meanwhile.
    pub fn wait(&self) -> Result<usize, ManagerError> {
        self.0.call_waiting("wait", [], None)
    }

    /// As [`wait`](Barrier::wait), for at most `timeout`. The barrier is broken
    /// if that is over.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// use std::time::Duration;
    /// let barrier = manager.barrier(2)?;
    /// assert!(barrier.wait_timeout(Duration::from_millis(1)).is_err(), "nobody else comes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::BrokenBarrier`] if it is broken, or breaks meanwhile, or
    /// the time ran out.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, ManagerError> {
        self.0.call_waiting("wait", [], Some(timeout))
    }

    /// Breaks it until it is [`reset`](Barrier::reset).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// let barrier = manager.barrier(2)?;
    /// barrier.abort()?;
    /// assert!(barrier.wait().is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn abort(&self) -> Result<(), ManagerError> {
        self.0.call("abort", [])
    }

    /// Makes it as new. Those who wait get [`RemoteError::BrokenBarrier`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// let barrier = manager.barrier(1)?;
    /// barrier.abort()?;
    /// barrier.reset()?;
    /// assert_eq!(barrier.wait()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn reset(&self) -> Result<(), ManagerError> {
        self.0.call("reset", [])
    }

    /// Whether it is broken.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// let barrier = manager.barrier(2)?;
    /// barrier.abort()?;
    /// assert!(barrier.is_broken()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn is_broken(&self) -> Result<bool, ManagerError> {
        self.0.call("is_broken", [])
    }

    /// How many wait.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// assert_eq!(manager.barrier(2)?.waiting()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn waiting(&self) -> Result<usize, ManagerError> {
        self.0.call("waiting", [])
    }
}

/// The barrier itself.
struct Server {
    parties: usize,
    broken: bool,
    /// Those who have come, in order.
    arrived: Vec<Caller>,
    /// What those will be told who are no longer waited for, by their calls.
    outcomes: HashMap<u64, Result<Object, RemoteError>>,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (parties,) = arguments::<(u32,)>(given)?;
    if parties == 0 {
        return Err(RemoteError::Value("a barrier needs at least one party".to_owned()));
    }
    let parties = parties as usize;
    let (arrived, outcomes) = (Vec::new(), HashMap::new());
    Ok(Box::new(Server { parties, broken: false, arrived, outcomes }))
}

impl Server {
    fn wait(&mut self, caller: Caller) -> Poll<Result<Object, RemoteError>> {
        if let Some(outcome) = self.outcomes.remove(&caller.call) {
            return Poll::Ready(outcome);
        }
        let is_new = self.arrived.iter().all(|other| other.call != caller.call);
        if is_new && !self.broken {
            self.arrived.push(caller);
        }
        if self.arrived.len() == self.parties {
            let met = self.arrived.drain(..).enumerate();
            self.outcomes.extend(met.map(|(i, caller)| (caller.call, Ok(i.into()))));
        } else if caller.timed_out || self.broken {
            self.broken = true;
            self.send_home();
        }
        match self.outcomes.remove(&caller.call) {
            Some(outcome) => Poll::Ready(outcome),
            None if self.broken => Poll::Ready(Err(RemoteError::BrokenBarrier)),
            None => Poll::Pending,
        }
    }

    fn send_home(&mut self) {
        let left = self.arrived.drain(..);
        self.outcomes.extend(left.map(|caller| (caller.call, Err(RemoteError::BrokenBarrier))));
    }
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        _: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        Poll::Ready(match method {
            "wait" => return self.wait(caller),
            "abort" | "reset" => {
                self.broken = method == "abort";
                self.send_home();
                Ok(Object::None)
            }
            "is_broken" => Ok(self.broken.into()),
            "waiting" => Ok(self.arrived.len().into()),
            _ => no_method("Barrier", method),
        })
    }

    fn gone(&mut self, connection: u64) {
        if self.arrived.iter().any(|caller| caller.connection == connection) {
            self.arrived.retain(|caller| caller.connection != connection);
            self.broken = true;
            self.send_home();
        }
    }
}
