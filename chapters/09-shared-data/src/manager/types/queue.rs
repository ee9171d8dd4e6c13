//! A queue.

use super::proxy_type;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::collections::VecDeque;
use std::task::Poll;
use std::time::Duration;

proxy_type! {
    /// A queue in a manager (Python's `manager.Queue()`), first in, first out.
    Queue, "Queue"
}

impl Queue {
    /// Puts an item in; blocks while the queue is full.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put("a")?;
    /// assert_eq!(queue.get()?, "a".into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn put(&self, item: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call_waiting("put", [item.into()], None)
    }

    /// Puts an item in, if there is room.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.try_put(1)?;
    /// assert_eq!(queue.try_put(2).unwrap_err().to_string(), "the queue is full");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Full`] if there is none.
    pub fn try_put(&self, item: impl Into<Object>) -> Result<(), ManagerError> {
        self.put_timeout(item, Duration::ZERO)
    }

    /// Puts an item in; blocks for at most `timeout`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put(1)?;
    /// assert!(queue.put_timeout(2, Duration::from_millis(1)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Full`] if it was full all the time.
    pub fn put_timeout(
        &self,
        item: impl Into<Object>,
        timeout: Duration,
    ) -> Result<(), ManagerError> {
        self.0.call_waiting("put", [item.into()], Some(timeout))
    }

    /// Takes an item out; blocks while there is none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| queue.put(7));
    ///     assert_eq!(queue.get().unwrap(), 7.into());
    /// });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn get(&self) -> Result<Object, ManagerError> {
        self.0.call_waiting("get", [], None)
    }

    /// Takes an item out, if there is one.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// assert_eq!(queue.try_get().unwrap_err().to_string(), "the queue is empty");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Empty`] if there is none.
    pub fn try_get(&self) -> Result<Object, ManagerError> {
        self.get_timeout(Duration::ZERO)
    }

    /// Takes an item out; blocks for at most `timeout`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// assert!(queue.get_timeout(Duration::from_millis(1)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Empty`] if it was empty all the time.
    pub fn get_timeout(&self, timeout: Duration) -> Result<Object, ManagerError> {
        self.0.call_waiting("get", [], Some(timeout))
    }

    /// Says that an item that was taken out has been dealt with.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put("a task")?;
    /// queue.get()?;
    /// queue.task_done()?;
    /// assert!(queue.task_done().is_err(), "there was one task");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Value`] if that is more than were put in.
    pub fn task_done(&self) -> Result<(), ManagerError> {
        self.0.call("task_done", [])
    }

    /// Waits until every item that was put in has been dealt with.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put("a task")?;
    /// queue.get()?;
    /// queue.task_done()?;
    /// queue.join()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn join(&self) -> Result<(), ManagerError> {
        self.0.call_waiting::<bool>("join", [], None).map(drop)
    }

    /// As [`join`](Queue::join), for at most `timeout`. False if the time ran out.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put("a task")?;
    /// assert!(!queue.join_timeout(Duration::from_millis(1))?, "it is not done");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn join_timeout(&self, timeout: Duration) -> Result<bool, ManagerError> {
        self.0.call_waiting("join", [], Some(timeout))
    }

    /// How many items are in it; out of date as soon as it is known.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// queue.put(1)?;
    /// assert_eq!(queue.len()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn len(&self) -> Result<usize, ManagerError> {
        self.0.call("len", [])
    }

    /// Whether none is in it; out of date as soon as it is known.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # use std::time::Duration;
    /// # let manager = Manager::start()?;
    /// # let queue = manager.queue(1)?;
    /// assert!(queue.is_empty()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn is_empty(&self) -> Result<bool, ManagerError> {
        self.len().map(|len| len == 0)
    }
}

/// The queue itself. No capacity: without a limit.
struct Server {
    items: VecDeque<Object>,
    capacity: Option<usize>,
    unfinished: usize,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (capacity,) = arguments::<(u32,)>(given)?;
    let capacity = Some(capacity as usize).filter(|&capacity| capacity > 0);
    Ok(Box::new(Server { items: VecDeque::new(), capacity, unfinished: 0 }))
}

impl Shared for Server {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        let full = self.capacity.is_some_and(|capacity| self.items.len() >= capacity);
        Poll::Ready(match method {
            "put" if !full => arguments(given).map(|(item,)| {
                self.items.push_back(item);
                self.unfinished += 1;
                Object::None
            }),
            "put" if caller.timed_out => Err(RemoteError::Full),
            "get" => match self.items.pop_front() {
                Some(item) => Ok(item),
                None if caller.timed_out => Err(RemoteError::Empty),
                None => return Poll::Pending,
            },
            "task_done" => match self.unfinished.checked_sub(1) {
                Some(unfinished) => {
                    self.unfinished = unfinished;
                    Ok(Object::None)
                }
                None => Err(RemoteError::Value("more is done than was put in".to_owned())),
            },
            "join" if self.unfinished == 0 => Ok(true.into()),
            "join" if caller.timed_out => Ok(false.into()),
            "put" | "join" => return Poll::Pending,
            "len" => Ok(self.items.len().into()),
            _ => no_method("Queue", method),
        })
    }
}
