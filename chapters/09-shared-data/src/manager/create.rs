//! The objects that a manager makes.

use super::error::ManagerError;
use super::map::Map;
use super::object::Object;
use super::process::Manager;
use super::proxy::Proxy;
use super::types::{
    Array, Barrier, BoundedSemaphore, Condition, Dict, Event, List, Lock, Namespace, Queue, RLock,
    Semaphore, Value,
};
use crate::item::Item;
use crate::typecode::Typecode;

impl Manager {
    /// A new object of a type that was registered.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// use ch09_shared_data::manager::Object;
    /// let list = manager.create("list", [Object::List(vec![1.into(), 2.into()])])?;
    /// assert_eq!(list.call::<usize>("len", [])?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::NoType`](super::RemoteError::NoType) if none of that name was.
    pub fn create(
        &self,
        type_name: &str,
        arguments: impl Into<Vec<Object>>,
    ) -> Result<Proxy, ManagerError> {
        Proxy::create(&self.link, type_name, arguments.into())
    }

    fn make<T: TryFrom<Proxy, Error = Proxy>>(
        &self,
        type_name: &str,
        arguments: impl Into<Vec<Object>>,
    ) -> Result<T, ManagerError> {
        let proxy = self.create(type_name, arguments)?;
        T::try_from(proxy).map_err(|proxy| ManagerError::Unexpected { answer: proxy.into() })
    }

    /// A list of these objects.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let list = manager.list(["a", "b"])?;
    /// assert_eq!(list.len()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every object that a manager makes.
    pub fn list<I>(&self, objects: I) -> Result<List, ManagerError>
    where
        I: IntoIterator<Item: Into<Object>>,
    {
        let objects: Vec<Object> = objects.into_iter().map(Into::into).collect();
        self.make(List::TYPE_NAME, [objects.into()])
    }

    /// An empty dict.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let dict = manager.dict()?;
    /// dict.insert("bob", 7)?;
    /// assert_eq!(dict.get("bob")?, 7.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn dict(&self) -> Result<Dict, ManagerError> {
        self.make(Dict::TYPE_NAME, [Object::Map(Map::default())])
    }

    /// A namespace without attributes.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let shared = manager.namespace()?;
    /// shared.set("count", 1)?;
    /// assert_eq!(shared.get("count")?, 1.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn namespace(&self) -> Result<Namespace, ManagerError> {
        self.make(Namespace::TYPE_NAME, [])
    }

    /// A value of this type.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let half = manager.value(Typecode::Double, 0.5)?;
    /// assert_eq!(half.get()?, Item::Float(0.5));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`](super::RemoteError::Type) if the item does not fit the typecode.
    pub fn value(&self, typecode: Typecode, item: impl Into<Item>) -> Result<Value, ManagerError> {
        let items: Vec<Object> = vec![item.into().into()];
        self.make(Value::TYPE_NAME, [typecode.to_string().into(), items.into()])
    }

    /// An array of items of this type.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let numbers = manager.array(Typecode::Int, [1, 2, 3])?;
    /// assert_eq!(numbers.get(-1)?, Item::Int(3));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`](super::RemoteError::Type) if an item does not fit the typecode.
    pub fn array<I>(&self, typecode: Typecode, items: I) -> Result<Array, ManagerError>
    where
        I: IntoIterator<Item: Into<Item>>,
    {
        let items: Vec<Object> = items.into_iter().map(|item| item.into().into()).collect();
        self.make(Array::TYPE_NAME, [typecode.to_string().into(), items.into()])
    }

    /// A lock.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let lock = manager.lock()?;
    /// let guard = lock.lock()?;
    /// assert!(lock.is_locked()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn lock(&self) -> Result<Lock, ManagerError> {
        self.make(Lock::TYPE_NAME, [])
    }

    /// A reentrant lock.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let lock = manager.rlock()?;
    /// let (outer, inner) = (lock.lock()?, lock.lock()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn rlock(&self) -> Result<RLock, ManagerError> {
        self.make(RLock::TYPE_NAME, [])
    }

    /// A semaphore of `n`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let seats = manager.semaphore(2)?;
    /// let permit = seats.permit()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn semaphore(&self, n: u32) -> Result<Semaphore, ManagerError> {
        self.make(Semaphore::TYPE_NAME, [n.into()])
    }

    /// A semaphore of `n`, and never more.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let seats = manager.bounded_semaphore(1)?;
    /// assert!(seats.release(1).is_err(), "it is full");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn bounded_semaphore(&self, n: u32) -> Result<BoundedSemaphore, ManagerError> {
        self.make(BoundedSemaphore::TYPE_NAME, [n.into()])
    }

    /// A condition variable with a lock of its own.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let condition = manager.condition()?;
    /// condition.lock()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn condition(&self) -> Result<Condition, ManagerError> {
        self.make(Condition::TYPE_NAME, [])
    }

    /// An event that is not set.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let done = manager.event()?;
    /// done.set()?;
    /// done.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn event(&self) -> Result<Event, ManagerError> {
        self.make(Event::TYPE_NAME, [])
    }

    /// A barrier for that many parties.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// assert_eq!(manager.barrier(1)?.wait()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Value`](super::RemoteError::Value) if that is 0.
    pub fn barrier(&self, parties: u32) -> Result<Barrier, ManagerError> {
        self.make(Barrier::TYPE_NAME, [parties.into()])
    }

    /// A queue for at most `capacity` items; 0 stands for no limit.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Manager, Typecode, Item};
    /// # let manager = Manager::start()?;
    /// let queue = manager.queue(10)?;
    /// queue.put("a task")?;
    /// assert_eq!(queue.get()?, "a task".into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn queue(&self, capacity: u32) -> Result<Queue, ManagerError> {
        self.make(Queue::TYPE_NAME, [capacity.into()])
    }
}
