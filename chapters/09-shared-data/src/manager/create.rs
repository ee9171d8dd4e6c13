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
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn dict(&self) -> Result<Dict, ManagerError> {
        self.make(Dict::TYPE_NAME, [Object::Map(Map::default())])
    }

    /// A namespace without attributes.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn namespace(&self) -> Result<Namespace, ManagerError> {
        self.make(Namespace::TYPE_NAME, [])
    }

    /// A value of this type.
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
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn lock(&self) -> Result<Lock, ManagerError> {
        self.make(Lock::TYPE_NAME, [])
    }

    /// A reentrant lock.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn rlock(&self) -> Result<RLock, ManagerError> {
        self.make(RLock::TYPE_NAME, [])
    }

    /// A semaphore of `n`.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn semaphore(&self, n: u32) -> Result<Semaphore, ManagerError> {
        self.make(Semaphore::TYPE_NAME, [n.into()])
    }

    /// A semaphore of `n`, and never more.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn bounded_semaphore(&self, n: u32) -> Result<BoundedSemaphore, ManagerError> {
        self.make(BoundedSemaphore::TYPE_NAME, [n.into()])
    }

    /// A condition variable with a lock of its own.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn condition(&self) -> Result<Condition, ManagerError> {
        self.make(Condition::TYPE_NAME, [])
    }

    /// An event that is not set.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn event(&self) -> Result<Event, ManagerError> {
        self.make(Event::TYPE_NAME, [])
    }

    /// A barrier for that many parties.
    ///
    /// # Errors
    ///
    /// [`RemoteError::Value`](super::RemoteError::Value) if that is 0.
    pub fn barrier(&self, parties: u32) -> Result<Barrier, ManagerError> {
        self.make(Barrier::TYPE_NAME, [parties.into()])
    }

    /// A queue for at most `capacity` items; 0 stands for no limit.
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn queue(&self, capacity: u32) -> Result<Queue, ManagerError> {
        self.make(Queue::TYPE_NAME, [capacity.into()])
    }
}
